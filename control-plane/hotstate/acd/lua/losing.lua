-- What a node held goes with it.
local CALL_OF_NODE = '^([^\31]*)\31([^\31]*)\31([^\31]*)$'

local function sorted(names)
  table.sort(names)
  return names
end

-- Return the legs that a node is known to hold as pairs of leg and seat, by leg.
local function legs_of(node)
  local found, seats, legs = call('HGETALL', node_key(node, 'legs')), {}, {}
  for n = 1, #found, 2 do
    seats[found[n]] = found[n + 1]
    legs[#legs + 1] = found[n]
  end
  for n, leg in ipairs(sorted(legs)) do legs[n] = { leg, seats[leg] } end
  return legs
end

-- Count anew at these seats, and add those whose last leg went.
local function recount_all(seats, freed)
  for _, seat in ipairs(seats) do freed[#freed + 1] = recount(seat, 0) end
end

local function lose_caller(caller, freed)
  for _, each in ipairs(free_offered(caller, nil)) do freed[#freed + 1] = each end
  forget_caller(caller)
  note_fate(caller.tenant, caller.queue, caller.id, 'abandoned')
end

-- Callers of a node that is gone leave the line and keep their place; its legs are no more.
local function forget_node(node)
  local freed, seats = {}, {}
  for _, packed in ipairs(sorted(call('SMEMBERS', node_key(node, 'callers')))) do
    local tenant, _, id = string.match(packed, CALL_OF_NODE)
    local caller = load_caller(tenant, id)
    if caller and caller.node == node then
      lose_caller(caller, freed)
      keep_place(caller)
    end
  end
  for _, each in ipairs(legs_of(node)) do
    drop_leg(each[2], each[1], node)
    seats[#seats + 1] = each[2]
  end
  recount_all(seats, freed)
  call('DEL', node_key(node, 'callers'), node_key(node, 'legs'))
  call('ZREM', ROOT .. 'nodes', node)
  call('PEXPIRE', node_key(node, 'offers'), DAY)
  settle_all(freed, '')
end
