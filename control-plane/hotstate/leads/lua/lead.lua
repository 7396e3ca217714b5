-- Become, or stay, who paces the campaign.  ARGV: now, holder, lease (ms).  Returns the fencing token, 0 for another's.
local held = call('GET', LEASE)
if not held then
  call('SET', LEASE, ARGV[2], 'PX', ARGV[3])
  return call('INCR', FENCE)
end
if held ~= ARGV[2] then return 0 end
call('PEXPIRE', LEASE, ARGV[3])
return tonumber(call('GET', FENCE))
