-- Claim a trunk channel: the first offered trunk with one free whose first minute fits, within the tenant's own limits.
-- KEYS: the tenant's set, its rotation counter, its day's spend, its call rate, its station's call rate, then one set
-- for each offered trunk.
-- ARGV: leg id, now (ms), lease (ms), the tenant's limits: channels, spend (millionths, -1: none), calls a minute (0:
-- none), calls a minute of the station (0: none), and the attempt that the leg is part of; then for each offered trunk
-- its id, limit, and a minute's cost.
-- Returns {trunk's place from 1, rotation, spend}; {0, 0, spend} all trunks full; instead of a place -1 tenant full,
-- -2 the spend limit, -3 too many calls a minute.
local leg, now, lapse, attempt = ARGV[1], tonumber(ARGV[2]), ARGV[2] + ARGV[3], ARGV[8]
local DAY, MINUTE, FIRST, BEFORE = 86400000, 60000, 9, 5
local spent = tonumber(redis.call('HGET', KEYS[3], 'total') or '0')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for n = BEFORE + 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[n], '-inf', now)
  if redis.call('ZSCORE', KEYS[n], leg) then
    -- Asked before, and the answer was lost on the way.
    redis.call('ZADD', KEYS[n], lapse, leg)
    redis.call('ZADD', KEYS[1], lapse, leg)
    return {n - BEFORE, tonumber(redis.call('GET', KEYS[2]) or '1') - 1, spent}
  end
end
for n = 4, 5 do
  local limit = tonumber(ARGV[n + 2])
  redis.call('ZREMRANGEBYSCORE', KEYS[n], '-inf', now - MINUTE)
  -- An attempt that tries another trunk counts once.
  if limit > 0 and not redis.call('ZSCORE', KEYS[n], attempt) and redis.call('ZCARD', KEYS[n]) >= limit then
    return {-3, 0, spent}
  end
end
if not redis.call('ZSCORE', KEYS[1], leg) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then
  return {-1, 0, spent}
end
local limit, refusal = tonumber(ARGV[5]), 0
for n = BEFORE + 1, #KEYS do
  local at = FIRST + (n - BEFORE - 1) * 3
  local minute = tonumber(ARGV[at + 2])
  if redis.call('ZCARD', KEYS[n]) < tonumber(ARGV[at + 1]) then
    if limit >= 0 and spent + minute > limit then
      refusal = -2
    else
      redis.call('ZADD', KEYS[n], lapse, leg)
      redis.call('ZADD', KEYS[1], lapse, leg)
      redis.call('PEXPIRE', KEYS[n], DAY)
      redis.call('PEXPIRE', KEYS[1], DAY)
      for rate = 4, 5 do
        if tonumber(ARGV[rate + 2]) > 0 then
          redis.call('ZADD', KEYS[rate], 'NX', now, attempt)
          redis.call('PEXPIRE', KEYS[rate], MINUTE)
        end
      end
      if minute > 0 then
        redis.call('HSET', KEYS[3], leg .. ':' .. ARGV[at], minute)
        redis.call('HINCRBY', KEYS[3], 'total', minute)
        redis.call('PEXPIRE', KEYS[3], 2 * DAY)
      end
      return {n - BEFORE, redis.call('INCR', KEYS[2]) - 1, spent + minute}
    end
  end
end
return {refusal, 0, spent}
