-- Make an agent ready or paused.  ARGV: agent, now, ready or paused, reason, limit (ms, 0: none).
-- Returns 0 for an agent who is not signed in.
local id, at, base, limit = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[5])
local agent = load(id)
if not agent then return 0 end
if base == 'ready' and agent.base ~= 'ready' then agent.idle = at end
agent.base, agent.reason, agent.limit = base, ARGV[4], limit
-- In a call, the time begins with its end.
agent['until'] = limit > 0 and at + limit or 0
put(agent, at)
settle(id, at, '')
return 1
