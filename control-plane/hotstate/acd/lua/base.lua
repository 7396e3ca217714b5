-- What every script of the package begins with: names of keys, and how agents and callers are kept. KEYS[1] is the
-- pool's agents, `{pool:<provider>}:agents`, scored by when the clock has something to do with them.  All other names
-- are made from it and share its tag, so they lie in its slot.  ARGV[1] is now (ms since 1970).  Names are packed
-- with \31 between them.
local call = redis.call
local ROOT = string.sub(KEYS[1], 1, -7)
local CHANGES, CHANGES_MOST = ROOT .. 'changes', '20000'
local UNTAKEN_MS, LEASE_MS, NODE_MS, GRACE_MS, GONE_MS = 5000, 57600000, 3500, 2000, 10000
-- What goes to Redis as it is stands as text: to write a number costs as much as a command.
local NOW, at, DAY, DAYS = ARGV[1], tonumber(ARGV[1]), '86400000', '172800000'
local SEP = '\31'

local function whole(number) return string.format('%d', number) end

local function agent_key(id) return ROOT .. 'agent:' .. id end
local function line_key(tenant, queue) return ROOT .. tenant .. ':queue:' .. queue end
local function caller_key(tenant, id) return ROOT .. tenant .. ':call:' .. id end
local function node_key(node, what) return ROOT .. 'node:' .. node .. ':' .. what end
local function latest_key(tenant, queue, caller) return line_key(tenant, queue) .. ':caller:' .. caller end
local function place_key(tenant, queue, caller) return line_key(tenant, queue) .. ':place:' .. caller end
local seat_keys = {}
local function seat_key(seat)
  if not seat_keys[seat] then
    local tenant, extension = string.match(seat, '^([^\30]*)\30([^\30]*)')
    seat_keys[seat] = ROOT .. 'seat:' .. tenant .. ':' .. extension
  end
  return seat_keys[seat]
end
local PAIR = '([^\31]+)\31([^\31]+)'

-- Whoever shows agents and queues follows a stream (see `hotstate.acd.changes`): what others see of an agent, and lines
-- (tenant and queue in turn) whose figures may be others.
local touched = {}
local function tell(...)
  call('XADD', CHANGES, 'MAXLEN', '~', CHANGES_MOST, '*', ...)
  call('PEXPIRE', CHANGES, '172800000')
end
local function tell_lines(queues)
  if queues == '' or touched[queues] then return end
  touched[queues] = true
  tell('u', queues)
end

local function names_in(packed)
  local names = {}
  for name in string.gmatch(packed, '[^\31]+') do names[#names + 1] = name end
  return names
end

-- An agent's state.  mode: what they do when nothing rings: ready, wrap-up, or paused with its reason; it ends at
-- `ends`, and `limit` is how long the pause may be (ms).  shown, since: what others see.  idle: since when ready.
-- signed: since when signed in; busy: ms in calls since then; talk: since when in one; talked: in a call since they
-- were free last.  rings, talks: legs.  token: of the offer that stands and lapses at `lapses`; answered: it was, and
-- the leg is not known yet. of, tenant, queue: their call.  listed: stands among the ready.  queues: whom they serve.
local loaded = {}

local function load(id)
  if loaded[id] then return loaded[id] end
  local packed = call('GET', ROOT .. 'state:' .. id)
  if not packed then return nil end
  local mode, reason, limit, ends, shown, since, idle, signed, busy, talk, talked, rings, talks, token, answered,
    lapses, of, tenant, queue, listed, seat, queues = cmsgpack.unpack(packed)
  -- Made in one go: a table that grows field by field is laid out anew at each power of two.
  local agent = {
    id = id, mode = mode, reason = reason, limit = limit, ends = ends, shown = shown, since = since, idle = idle,
    signed = signed, busy = busy, talk = talk, talked = talked, rings = rings, talks = talks, token = token,
    answered = answered, lapses = lapses, of = of, tenant = tenant, queue = queue, listed = listed, seat = seat,
    queues = queues, was = packed,
  }
  loaded[id] = agent
  return agent
end

-- Tell what others see of an agent, where that is not what they saw.
local function tell_agent(agent, packed)
  local was = agent.was
  if was == packed then return end
  agent.was = packed
  if was then
    local _, reason, _, _, shown, since, _, _, _, _, _, _, _, _, _, _, of, tenant, queue, _, seat = cmsgpack.unpack(was)
    if shown == agent.shown and since == agent.since and reason == agent.reason and of == agent.of
      and tenant == agent.tenant and queue == agent.queue and seat == agent.seat then return end
  end
  tell('a', agent.id, 's', agent.shown, 't', agent.since, 'r', agent.reason, 'c', agent.of, 'n', agent.tenant,
    'q', agent.queue, 'p', agent.seat)
end

-- Return the lines that an agent serves, as tenant and name in turn.
local function lines_of(agent)
  if not agent.lines then
    local lines = {}
    for tenant, queue in string.gmatch(agent.queues, PAIR) do
      lines[#lines + 1] = tenant
      lines[#lines + 1] = line_key(tenant, queue)
    end
    agent.lines = lines
  end
  return agent.lines
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
local function due_of(agent)
  if not is_busy(agent) then
    if agent.token ~= '' then return agent.lapses end
    if agent.ends > 0 then return agent.ends end
  end
  return at + LEASE_MS
end

-- How many became free in this script.
local freed_now = 0

-- Write an agent's state, and enter it where the ready are looked for.
local function put(agent)
  loaded[agent.id] = agent
  local shown = shown_of(agent)
  if shown ~= agent.shown then agent.shown, agent.since = shown, NOW end
  local free = is_free(agent)
  if free ~= (agent.listed ~= '') then
    agent.listed = free and '1' or ''
    if free then freed_now = freed_now + 1 end
    local lines = lines_of(agent)
    for n = 2, #lines, 2 do
      local ready = lines[n] .. ':ready'
      if free then call('ZADD', ready, agent.idle, agent.id) else call('ZREM', ready, agent.id) end
    end
    tell_lines(agent.queues)
  end
  local packed = cmsgpack.pack(
    agent.mode, agent.reason, agent.limit, agent.ends, agent.shown, agent.since, agent.idle, agent.signed, agent.busy,
    agent.talk, agent.talked, agent.rings, agent.talks, agent.token, agent.answered, agent.lapses, agent.of,
    agent.tenant, agent.queue, agent.listed, agent.seat, agent.queues)
  call('SET', ROOT .. 'state:' .. agent.id, packed, 'PX', DAYS)
  call('ZADD', KEYS[1], whole(due_of(agent)), agent.id)
  tell_agent(agent, packed)
end

-- A caller who is in line or offered.  rank and times are text.  leaves: how many ready agents have to be
-- left to others.  token, made, offered: the offer that stands and its agents.  waited: has stood in line.  seen:
-- when entered last.  kind: of callers among whom they stand in line, empty out of it.  audience: who may be offered
-- them, as of when they joined, came back or were widened last; `-` for nobody yet.  target: ms, within which they
-- should be answered.
local function load_caller(tenant, id)
  local packed = call('GET', caller_key(tenant, id))
  if not packed then return nil end
  local queue, node, entered, rank, leaves, strategy, caller, token, made, offered, waited, seen, kind, audience,
    audiences, target = cmsgpack.unpack(packed)
  return {
    id = id, tenant = tenant, line = line_key(tenant, queue), queue = queue, node = node, entered = entered,
    rank = rank, leaves = leaves, strategy = strategy, caller = caller, token = token, made = made, offered = offered,
    waited = waited, seen = seen, kind = kind, audience = audience, audiences = audiences,
    target = target,
  }
end

local function put_caller(caller)
  local packed = cmsgpack.pack(
    caller.queue, caller.node, caller.entered, caller.rank, caller.leaves, caller.strategy, caller.caller,
    caller.token, caller.made, caller.offered, caller.waited, caller.seen, caller.kind, caller.audience,
    caller.audiences, caller.target)
  call('SET', caller_key(caller.tenant, caller.id), packed, 'PX', DAY)
end

-- Take the audience of this moment; each is its beginning and what it asks for.
local function look_at_clock(caller)
  caller.audience = '-'
  for from, audience in string.gmatch(caller.audiences, '([^\28]*)\28([^\28]*)\28') do
    if tonumber(from) > at then return end
    caller.audience = audience
  end
end
