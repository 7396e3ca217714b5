-- What a node holds, against what is known of it.  ARGV: now, node, how many legs, then for each its id, seat, call,
-- use, since; then the calls in line as tenant, queue and call in one.  What is younger than the grace may be on its
-- way. Returns legs missed, gone, changed, callers gone, then the calls that are in no line.
local node, count = ARGV[2], tonumber(ARGV[3])
local missed, gone, changed, callers_gone = 0, 0, 0, 0
local held, seats, freed, lost, waits = {}, {}, {}, {}, {}
call('ZADD', ROOT .. 'nodes', NOW, node)

for n = 4, 3 + 5 * count, 5 do
  local leg, seat, of, use, since = ARGV[n], ARGV[n + 1], ARGV[n + 2], ARGV[n + 3], tonumber(ARGV[n + 4])
  held[leg] = true
  local known = call('HGET', seat_key(seat), 'leg:' .. leg)
  local is_missed = not known and at - since >= GRACE_MS and not is_gone(leg)
  local is_changed = known and use == 'talking' and string.match(known, '^[^\31]*') == 'ringing'
  if is_missed then missed = missed + 1 end
  if is_changed then changed = changed + 1 end
  if is_missed or is_changed then
    set_leg(seat, leg, use, node, of)
    seats[#seats + 1] = seat
  end
end

for _, each in ipairs(legs_of(node)) do
  local leg, seat = each[1], each[2]
  if not held[leg] then
    local known = call('HGET', seat_key(seat), 'leg:' .. leg)
    if at - tonumber(known and string.match(known, '[^\31]*$') or 0) >= GRACE_MS then
      drop_leg(seat, leg, node)
      gone = gone + 1
      seats[#seats + 1] = seat
    end
  end
end
recount_all(seats, freed)

for n = 4 + 5 * count, #ARGV do
  local tenant, queue, id = string.match(ARGV[n], CALL_OF_NODE)
  waits[ARGV[n]] = true
  local caller = load_caller(tenant, id)
  if not caller or caller.queue ~= queue then lost[#lost + 1] = id end
end
for _, packed in ipairs(sorted(call('SMEMBERS', node_key(node, 'callers')))) do
  if not waits[packed] then
    local tenant, _, id = string.match(packed, CALL_OF_NODE)
    local caller = load_caller(tenant, id)
    if not caller then
      call('SREM', node_key(node, 'callers'), packed)
    elseif at - tonumber(caller.seen) >= GRACE_MS then
      lose_caller(caller, freed)
      callers_gone = callers_gone + 1
    end
  end
end
settle_all(freed, '')
call('PEXPIRE', node_key(node, 'callers'), DAY)
call('PEXPIRE', node_key(node, 'legs'), DAY)
call('PEXPIRE', node_key(node, 'offers'), DAY)
return { missed, gone, changed, callers_gone, unpack(lost) }
