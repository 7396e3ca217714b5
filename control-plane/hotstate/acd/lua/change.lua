-- ARGV: agent, now, doc, queues, skills, teams.  Nothing for an agent who is not signed in.
local id, at = ARGV[1], tonumber(ARGV[2])
if call('EXISTS', agent_key(id)) == 0 then return end
describe(id, ARGV[3], ARGV[4], ARGV[5], ARGV[6])
put(load(id), at)
settle(id, at, '')
