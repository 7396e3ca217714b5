-- Take a claim for good: from here on it lapses no more, and the call may be dialled.  ARGV: now, call, node.
-- Returns 1; 0 where the claim lapsed, or the number is not to be called any more.
local it = load_call(ARGV[2])
if not it or (it.state ~= 'claimed' and it.node ~= ARGV[3]) or it.ended > 0 then return 0 end
if it.state == 'claimed' then
  if is_forbidden(it.token) then return 0 end
  it.state, it.node, it.taken = 'taken', ARGV[3], at
  put_call(it)
end
-- However long it lasts.
call('PEXPIRE', claim_key(it.token), DAY)
return 1
