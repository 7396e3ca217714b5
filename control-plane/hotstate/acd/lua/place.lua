-- ARGV: now, tenant, queue, call.
local caller = load_caller(ARGV[2], ARGV[4])
if not caller or caller.queue ~= ARGV[3] or caller.token ~= '' then return { 'none' } end
return place_of(caller)
