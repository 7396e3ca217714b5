-- ARGV: agent, now, doc, queues, able, teams.  Nothing for an agent who is not signed in.
local id, at = ARGV[1], tonumber(ARGV[2])
local agent = load(id)
if not agent then return end
describe(agent, ARGV[3], ARGV[4], ARGV[5], ARGV[6])
put(agent, at)
settle(id, at, '')
