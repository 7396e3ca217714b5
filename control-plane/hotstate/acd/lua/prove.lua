-- What a node holds, against what is known of it.  ARGV: now, node, how many legs, then for each its id, seat, call,
-- use, since; then the calls in line as tenant, queue and call in one.  What is younger than the grace may be on its way.
-- Returns legs missed, gone, changed, callers gone, then the calls that are in no line.
local GRACE_MS = 2000
local at, node, count = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local missed, gone, changed, callers_gone, touched, answer, freed = 0, 0, 0, 0, {}, {}, {}
call('ZADD', ROOT .. 'nodes', at, node)

local held = {}
for n = 4, 3 + 5 * count, 5 do
  local leg, seat, of, use, since = ARGV[n], ARGV[n + 1], ARGV[n + 2], ARGV[n + 3], tonumber(ARGV[n + 4])
  held[leg] = true
  local known = call('HGET', seat_key(seat), 'leg:' .. leg)
  local known_use = known and string.match(known, '^[^\31]*')
  if not known then
    if at - since >= GRACE_MS and call('EXISTS', ROOT .. 'gone:' .. leg) == 0 then
      set_leg(seat, leg, use, node, of, at)
      missed, touched[seat] = missed + 1, true
    end
  elseif known_use ~= use and not (known_use == 'talking' and use == 'ringing') then
    set_leg(seat, leg, use, node, of, at)
    changed, touched[seat] = changed + 1, true
  end
end

local legs = call('HGETALL', node_key(node, 'legs'))
for n = 1, #legs, 2 do
  local leg, seat = legs[n], legs[n + 1]
  if not held[leg] then
    local known = call('HGET', seat_key(seat), 'leg:' .. leg)
    local since = known and tonumber(string.match(known, '[^\31]*$')) or 0
    if at - since >= GRACE_MS then
      drop_leg(seat, leg, node)
      gone, touched[seat] = gone + 1, true
    end
  end
end
for seat in pairs(touched) do freed[#freed + 1] = recount(seat, at, 0) end

local waits = {}
for n = 4 + 5 * count, #ARGV do
  local tenant, queue, id = string.match(ARGV[n], '^([^\31]*)\31([^\31]*)\31([^\31]*)$')
  waits[ARGV[n]] = true
  local caller = load_caller(tenant, id)
  if not caller or caller.queue ~= queue then answer[#answer + 1] = id end
end
for _, packed in ipairs(call('SMEMBERS', node_key(node, 'callers'))) do
  if not waits[packed] then
    local tenant, _, id = string.match(packed, '^([^\31]*)\31([^\31]*)\31([^\31]*)$')
    local caller = load_caller(tenant, id)
    if not caller then
      call('SREM', node_key(node, 'callers'), packed)
    elseif at - tonumber(caller.seen) >= GRACE_MS then
      for _, each in ipairs(free_offered(caller, at, nil)) do freed[#freed + 1] = each end
      forget_caller(caller)
      callers_gone = callers_gone + 1
    end
  end
end
settle_all(freed, at, '')
call('PEXPIRE', node_key(node, 'callers'), DAY)
call('PEXPIRE', node_key(node, 'legs'), DAY)
return { missed, gone, changed, callers_gone, unpack(answer) }
