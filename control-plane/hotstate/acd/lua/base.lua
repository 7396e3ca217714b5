-- What every script of the package begins with: names of keys, and an agent's state.
-- KEYS[1] is the pool's agents, `{pool:<provider>}:agents`; all other names are made from it and share its tag, so
-- they lie in its slot.
local call = redis.call
local ROOT = string.sub(KEYS[1], 1, -7)
local DAY, UNTAKEN_MS, LEASE_MS, NODE_MS = 86400000, 5000, 57600000, 3500
local SEP = '\31'

local function agent_key(id) return ROOT .. 'agent:' .. id end
local function line_key(tenant, queue) return ROOT .. tenant .. ':queue:' .. queue end
local function caller_key(tenant, id) return ROOT .. tenant .. ':call:' .. id end
local function node_key(node, what) return ROOT .. 'node:' .. node .. ':' .. what end
local function seat_key(seat)
  local tenant, extension = string.match(seat, '^([^\31]*)\31([^\31]*)')
  return ROOT .. 'seat:' .. tenant .. ':' .. extension
end

local function lines_of(packed)
  local lines = {}
  for tenant, queue in string.gmatch(packed, '([^\31]+)\31([^\31]+)') do
    lines[#lines + 1] = line_key(tenant, queue)
  end
  return lines
end

-- An agent's state.  base: what they do when nothing rings: ready, paused (reason, limit: ms) or wrap-up; until: when
-- that ends.  shown, since: what others see.  idle: since when ready.  signed: since when signed in.  busy: ms in calls
-- since then; talk: since when in one.  talked: in a call since they were last free.  rings, talks: legs.  token: of an
-- offer, which lapses at `lapses` unless something rings; answered: it was, and no leg is known yet.
local STATE = {
  'base', 'reason', 'limit', 'until', 'shown', 'since', 'idle', 'signed', 'busy', 'talk', 'talked', 'rings', 'talks',
  'token', 'answered', 'lapses', 'call', 'tenant', 'queue', 'listed', 'seat', 'queues',
}
local NUMBERS = { ['limit'] = 1, ['until'] = 1, since = 1, idle = 1, signed = 1, busy = 1, talk = 1, rings = 1, talks = 1, lapses = 1 }

local function load(id)
  local values = call('HMGET', agent_key(id), unpack(STATE))
  if not values[1] then return nil end
  local agent = { id = id }
  for n = 1, #STATE do
    local name, value = STATE[n], values[n] or ''
    agent[name] = NUMBERS[name] and (tonumber(value) or 0) or value
  end
  return agent
end

local function is_busy(agent) return agent.rings + agent.talks > 0 end
local function is_free(agent) return agent.base == 'ready' and agent.token == '' and not is_busy(agent) end

local function shown_of(agent)
  if agent.talks > 0 then return 'talking' end
  if agent.rings > 0 then return 'ringing' end
  if agent.answered ~= '' then return 'talking' end
  if agent.token ~= '' then return 'reserved' end
  return agent.base
end

-- When the clock has something to do with an agent.
local function due_of(agent, at)
  if not is_busy(agent) then
    if agent.token ~= '' then return agent.lapses end
    if agent['until'] > 0 then return agent['until'] end
  end
  return at + LEASE_MS
end

-- Write an agent's state, and enter it where the ready are looked for.
local function put(agent, at)
  local shown = shown_of(agent)
  if shown ~= agent.shown then agent.shown, agent.since = shown, at end
  local free = is_free(agent)
  if free ~= (agent.listed ~= '') then
    agent.listed = free and '1' or ''
    local lines = lines_of(agent.queues)
    for n = 1, #lines do
      if free then
        call('ZADD', lines[n] .. ':ready', agent.idle, agent.id)
      else
        call('ZREM', lines[n] .. ':ready', agent.id)
      end
    end
  end
  local values = {}
  for n = 1, #STATE do
    values[2 * n - 1], values[2 * n] = STATE[n], agent[STATE[n]]
  end
  local key = agent_key(agent.id)
  call('HSET', key, unpack(values))
  call('PEXPIRE', key, 2 * DAY)
  call('ZADD', KEYS[1], due_of(agent, at), agent.id)
end

-- A caller in line.  audiences: JSON, as `Audience`, empty for everybody.  token, offered: the offer that stands and
-- its agents.  waited: has stood in line.  seen: when it was entered last.
local CALLER = {
  'tenant', 'queue', 'node', 'entered', 'rank', 'priority', 'audiences', 'caller', 'strategy', 'reserved',
  'reserved_priority', 'token', 'offered', 'made', 'waited', 'seen',
}

local function load_caller(tenant, id)
  local values = call('HMGET', caller_key(tenant, id), unpack(CALLER))
  if not values[1] then return nil end
  local caller = { id = id }
  for n = 1, #CALLER do caller[CALLER[n]] = values[n] or '' end
  caller.line = line_key(caller.tenant, caller.queue)
  return caller
end

local function put_caller(caller)
  local values = {}
  for n = 1, #CALLER do
    values[2 * n - 1], values[2 * n] = CALLER[n], caller[CALLER[n]]
  end
  local key = caller_key(caller.tenant, caller.id)
  call('HSET', key, unpack(values))
  call('PEXPIRE', key, DAY)
end

local function names_in(packed)
  local names = {}
  for name in string.gmatch(packed, '[^\31]+') do names[#names + 1] = name end
  return names
end
