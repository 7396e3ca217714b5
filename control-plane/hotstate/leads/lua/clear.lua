-- Take all leads out; those in a call are not put back after it.  ARGV: now.
call('DEL', READY, WAITING, MADE, MADE_AT)
for _, lead in ipairs(call('HKEYS', LEADS)) do
  if call('HEXISTS', CLAIMED, lead) == 1 then call('HSET', NEXT, lead, '') else call('HDEL', LEADS, lead) end
end
return 0
