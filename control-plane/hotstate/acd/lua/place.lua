-- ARGV: tenant, queue, call.
local caller = load_caller(ARGV[1], ARGV[3])
if not caller or caller.queue ~= ARGV[2] then return { 'none' } end
return place_of(caller)
