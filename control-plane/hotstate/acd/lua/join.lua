-- Enter a caller, or one who is in line already.  ARGV: now, call, tenant, queue, node, entered, rank, how many ready
-- agents to leave, strategy, audiences, caller, most waiting (-1: no limit), when the day ends in
-- whose figures they count (empty: they do not), target (ms).
local id, tenant, most = ARGV[2], ARGV[3], tonumber(ARGV[12])
local known = load_caller(tenant, id)
if known and known.queue ~= ARGV[4] then
  leave(known, id)
  known = nil
end
if known and known.token ~= '' then return offer_of(known) end
local caller = {
  id = id, tenant = tenant, line = line_key(tenant, ARGV[4]), queue = ARGV[4], node = known and known.node or ARGV[5],
  entered = ARGV[6], rank = ARGV[7], leaves = tonumber(ARGV[8]), strategy = ARGV[9], caller = ARGV[11], token = '',
  made = '', offered = '', waited = known and known.waited or '', seen = NOW, kind = known and known.kind or '',
  audiences = ARGV[10], target = tonumber(ARGV[14]),
}
local kept = known and known.rank
if not known and caller.caller ~= '' then
  local place = place_key(tenant, caller.queue, caller.caller)
  local rank, ends = string.match(call('GET', place) or '', PAIR)
  if rank then
    call('DEL', place)
    if at <= tonumber(ends) then kept = rank end
  end
end
if kept and tonumber(kept) < tonumber(caller.rank) then caller.rank = kept end
look_at_clock(caller)
local is_offered = match_caller(caller, id)
if not is_offered then
  -- Who has a place already is no one more.
  local waiting = not kept and most >= 0 and call('ZCARD', caller.line .. ':waiting')
  if waiting and waiting >= most then return { 'full', waiting } end
  into_line(caller)
end
if not known then
  note_offered(caller, ARGV[13])
  call('SADD', node_key(caller.node, 'callers'), tenant .. SEP .. caller.queue .. SEP .. id)
  call('ZADD', ROOT .. 'nodes', 'NX', NOW, caller.node)
  if caller.caller ~= '' then call('SET', latest_key(tenant, caller.queue, caller.caller), id, 'PX', DAY) end
end
return where_is(caller)
