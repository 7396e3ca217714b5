-- Be done with a call.  ARGV: now, fence, call, due (-1: the lead is not called again), packed document, whether the
-- attempt counts, result, what to count (customers who answered, and who were abandoned), and how many attempts were
-- made of the lead now.
-- Returns 1; 0 for a call that was settled before, or somebody who paces no more.
if call('GET', FENCE) ~= ARGV[2] then return 0 end
local it = load_call(ARGV[3])
if not it then return 0 end
if ARGV[6] == '0' then forget_attempt(it) else note_health(it) end
note_made(it.lead, ARGV[10])
close(it, ARGV[5], tonumber(ARGV[4]))
call('HINCRBY', FIGURES, 'result:' .. ARGV[7], 1)
note_outcome(it, ARGV[7], ARGV[6] ~= '0', tonumber(ARGV[8]), tonumber(ARGV[9]))
call('PEXPIRE', FIGURES, LIFE)
return 1
