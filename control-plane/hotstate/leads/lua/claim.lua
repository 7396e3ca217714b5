-- Claim a ready lead and its number for one call.  ARGV: now, fence, lead, call, campaign, caller number, how long
-- attempts are kept (ms), how long a number that is busy waits (ms), and for each frequency window its scope, since
-- when it counts, how many it allows, its length (ms, 0: it ends by the calendar), and when it ends.
-- Returns {'claimed'}, or {why not, when next}.
if call('GET', FENCE) ~= ARGV[2] then return { 'deposed', 0 } end
local lead, id, campaign, caller, keeps = ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local packed = call('HGET', LEADS, lead)
if not packed or not call('ZSCORE', READY, lead) then return { 'gone', 0 } end
local token = token_and_priority(packed)
if is_forbidden(token) then
  take_out(lead)
  return { 'forbidden', 0 }
end

local function wait_until(due)
  call('ZREM', READY, lead)
  call('ZADD', WAITING, whole(due), lead)
end

if call('EXISTS', claim_key(token)) == 1 then
  -- The same number under another lead, or in another campaign.
  local due = at + tonumber(ARGV[8])
  wait_until(due)
  return { 'busy', due }
end
local tried = call('ZRANGE', tried_key(token), 0, -1, 'WITHSCORES')

-- Return when the oldest attempt was that has to leave a window for one more to fit, nil where one more fits.
local function oldest_in_the_way(scope, since, most)
  if scope == 'caller' then
    local count = call('ZCOUNT', shown_key(caller), '(' .. since, '+inf')
    if count < most then return nil end
    local found = call('ZRANGEBYSCORE', shown_key(caller), '(' .. since, '+inf', 'WITHSCORES', 'LIMIT',
      math.max(count - most, 0), 1)
    return tonumber(found[2])
  end
  local times = {}
  for n = 1, #tried, 2 do
    local of, when = string.match(tried[n], '^[^\31]*\31([^\31]*)'), tonumber(tried[n + 1])
    if when > tonumber(since) and (scope == 'person' or of == campaign) then times[#times + 1] = when end
  end
  if #times < most then return nil end
  return times[math.max(#times - most, 0) + 1] or at
end

local due, shown_due = 0, 0
for n = 9, #ARGV, 5 do
  local scope, since, most, length, ends = ARGV[n], ARGV[n + 1], tonumber(ARGV[n + 2]), tonumber(ARGV[n + 3]), ARGV[n + 4]
  local oldest = oldest_in_the_way(scope, since, most)
  if oldest then
    local free = length > 0 and most > 0 and oldest + length or tonumber(ends)
    if scope == 'caller' then shown_due = math.max(shown_due, free) else due = math.max(due, free) end
  end
end
if due > 0 then
  wait_until(math.max(due, at + 1))
  return { 'capped', math.max(due, at + 1) }
end
-- The lead stays ready: another number may be shown.
if shown_due > 0 then return { 'caller-capped', shown_due } end

call('ZREM', READY, lead)
call('HSET', CLAIMED, lead, id)
call('SET', claim_key(token), id, 'PX', DAY)
put_call({
  id = id, lead = lead, token = token, caller = caller, launched = at, state = 'claimed', node = '', taken = 0,
  answered = 0, connected = 0, ended = 0, result = '', agent = '',
})
call('ZADD', tried_key(token), NOW, id .. SEP .. campaign .. SEP .. caller)
call('ZREMRANGEBYSCORE', tried_key(token), '-inf', whole(at - keeps))
call('PEXPIRE', tried_key(token), whole(keeps))
call('ZADD', shown_key(caller), NOW, id)
call('ZREMRANGEBYSCORE', shown_key(caller), '-inf', whole(at - keeps))
call('PEXPIRE', shown_key(caller), whole(keeps))
return { 'claimed', 0 }
