-- Renew claims or give them back, and book what each has cost: the amount replaces what was booked for it before.
-- KEYS: for each claim its trunk's set, its tenant's set, and its tenant's spend of the call's day.
-- ARGV: for each claim leg id, trunk id, when it lapses (ms; 0: it is given back), and what it cost (millionths;
-- -1: nothing is booked).
-- Returns each claim's tenant's spend of that day.  What is booked for a claim that was given back is final.
local DAY = 86400000
local totals = {}
for n = 1, #KEYS / 3 do
  local trunk, tenant, spend = KEYS[n * 3 - 2], KEYS[n * 3 - 1], KEYS[n * 3]
  local leg, lapse, cost = ARGV[n * 4 - 3], ARGV[n * 4 - 1], tonumber(ARGV[n * 4])
  if lapse == '0' then
    redis.call('ZREM', trunk, leg)
    redis.call('ZREM', tenant, leg)
  else
    redis.call('ZADD', trunk, lapse, leg)
    redis.call('ZADD', tenant, lapse, leg)
  end
  local claim = leg .. ':' .. ARGV[n * 4 - 2]
  local booked = redis.call('HGET', spend, claim)
  local final = booked and string.sub(booked, 1, 1) == '='
  local before = booked and tonumber((string.gsub(booked, '=', ''))) or 0
  -- A renewal that was overtaken by the end of its leg says nothing any more.
  if cost >= 0 and (cost > 0 or booked) and (lapse == '0' or not final) then
    redis.call('HSET', spend, claim, (lapse == '0' and '=' or '') .. string.format('%d', cost))
    redis.call('HINCRBY', spend, 'total', string.format('%d', cost - before))
    redis.call('PEXPIRE', spend, 2 * DAY)
  end
  totals[n] = tonumber(redis.call('HGET', spend, 'total') or '0')
end
return totals
