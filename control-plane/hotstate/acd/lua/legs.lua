-- Legs at seats, and what follows for the agent who sits there.

-- Return how many legs ring and talk at a seat, whose call it is, and the agent.
local function legs_at(seat)
  local rings, talks, first, of, id = 0, 0, nil, '', nil
  local found = call('HGETALL', seat_key(seat))
  for n = 1, #found, 2 do
    if found[n] == 'agent' then
      id = found[n + 1]
    else
      local use, _, its = string.match(found[n + 1], '^([^\31]*)\31([^\31]*)\31([^\31]*)')
      if use == 'talking' then
        if talks == 0 or found[n] < first then first, of = found[n], its end
        talks = talks + 1
      else
        if talks == 0 and (not first or found[n] < first) then first, of = found[n], its end
        rings = rings + 1
      end
    end
  end
  return rings, talks, of, id
end

-- An agent's legs are so many now.  wrap: ms, the longest that they may write after a call.  Returns whether the last
-- went.
local function count_legs(agent, rings, talks, of, wrap)
  local was_busy = is_busy(agent)
  if talks > 0 and agent.talks == 0 then agent.talk, agent.talked = NOW, '1' end
  if talks == 0 and agent.talks > 0 then
    agent.busy, agent.talk = agent.busy + math.max(at - agent.talk, 0), 0
  end
  agent.rings, agent.talks = rings, talks
  if is_busy(agent) then
    if agent.answered ~= '' then agent.token, agent.answered = '', '' end
    if agent.of == '' then agent.of = of end
    return false
  end
  if not was_busy then return false end
  if agent.talked ~= '' and wrap > 0 and agent.mode ~= 'paused' then
    agent.mode, agent.reason, agent.ends = 'wrap-up', '', at + wrap
  elseif agent.talked ~= '' and agent.mode == 'ready' then
    agent.idle = NOW
  end
  if agent.mode == 'paused' and agent.limit > 0 then agent.ends = at + agent.limit end
  agent.talked = ''
  -- Who conducts the call has the first word on how its offer ends.
  if agent.token ~= '' then agent.lapses = at + UNTAKEN_MS else clear_offer(agent) end
  return true
end

-- Count anew what goes on at a seat; returns the agent if the last leg went.
local function recount(seat, wrap)
  local rings, talks, of, id = legs_at(seat)
  local agent = id and load(id)
  if not agent then return nil end
  if rings == agent.rings and talks == agent.talks then return nil end
  local freed = count_legs(agent, rings, talks, of, wrap)
  put(agent)
  return freed and id or nil
end

local function set_leg(seat, leg, use, node, of)
  local key = seat_key(seat)
  if call('HSET', key, 'leg:' .. leg, use .. SEP .. node .. SEP .. of .. SEP .. NOW) == 0 then return end
  call('PEXPIRE', key, DAYS)
  call('HSET', node_key(node, 'legs'), leg, seat)
  call('ZADD', ROOT .. 'nodes', 'NX', NOW, node)
end

local function drop_leg(seat, leg, node)
  call('HDEL', seat_key(seat), 'leg:' .. leg)
  call('HDEL', node_key(node, 'legs'), leg)
end

-- Say whether a leg is gone; older news of it may still arrive.
local function is_gone(leg)
  local gone = call('GET', ROOT .. 'gone:' .. leg)
  return gone and at - tonumber(gone) < GONE_MS
end
