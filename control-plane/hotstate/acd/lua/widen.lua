-- Match a caller again, by who may be offered them now.  ARGV: now, tenant, queue, call.
local id = ARGV[4]
local caller = load_caller(ARGV[2], id)
if not caller or caller.queue ~= ARGV[3] then return { 'none' } end
if caller.token == '' then
  look_at_clock(caller)
  if not match_caller(caller, id) then into_line(caller) end
end
return where_is(caller)
