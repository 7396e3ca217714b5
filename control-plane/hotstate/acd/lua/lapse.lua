-- Do what the clock does.  ARGV: now.  Returns when there is something to do next (ms), -1: nothing.
local at = tonumber(ARGV[1])
local MOST, AWAY_MS = 200, 2500

local function expire(id)
  local agent = load(id)
  if not agent then
    call('ZREM', KEYS[1], id)
  elseif is_busy(agent) then
    put(agent, at)
  elseif agent.token ~= '' then
    local token, nobody_took_it = agent.token, agent.answered == ''
    local caller = load_caller(agent.tenant, agent.call)
    clear_offer(agent)
    put(agent, at)
    if nobody_took_it and caller and tostring(caller.token) == token then drop_offered(caller, id, at, '') end
    settle(id, at, '')
  elseif agent['until'] > 0 then
    agent.base, agent.reason, agent.limit, agent['until'], agent.idle = 'ready', '', 0, 0, at
    put(agent, at)
    settle(id, at, '')
  else
    sign_out(id, at, '')
  end
end

-- Where nobody came here for a while Redis was away, and with it the nodes' proofs: they get their time anew.
local before = tonumber(call('GET', ROOT .. 'lapsed') or at)
call('SET', ROOT .. 'lapsed', at, 'PX', DAY)
local nodes = ROOT .. 'nodes'
if at - before > AWAY_MS then
  for _, node in ipairs(call('ZRANGE', nodes, 0, -1)) do call('ZADD', nodes, 'GT', at, node) end
end
for _, node in ipairs(call('ZRANGEBYSCORE', nodes, '-inf', at - NODE_MS)) do forget_node(node, at) end

for _, id in ipairs(call('ZRANGEBYSCORE', KEYS[1], '-inf', at, 'LIMIT', 0, MOST)) do expire(id) end

local next_due = -1
local agent, node = call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES'), call('ZRANGE', nodes, 0, 0, 'WITHSCORES')
if agent[2] then next_due = tonumber(agent[2]) end
if node[2] and (next_due < 0 or node[2] + NODE_MS < next_due) then next_due = node[2] + NODE_MS end
return next_due
