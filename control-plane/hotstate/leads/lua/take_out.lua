-- Take leads out; one in a call is not put back after it.  ARGV: now, leads.  Returns those that are in a call.
local busy = {}
for n = 2, #ARGV do
  local lead = ARGV[n]
  if call('HEXISTS', CLAIMED, lead) == 1 then
    call('HSET', NEXT, lead, '')
    busy[#busy + 1] = lead
  else
    take_out(lead)
  end
end
return busy
