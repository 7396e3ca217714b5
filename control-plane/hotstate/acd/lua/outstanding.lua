-- The offers that stand for a node's calls.  ARGV: now, node.
local answer = {}
for _, packed in ipairs(call('SMEMBERS', node_key(ARGV[2], 'callers'))) do
  local tenant, _, id = string.match(packed, '^([^\31]*)\31([^\31]*)\31([^\31]*)$')
  local caller = load_caller(tenant, id)
  if caller and caller.token ~= '' then answer[#answer + 1] = offer_of(caller) end
end
return answer
