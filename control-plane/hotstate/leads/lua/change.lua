-- Let leads be otherwise than they are; one in a call afterwards.  ARGV: now, and for each its id, due, packed document.
for n = 2, #ARGV, 3 do
  local lead, due, packed = ARGV[n], ARGV[n + 1], ARGV[n + 2]
  if call('HEXISTS', CLAIMED, lead) == 1 then
    call('HSET', NEXT, lead, due .. SEP .. packed)
  elseif is_forbidden((token_and_priority(packed))) then
    take_out(lead)
  else
    enter(lead, packed, tonumber(due))
  end
end
return 0
