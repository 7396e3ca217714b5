-- ARGV: now, tenant, caller.  Returns nothing, or what was noted and whether the agent is signed in.
local noted = call('GET', ROOT .. ARGV[2] .. ':last:' .. ARGV[3])
if not noted then return false end
return { noted, call('EXISTS', agent_key(string.match(noted, '^[^\31]*'))) }
