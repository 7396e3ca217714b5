-- ARGV: now, tenant, queue, call, keep the place (0 or 1).
local id = ARGV[4]
local caller = load_caller(ARGV[2], id)
if not caller or caller.queue ~= ARGV[3] then return 0 end
leave(caller, id, ARGV[5] == '1')
return 1
