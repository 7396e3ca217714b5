-- Note how a call stands.  ARGV: now, call, node, state, when answered, connected, ended (0 for not), result, agent.
-- What is older news changes nothing.  Returns 0 for a call that is not known.
local it = load_call(ARGV[2])
if not it then return 0 end
local ORDER = { claimed = 0, taken = 1, answered = 2, connected = 3, ended = 4 }
if ORDER[ARGV[4]] < ORDER[it.state] or it.ended > 0 then return 1 end
if it.taken == 0 then it.taken = at end
it.state, it.node = ARGV[4], ARGV[3]
it.answered, it.connected, it.ended = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
it.result, it.agent = ARGV[8], ARGV[9]
put_call(it)
return 1
