-- Match a caller again.  ARGV: now, tenant, queue, call.
local at, id = tonumber(ARGV[1]), ARGV[4]
local caller = load_caller(ARGV[2], id)
if not caller or caller.queue ~= ARGV[3] then return { 'none' } end
if caller.token == '' then match_caller(caller, at, id) end
return where_is(caller)
