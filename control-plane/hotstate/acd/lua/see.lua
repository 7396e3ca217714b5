-- ARGV: now, tenant, queue.  Returns waiting, ready, signed in, the longest wait (ms), the next one's estimate (-1:
-- none).
local line = line_key(ARGV[2], ARGV[3])
local waiting = call('ZCARD', line .. ':waiting')
local first = call('ZRANGE', line .. ':entered', 0, 0, 'WITHSCORES')[2]
local ready = call('ZCARD', line .. ':ready')
local longest = first and math.max(at - tonumber(first), 0) or 0
return { waiting, ready, call('SCARD', line .. ':agents'), longest, estimate_of(line, waiting + 1) }
