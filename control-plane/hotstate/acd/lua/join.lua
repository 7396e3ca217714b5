-- Enter a caller, or one who is in line already.  ARGV: now, call, tenant, queue, node, entered, rank, priority,
-- audiences, caller, strategy, reserved agents, reserved priority, most waiting (-1: no limit).
local at, id, tenant, most = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[14])
local known = load_caller(tenant, id)
if known and known.token ~= '' then return offer_of(known) end
local caller = {
  id = id, tenant = tenant, queue = ARGV[4], node = ARGV[5], entered = ARGV[6], rank = tonumber(ARGV[7]),
  priority = ARGV[8], audiences = ARGV[9], caller = ARGV[10], strategy = ARGV[11], reserved = ARGV[12],
  reserved_priority = ARGV[13], token = '', offered = '', made = '', waited = '', seen = at,
}
caller.line = line_key(tenant, caller.queue)
if known then
  caller.rank, caller.waited = known.rank, known.waited
elseif caller.caller ~= '' then
  local place = line_key(tenant, caller.queue) .. ':place:' .. caller.caller
  local kept = call('GET', place)
  if kept then
    caller.rank = math.min(caller.rank, tonumber(kept))
    call('DEL', place)
  end
end
local function entered()
  if caller.caller ~= '' then call('SET', caller.line .. ':caller:' .. caller.caller, id, 'PX', DAY) end
  local callers = node_key(caller.node, 'callers')
  call('SADD', callers, tenant .. SEP .. caller.queue .. SEP .. id)
  if call('ZADD', ROOT .. 'nodes', 'NX', at, caller.node) == 1 then call('PEXPIRE', callers, DAY) end
end
if match_caller(caller, at, id) then
  entered()
  return offer_of(caller)
end
if not known and most >= 0 then
  local waiting = call('ZCARD', caller.line .. ':waiting')
  if waiting >= most then return { 'full', waiting } end
end
into_line(caller)
entered()
return place_of(caller)
