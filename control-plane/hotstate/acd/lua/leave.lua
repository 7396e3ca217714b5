-- ARGV: now, tenant, queue, call.
local id = ARGV[4]
local caller = load_caller(ARGV[2], id)
if not caller or caller.queue ~= ARGV[3] then return 0 end
leave(caller, id)
return 1
