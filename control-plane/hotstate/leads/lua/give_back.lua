-- Let a claim lapse that no call has taken.  ARGV: now, fence, call.  Returns 1; 0 where it was taken meanwhile.
if call('GET', FENCE) ~= ARGV[2] then return 0 end
local it = load_call(ARGV[3])
if not it or it.state ~= 'claimed' then return 0 end
forget_attempt(it)
close(it, call('HGET', LEADS, it.lead) or '', call('HEXISTS', LEADS, it.lead) == 1 and at or -1)
return 1
