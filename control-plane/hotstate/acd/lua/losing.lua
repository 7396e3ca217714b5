-- What a node held goes with it.

-- Callers of a node that is gone leave the line and keep their place; its legs are no more.
local function forget_node(node, at)
  local freed = {}
  for _, packed in ipairs(call('SMEMBERS', node_key(node, 'callers'))) do
    local tenant, _, id = string.match(packed, '^([^\31]*)\31([^\31]*)\31([^\31]*)$')
    local caller = load_caller(tenant, id)
    if caller and caller.node == node then
      for _, each in ipairs(free_offered(caller, at, nil)) do freed[#freed + 1] = each end
      forget_caller(caller)
      keep_place(caller)
    end
  end
  local legs = call('HGETALL', node_key(node, 'legs'))
  for n = 1, #legs, 2 do
    drop_leg(legs[n + 1], legs[n], node)
    freed[#freed + 1] = recount(legs[n + 1], at, 0)
  end
  call('DEL', node_key(node, 'callers'), node_key(node, 'legs'))
  call('ZREM', ROOT .. 'nodes', node)
  settle_all(freed, at, '')
end
