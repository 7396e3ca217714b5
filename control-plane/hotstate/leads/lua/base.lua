-- What every script of the package begins with.  KEYS[1] is a campaign, `{pool:<provider>}:<tenant>:campaign:<id>`,
-- KEYS[2] its tenant in the pool; all other names are made from them and share their tag, so they lie in one slot.
-- ARGV[1] is now (ms since 1970).
--
-- leads: lead to its packed document, which begins with its token, \31, its priority, \31.  Out of a call a lead
-- stands in `ready` (who is first has the lowest score) or in `waiting` (scored by when it is due).
-- claimed: lead to the call that has it.  calls: call to what became of it so far.  next: what a claimed lead is to be
-- once its call is settled, its due time and packed document, or nothing for one that was taken out.  made, made_at: how
-- many attempts were made of a lead, for a day: who fills the queue may not have heard of the last.
local call = redis.call
local CAMPAIGN, TENANT = KEYS[1] .. ':', KEYS[2] .. ':'
local NOW, at = ARGV[1], tonumber(ARGV[1])
local LEADS, READY, WAITING = CAMPAIGN .. 'leads', CAMPAIGN .. 'ready', CAMPAIGN .. 'waiting'
local CLAIMED, CALLS, NEXT = CAMPAIGN .. 'claimed', CAMPAIGN .. 'calls', CAMPAIGN .. 'next'
local FENCE, LEASE, FIGURES = CAMPAIGN .. 'fence', CAMPAIGN .. 'lease', CAMPAIGN .. 'figures'
local MADE, MADE_AT = CAMPAIGN .. 'made', CAMPAIGN .. 'made_at'
local SEP, HOUR, DAY = '\31', 3600000, 86400000
local LIFE = 40 * DAY
-- An answer that lasted no longer was no conversation.
local SHORT = 6000
-- Of two priorities the higher counts more than any time since 1970.
local PRIORITY = 10000000000000

local function claim_key(token) return TENANT .. 'claim:' .. token end
local function tried_key(token) return TENANT .. 'tried:' .. token end
local function shown_key(number) return TENANT .. 'shown:' .. number end
local function whole(number) return string.format('%d', number) end

local function is_forbidden(token)
  return call('ZSCORE', TENANT .. 'forbidden', token) or call('ZSCORE', CAMPAIGN .. 'forbidden', token)
end

local function token_and_priority(packed)
  local token, priority = string.match(packed, '^([^\31]*)\31([^\31]*)\31')
  return token, tonumber(priority)
end

-- Enter a lead that no call has: among the ready, or among those who wait for their time.
local function enter(lead, packed, due)
  call('HSET', LEADS, lead, packed)
  if due > at then
    call('ZREM', READY, lead)
    call('ZADD', WAITING, whole(due), lead)
  else
    local _, priority = token_and_priority(packed)
    call('ZREM', WAITING, lead)
    call('ZADD', READY, whole((10 - priority) * PRIORITY + due), lead)
  end
  call('PEXPIRE', LEADS, LIFE)
end

local function take_out(lead)
  call('HDEL', LEADS, lead)
  call('ZREM', READY, lead)
  call('ZREM', WAITING, lead)
end

local function trim_made()
  local old = call('ZRANGEBYSCORE', MADE_AT, '-inf', whole(at - DAY), 'LIMIT', 0, 1000)
  for _, lead in ipairs(old) do
    call('ZREM', MADE_AT, lead)
    call('HDEL', MADE, lead)
  end
end

local function note_made(lead, attempts)
  call('HSET', MADE, lead, attempts)
  call('ZADD', MADE_AT, NOW, lead)
  call('PEXPIRE', MADE, 2 * DAY)
  call('PEXPIRE', MADE_AT, 2 * DAY)
end

-- A call of a lead: lead, token, caller number shown, when launched, state, node, and when it was taken, answered,
-- connected and ended (0 for not yet), its result, agent, and when it was told of last.
local function load_call(id)
  local packed = call('HGET', CALLS, id)
  if not packed then return nil end
  local lead, token, caller, launched, state, node, taken, answered, connected, ended, result, agent =
    cmsgpack.unpack(packed)
  return {
    id = id, lead = lead, token = token, caller = caller, launched = launched, state = state, node = node,
    taken = taken, answered = answered, connected = connected, ended = ended, result = result, agent = agent,
  }
end

local function put_call(it)
  call('HSET', CALLS, it.id, cmsgpack.pack(
    it.lead, it.token, it.caller, it.launched, it.state, it.node, it.taken, it.answered, it.connected, it.ended,
    it.result, it.agent))
end

local function view_of(it)
  return {
    it.id, it.lead, it.token, it.caller, it.launched, it.state, it.node, it.taken, it.answered, it.connected,
    it.ended, it.result, it.agent,
  }
end

-- Free a call's number, and let the lead be what was asked for meanwhile, else `packed` at `due` (-1: nothing).
local function close(it, packed, due)
  call('HDEL', CALLS, it.id)
  if call('GET', claim_key(it.token)) == it.id then call('DEL', claim_key(it.token)) end
  if call('HGET', CLAIMED, it.lead) ~= it.id then return end
  call('HDEL', CLAIMED, it.lead)
  local asked = call('HGET', NEXT, it.lead)
  if asked then
    call('HDEL', NEXT, it.lead)
    local asked_due, asked_packed = string.match(asked, '^([^\31]*)\31(.*)$')
    if asked_due and not is_forbidden(it.token) then enter(it.lead, asked_packed, tonumber(asked_due)) else take_out(it.lead) end
  elseif due >= 0 and not is_forbidden(it.token) then
    enter(it.lead, packed, due)
  else
    take_out(it.lead)
  end
end

-- Count how a number of ours was answered, in slots of four hours; what is older than all windows goes.
local function note_health(it)
  local key = TENANT .. 'health:' .. it.caller
  local slot = math.floor(at / (4 * HOUR))
  call('HINCRBY', key, whole(slot) .. ':attempts', 1)
  if it.answered > 0 then
    call('HINCRBY', key, whole(slot) .. ':answered', 1)
    if it.ended - it.answered < SHORT then call('HINCRBY', key, whole(slot) .. ':short', 1) end
  end
  if call('HLEN', key) > 400 then
    for _, field in ipairs(call('HKEYS', key)) do
      if tonumber(string.match(field, '^%d+')) < slot - 60 then call('HDEL', key, field) end
    end
  end
  call('PEXPIRE', key, LIFE)
end

-- Count by the hour what came of a call: by it the cap on abandoned calls is kept, and simulations learn.
local function note_outcome(it, result, counts, answered, abandoned)
  local hour = math.floor(at / HOUR)
  local function count(what, by)
    if by > 0 then call('HINCRBY', CAMPAIGN .. 'outcomes', whole(hour) .. ':' .. what, whole(by)) end
  end
  count('answered', answered)
  count('abandoned', abandoned)
  if not counts then return end
  count('attempts', 1)
  if result == 'machine' then
    count('machines', 1)
  elseif it.answered > 0 then
    count('people', 1)
    count('rung_ms', it.answered - it.taken)
  end
  if it.connected > 0 and result ~= 'machine' then
    count('talks', 1)
    count('talk_ms', it.ended - it.connected)
  end
  if call('HLEN', CAMPAIGN .. 'outcomes') > 10000 then
    for _, field in ipairs(call('HKEYS', CAMPAIGN .. 'outcomes')) do
      if tonumber(string.match(field, '^%d+')) < hour - 40 * 24 then call('HDEL', CAMPAIGN .. 'outcomes', field) end
    end
  end
  call('PEXPIRE', CAMPAIGN .. 'outcomes', LIFE)
end

-- An attempt that reached nobody's phone does not count.
local function forget_attempt(it)
  for _, member in ipairs(call('ZRANGE', tried_key(it.token), 0, -1)) do
    if string.sub(member, 1, #it.id + 1) == it.id .. SEP then call('ZREM', tried_key(it.token), member) end
  end
  call('ZREM', shown_key(it.caller), it.id)
end
