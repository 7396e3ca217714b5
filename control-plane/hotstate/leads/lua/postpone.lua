-- Let leads wait that are ready, and may not be called now.  ARGV: now, fence, and for each its id and due time.
-- Returns 0 for somebody who paces no more.
if call('GET', FENCE) ~= ARGV[2] then return 0 end
for n = 3, #ARGV, 2 do
  if call('ZREM', READY, ARGV[n]) == 1 then call('ZADD', WAITING, ARGV[n + 1], ARGV[n]) end
end
return 1
