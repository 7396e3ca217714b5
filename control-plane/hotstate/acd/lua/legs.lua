-- Legs at seats, and what follows for the agent who sits there.

-- An agent's legs are so many now.  wrap: ms, the longest that they may write after a call.  Returns whether they may
-- have become free.
local function count_legs(agent, rings, talks, of, at, wrap)
  local was_busy = is_busy(agent)
  if talks > 0 and agent.talks == 0 then agent.talk, agent.talked = at, '1' end
  if talks == 0 and agent.talks > 0 then
    agent.busy, agent.talk = agent.busy + math.max(at - agent.talk, 0), 0
  end
  agent.rings, agent.talks = rings, talks
  if is_busy(agent) then
    if agent.answered ~= '' then agent.token, agent.answered = '', '' end
    if agent.call == '' then agent.call = of end
    return false
  end
  if not was_busy then return false end
  if agent.talked ~= '' then
    if wrap > 0 and agent.base ~= 'paused' then
      agent.base, agent.reason, agent['until'] = 'wrap-up', '', at + wrap
    elseif agent.base == 'ready' then
      agent.idle = at
    end
  end
  if agent.base == 'paused' and agent.limit > 0 then agent['until'] = at + agent.limit end
  agent.talked = ''
  -- Who conducts the call has the first word on how its offer ends.
  if agent.token ~= '' then agent.lapses = at + UNTAKEN_MS else clear_offer(agent) end
  return true
end

-- Count anew what goes on at a seat; returns the agent who may have become free.
local function recount(seat, at, wrap)
  local id = call('HGET', seat_key(seat), 'agent')
  local agent = id and load(id)
  if not agent then return nil end
  local rings, talks, of = legs_at(seat)
  if rings == agent.rings and talks == agent.talks then return nil end
  local freed = count_legs(agent, rings, talks, of, at, wrap)
  put(agent, at)
  return freed and id or nil
end

local function set_leg(seat, leg, use, node, of, at)
  local key, legs = seat_key(seat), node_key(node, 'legs')
  call('HSET', key, 'leg:' .. leg, use .. SEP .. node .. SEP .. of .. SEP .. at)
  call('PEXPIRE', key, 2 * DAY)
  call('HSET', legs, leg, seat)
  if call('ZADD', ROOT .. 'nodes', 'NX', at, node) == 1 then call('PEXPIRE', legs, DAY) end
end

local function drop_leg(seat, leg, node)
  call('HDEL', seat_key(seat), 'leg:' .. leg)
  call('HDEL', node_key(node, 'legs'), leg)
end
