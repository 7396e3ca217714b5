-- Make an agent ready or paused.  ARGV: now, agent, ready or paused, reason, limit (ms, 0: none).
-- Returns 0 for an agent who is not signed in.
local id, mode, limit = ARGV[2], ARGV[3], tonumber(ARGV[5])
local agent = load(id)
if not agent then return 0 end
if mode == 'ready' and agent.mode ~= 'ready' then agent.idle = NOW end
agent.mode, agent.reason, agent.limit = mode, ARGV[4], limit
-- In a call, the time begins with its end.
agent.ends = limit > 0 and at + limit or 0
put(agent)
settle(id, '')
return 1
