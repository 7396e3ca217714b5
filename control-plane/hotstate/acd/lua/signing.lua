-- Signing out, and what an agent serves.

-- Enter what an agent can and serves, in place of what stood there.  doc: for those who look.
local function describe(agent, doc, queues, able, teams)
  local lines = lines_of(agent)
  for n = 2, #lines, 2 do
    call('SREM', lines[n] .. ':agents', agent.id)
    call('ZREM', lines[n] .. ':ready', agent.id)
  end
  tell_lines(agent.queues)
  tell_lines(queues)
  agent.queues, agent.lines, agent.listed = queues, nil, ''
  call('HSET', ROOT .. 'able', agent.id, able)
  call('HSET', agent_key(agent.id), 'doc', doc, 'teams', teams)
  call('PEXPIRE', agent_key(agent.id), DAYS)
  for tenant, queue in string.gmatch(queues, PAIR) do
    call('SADD', line_key(tenant, queue) .. ':agents', agent.id)
    call('SADD', ROOT .. 'lines', tenant .. SEP .. queue)
  end
end

-- Take an agent out; where a caller was on the way to them, that one is in line again, and the agent is returned
-- as they were, for `match_left`.
local function take_out(id)
  local agent = load(id)
  if not agent then return nil end
  local lines = lines_of(agent)
  for n = 2, #lines, 2 do
    call('SREM', lines[n] .. ':agents', id)
    call('ZREM', lines[n] .. ':ready', id)
    call('HDEL', lines[n] .. ':turns', id)
  end
  call('HDEL', seat_key(agent.seat), 'agent')
  call('HDEL', ROOT .. 'able', id)
  call('DEL', agent_key(id), ROOT .. 'state:' .. id)
  call('ZREM', KEYS[1], id)
  loaded[id] = nil
  tell_lines(agent.queues)
  tell('a', id, 's', 'signed-out', 't', NOW, 'r', '', 'c', '', 'n', '', 'q', '', 'p', '')
  if agent.token == '' or agent.answered ~= '' then return nil end
  local caller = load_caller(agent.tenant, agent.of)
  if not caller or caller.token ~= agent.token then return nil end
  drop_offered(caller, id)
  return agent
end

-- Match the caller who was on the way to an agent who is out.
local function match_left(out)
  local caller = out and load_caller(out.tenant, out.of)
  if caller then match_again(caller, '') end
end

local function sign_out(id) match_left(take_out(id)) end
