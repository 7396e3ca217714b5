-- ARGV: tenant, caller.  Returns nothing, or what was noted and whether the agent is signed in.
local noted = call('GET', ROOT .. ARGV[1] .. ':last:' .. ARGV[2])
if not noted then return false end
local id = string.match(noted, '^[^\31]*')
return { noted, call('EXISTS', agent_key(id)) }
