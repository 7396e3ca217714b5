-- What every script of the package begins with: names of keys, and how agents and callers are kept.
-- KEYS[1] is the pool's agents, `{pool:<provider>}:agents`, scored by when the clock has something to do with them.  All
-- other names are made from it and share its tag, so they lie in its slot.  Names are packed with \31 between them.
local call = redis.call
local ROOT = string.sub(KEYS[1], 1, -7)
local DAY, UNTAKEN_MS, LEASE_MS, NODE_MS, GRACE_MS, GONE_MS = 86400000, 5000, 57600000, 60000, 2000, 10000
local SEP = '\31'

local function agent_key(id) return ROOT .. 'agent:' .. id end
local function line_key(tenant, queue) return ROOT .. tenant .. ':queue:' .. queue end
local function caller_key(tenant, id) return ROOT .. tenant .. ':call:' .. id end
local function node_key(node, what) return ROOT .. 'node:' .. node .. ':' .. what end
local function place_key(tenant, queue, caller) return line_key(tenant, queue) .. ':place:' .. caller end
local function seat_key(seat)
  local tenant, extension = string.match(seat, '^([^\30]*)\30([^\30]*)')
  return ROOT .. 'seat:' .. tenant .. ':' .. extension
end
local PAIR = '([^\31]+)\31([^\31]+)'

local function names_in(packed)
  local names = {}
  for name in string.gmatch(packed, '[^\31]+') do names[#names + 1] = name end
  return names
end

-- An agent's state is one string.  mode: what they do when nothing rings: ready, wrap-up, or paused with its reason; it
-- ends at `ends`, and `limit` is how long the pause may be (ms).  shown, since: what others see.  idle: since when ready.
-- signed: since when signed in; busy: ms in calls since then; talk: since when in one; talked: in a call since they were
-- free last.  rings, talks: legs.  token: of the offer that stands and lapses at `lapses`; answered: it was, and the leg
-- is not known yet.  of, tenant, queue: their call.  listed: stands among the ready.  queues: whom they serve.
local STATE = '^' .. string.rep('([^\31]*)\31', 21) .. '(.*)$'

local function load(id)
  local packed = call('GET', ROOT .. 'state:' .. id)
  if not packed then return nil end
  local mode, reason, limit, ends, shown, since, idle, signed, busy, talk, talked, rings, talks, token, answered, lapses,
    of, tenant, queue, listed, seat, queues = string.match(packed, STATE)
  return {
    id = id, mode = mode, reason = reason, limit = tonumber(limit), ends = tonumber(ends), shown = shown, since = since,
    idle = idle, signed = signed, busy = busy, talk = talk, talked = talked, rings = tonumber(rings),
    talks = tonumber(talks), token = token, answered = answered, lapses = lapses, of = of, tenant = tenant,
    queue = queue, listed = listed, seat = seat, queues = queues,
  }
end

local function is_busy(agent) return agent.rings + agent.talks > 0 end
local function is_free(agent) return agent.mode == 'ready' and agent.token == '' and not is_busy(agent) end

local function shown_of(agent)
  if agent.talks > 0 then return 'talking' end
  if agent.rings > 0 then return 'ringing' end
  if agent.answered ~= '' then return 'talking' end
  if agent.token ~= '' then return 'reserved' end
  return agent.mode
end

-- When the clock has something to do with an agent.
local function due_of(agent, at)
  if not is_busy(agent) then
    if agent.token ~= '' then return agent.lapses end
    if agent.ends > 0 then return agent.ends end
  end
  return at + LEASE_MS
end

-- How many became free in this script.
local freed_now = 0

-- Write an agent's state, and enter it where the ready are looked for.
local function put(agent, at)
  local shown = shown_of(agent)
  if shown ~= agent.shown then agent.shown, agent.since = shown, at end
  local free = is_free(agent)
  if free ~= (agent.listed ~= '') then
    agent.listed = free and '1' or ''
    if free then freed_now = freed_now + 1 end
    for tenant, queue in string.gmatch(agent.queues, PAIR) do
      local ready = line_key(tenant, queue) .. ':ready'
      if free then call('ZADD', ready, agent.idle, agent.id) else call('ZREM', ready, agent.id) end
    end
  end
  local packed = table.concat({
    agent.mode, agent.reason, agent.limit, agent.ends, agent.shown, agent.since, agent.idle, agent.signed, agent.busy,
    agent.talk, agent.talked, agent.rings, agent.talks, agent.token, agent.answered, agent.lapses, agent.of,
    agent.tenant, agent.queue, agent.listed, agent.seat, agent.queues,
  }, SEP)
  call('SET', ROOT .. 'state:' .. agent.id, packed, 'PX', 2 * DAY)
  call('ZADD', KEYS[1], due_of(agent, at), agent.id)
end

-- A caller who is in line or offered is one string.  leaves: how many ready agents have to be left to others.  token,
-- made, offered: the offer that stands and its agents.  waited: has stood in line.  seen: when entered last.  audience:
-- who may be offered them, as of when they joined, came back or were widened last; `-` for nobody yet.
local CALLER = '^' .. string.rep('([^\29]*)\29', 13) .. '(.*)$'

local function load_caller(tenant, id)
  local packed = call('GET', caller_key(tenant, id))
  if not packed then return nil end
  local queue, node, entered, rank, leaves, strategy, caller, token, made, offered, waited, seen, audience,
    audiences = string.match(packed, CALLER)
  return {
    id = id, tenant = tenant, queue = queue, line = line_key(tenant, queue), node = node, entered = entered,
    rank = tonumber(rank), leaves = tonumber(leaves), strategy = strategy, caller = caller, token = token, made = made,
    offered = offered, waited = waited, seen = seen, audience = audience, audiences = audiences,
  }
end

local function put_caller(caller)
  local packed = table.concat({
    caller.queue, caller.node, caller.entered, caller.rank, caller.leaves, caller.strategy, caller.caller, caller.token,
    caller.made, caller.offered, caller.waited, caller.seen, caller.audience, caller.audiences,
  }, '\29')
  call('SET', caller_key(caller.tenant, caller.id), packed, 'PX', DAY)
end

-- Take the audience of this moment; each is its beginning and what it asks for.
local function look_at_clock(caller, at)
  caller.audience = '-'
  for from, audience in string.gmatch(caller.audiences, '([^\28]*)\28([^\28]*)\28') do
    if tonumber(from) > at then return end
    caller.audience = audience
  end
end
