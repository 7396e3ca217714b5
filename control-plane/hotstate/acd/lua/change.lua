-- ARGV: now, agent, doc, queues, able, teams.  Nothing for an agent who is not signed in.
local id = ARGV[2]
local agent = load(id)
if not agent then return end
describe(agent, ARGV[3], ARGV[4], ARGV[5], ARGV[6])
put(agent)
settle(id, '')
