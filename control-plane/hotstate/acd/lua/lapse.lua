-- Do what the clock does.  ARGV: now.  Returns when there is something to do next (ms), -1: nothing.
local MOST, AWAY_MS, REFRESH_MS = 200, 2500, 60000
local OF_POOL = { 'agents', 'able', 'lines', 'nodes', 'token' }
local OF_LINE = { 'waiting', 'entered', 'kinds', 'ready', 'agents', 'turns' }

local function expire(id)
  local agent = load(id)
  if not agent then
    call('ZREM', KEYS[1], id)
  elseif is_busy(agent) then
    put(agent)
  elseif agent.token ~= '' then
    local tenant, of, token = agent.tenant, agent.of, agent.answered == '' and agent.token
    local caller = token and load_caller(tenant, of)
    clear_offer(agent)
    put(agent)
    if caller and caller.token == token then drop_offered(caller, id) end
    -- The agent is anybody's: one who stands before that caller may have come to ask for less.
    settle(id, '')
    caller = token and load_caller(tenant, of)
    if caller then match_again(caller, '') end
  elseif agent.ends > 0 then
    agent.mode, agent.reason, agent.limit, agent.ends, agent.idle = 'ready', '', 0, 0, NOW
    put(agent)
    settle(id, '')
  else
    sign_out(id)
  end
end

-- What lives as long as anybody comes here would otherwise outlive all who used it.
local function refresh()
  for _, name in ipairs(OF_POOL) do call('PEXPIRE', ROOT .. name, '2592000000') end
  for _, packed in ipairs(call('SMEMBERS', ROOT .. 'lines')) do
    local tenant, queue = string.match(packed, PAIR)
    local line, there = line_key(tenant, queue), 0
    for _, name in ipairs(OF_LINE) do there = there + call('PEXPIRE', line .. ':' .. name, DAYS) end
    for _, kind in ipairs(call('SMEMBERS', line .. ':kinds')) do call('PEXPIRE', line .. ':kind:' .. kind, DAYS) end
    if there == 0 then call('SREM', ROOT .. 'lines', packed) end
    -- Whoever shows the figures of a day that is over learns that it is.
    local ends = call('HGET', line .. ':today', 'ends')
    if ends and at >= tonumber(ends) then
      call('UNLINK', line .. ':today', line .. ':today:calls')
      tell_lines(packed)
    end
  end
end

-- Where nobody came here for a while Redis was away, and with it the nodes' proofs: they get their time anew.
local nodes, clock = ROOT .. 'nodes', ROOT .. 'clock'
local before, refreshed = string.match(call('GET', clock) or '', PAIR)
if before and at - before > AWAY_MS then
  for _, node in ipairs(call('ZRANGE', nodes, 0, -1)) do call('ZADD', nodes, 'GT', NOW, node) end
end
if not refreshed or at - refreshed >= REFRESH_MS then
  refresh()
  refreshed = NOW
end
call('SET', clock, NOW .. SEP .. refreshed, 'PX', DAY)

for _, node in ipairs(call('ZRANGEBYSCORE', nodes, '-inf', at - NODE_MS)) do forget_node(node) end
for _, id in ipairs(call('ZRANGEBYSCORE', KEYS[1], '-inf', NOW, 'LIMIT', 0, MOST)) do
  -- What was done for others before may have given this one something else to do.
  local due = call('ZSCORE', KEYS[1], id)
  if due and tonumber(due) <= at then expire(id) end
end

local next_due = -1
local agent, node = call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES'), call('ZRANGE', nodes, 0, 0, 'WITHSCORES')
if agent[2] then next_due = tonumber(agent[2]) end
if node[2] and (next_due < 0 or node[2] + NODE_MS < next_due) then next_due = node[2] + NODE_MS end
return next_due
