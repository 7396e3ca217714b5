-- Agents as others see them.  ARGV: now, agents.  Returns for each nothing, or document, seat, state, since, reason,
-- call, its tenant and queue, token.
local answer = {}
for n = 2, #ARGV do
  local agent = load(ARGV[n])
  answer[n - 1] = agent and {
    call('HGET', agent_key(agent.id), 'doc'), agent.seat, agent.shown, agent.since, agent.reason, agent.of,
    agent.tenant, agent.queue, agent.token,
  } or {}
end
return answer
