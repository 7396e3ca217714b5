-- Return the first leads that are due.  ARGV: now, how many.  Returns id and packed document in turn.
for _, lead in ipairs(call('ZRANGEBYSCORE', WAITING, '-inf', NOW, 'LIMIT', 0, 1000)) do
  local packed, due = call('HGET', LEADS, lead), call('ZSCORE', WAITING, lead)
  if packed then enter(lead, packed, tonumber(due)) else call('ZREM', WAITING, lead) end
end
local found = {}
for _, lead in ipairs(call('ZRANGE', READY, 0, tonumber(ARGV[2]) - 1)) do
  local packed = call('HGET', LEADS, lead)
  if packed then
    found[#found + 1] = lead
    found[#found + 1] = packed
  else
    call('ZREM', READY, lead)
  end
end
return found
