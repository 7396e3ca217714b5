-- ARGV: now, tenant, queue.  Returns waiting, ready, signed in, the longest wait (ms), the next one's estimate (-1:
-- none), and of today offered, answered, answered in time, abandoned.
local line = line_key(ARGV[2], ARGV[3])
local waiting = call('ZCARD', line .. ':waiting')
local first = call('ZRANGE', line .. ':entered', 0, 0, 'WITHSCORES')[2]
local ready = call('ZCARD', line .. ':ready')
local longest = first and math.max(at - tonumber(first), 0) or 0
local counts = call('HMGET', today_key(ARGV[2], ARGV[3]), 'ends', 'offered', 'answered', 'in-time', 'abandoned')
local is_today = counts[1] and at < tonumber(counts[1])
for n = 2, 5 do counts[n] = is_today and tonumber(counts[n] or 0) or 0 end
return {
  waiting, ready, call('SCARD', line .. ':agents'), longest, estimate_of(line, waiting + 1), unpack(counts, 2, 5),
}
