-- Hold the channel by which a call came, if its tenant then has no more than it may.
-- KEYS: the tenant's set, the trunk's set.  ARGV: leg id, now (ms), lease (ms), how many channels at most.
-- Returns 1 where it is held, else 0.
local leg, now, lapse, DAY = ARGV[1], tonumber(ARGV[2]), ARGV[2] + ARGV[3], 86400000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], leg) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
for n = 1, 2 do
  redis.call('ZADD', KEYS[n], lapse, leg)
  redis.call('PEXPIRE', KEYS[n], DAY)
end
return 1
