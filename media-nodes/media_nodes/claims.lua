-- Claim a trunk channel: the first offered trunk with one free, within the tenant's own limit.
-- KEYS: the tenant's set, its rotation counter, then one set for each offered trunk.
-- ARGV: call id, now (ms), lease (ms), the tenant's limit, then one limit for each offered trunk.
-- Returns {trunk's place from 1, rotation}; {0, 0} all trunks full, {-1, 0} tenant full.
local call, now, lapse = ARGV[1], tonumber(ARGV[2]), ARGV[2] + ARGV[3]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for n = 3, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[n], '-inf', now)
  if redis.call('ZSCORE', KEYS[n], call) then
    -- Asked before, and the answer was lost on the way.
    redis.call('ZADD', KEYS[n], lapse, call)
    redis.call('ZADD', KEYS[1], lapse, call)
    return {n - 2, tonumber(redis.call('GET', KEYS[2]) or '1') - 1}
  end
end
if not redis.call('ZSCORE', KEYS[1], call) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then
  return {-1, 0}
end
for n = 3, #KEYS do
  if redis.call('ZCARD', KEYS[n]) < tonumber(ARGV[n + 2]) then
    redis.call('ZADD', KEYS[n], lapse, call)
    redis.call('ZADD', KEYS[1], lapse, call)
    redis.call('PEXPIRE', KEYS[n], 86400000)
    redis.call('PEXPIRE', KEYS[1], 86400000)
    return {n - 2, redis.call('INCR', KEYS[2]) - 1}
  end
end
return {0, 0}
