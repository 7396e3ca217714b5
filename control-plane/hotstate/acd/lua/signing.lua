-- Signing in and out, and what an agent serves.

-- Enter what an agent can and serves, in place of what stood there.  skills, teams: packed; doc: for those who look.
local function describe(id, doc, queues, skills, teams)
  local key = agent_key(id)
  local before = call('HGET', key, 'queues') or ''
  for tenant, queue in string.gmatch(before, '([^\31]+)\31([^\31]+)') do
    call('SREM', line_key(tenant, queue) .. ':agents', id)
    call('ZREM', line_key(tenant, queue) .. ':ready', id)
  end
  for _, field in ipairs(call('HKEYS', key)) do
    local kind = string.sub(field, 1, 2)
    if kind == 's:' or kind == 't:' then call('HDEL', key, field) end
  end
  call('HSET', key, 'doc', doc, 'queues', queues, 'teams', teams, 'listed', '')
  for skill, level in string.gmatch(skills, '([^\31]+)\31([^\31]+)') do call('HSET', key, 's:' .. skill, level) end
  for team in string.gmatch(teams, '[^\31]+') do call('HSET', key, 't:' .. team, 1) end
  for tenant, queue in string.gmatch(queues, '([^\31]+)\31([^\31]+)') do
    call('SADD', line_key(tenant, queue) .. ':agents', id)
    call('SADD', ROOT .. 'lines', tenant .. SEP .. queue)
  end
end

-- Count the legs at a seat.
local function legs_at(seat)
  local rings, talks, of = 0, 0, ''
  local found = call('HGETALL', seat_key(seat))
  for n = 1, #found, 2 do
    if string.sub(found[n], 1, 4) == 'leg:' then
      local use, _, id = string.match(found[n + 1], '^([^\31]*)\31([^\31]*)\31([^\31]*)')
      if use == 'talking' then talks = talks + 1 else rings = rings + 1 end
      if of == '' or use == 'talking' then of = id end
    end
  end
  return rings, talks, of
end

-- Take an agent out.  A caller who was on the way to them is in line again.
local function sign_out(id, at, told)
  local agent = load(id)
  if not agent then return end
  for _, line in ipairs(lines_of(agent.queues)) do
    call('SREM', line .. ':agents', id)
    call('ZREM', line .. ':ready', id)
  end
  local seat = seat_key(agent.seat)
  if call('HGET', seat, 'agent') == id then call('HDEL', seat, 'agent') end
  call('DEL', agent_key(id))
  call('ZREM', KEYS[1], id)
  if agent.token == '' or agent.answered ~= '' then return end
  local caller = load_caller(agent.tenant, agent.call)
  if caller and caller.token == agent.token then drop_offered(caller, id, at, told) end
end
