-- End an offer for one of its agents.  ARGV: now, tenant, queue, call, agent, token, end, reason, days that the last
-- agent is known (ms).
local at, id, who, token, how = tonumber(ARGV[1]), ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local caller = load_caller(ARGV[2], id)
local agent = load(who)
if not caller or caller.queue ~= ARGV[3] then return { 'none' } end
-- Old news changes nothing, and learns how things are.
if caller.token ~= token or (how ~= 'withdrawn' and (not agent or agent.token ~= token)) then
  return where_is(caller)
end

if how == 'withdrawn' then
  local freed = free_offered(caller, at, nil)
  forget_caller(caller)
  settle_all(freed, at, id)
  return { 'none' }
end

if how == 'answered' then
  local freed = free_offered(caller, at, who)
  if is_busy(agent) or agent.base ~= 'ready' then
    agent.token = ''
  else
    -- The leg is told of in a moment; until then nobody else is offered to them.
    agent.answered, agent.lapses = '1', at + UNTAKEN_MS
  end
  put(agent, at)
  note_pace(caller, at)
  forget_caller(caller)
  if caller.caller ~= '' then note_spoken(caller.tenant, caller.caller, who, at, tonumber(ARGV[9])) end
  settle_all(freed, at, id)
  return { 'none' }
end

clear_offer(agent)
agent.base, agent.reason, agent.limit, agent['until'] = 'paused', ARGV[8], 0, 0
put(agent, at)
drop_offered(caller, who, at, id)
return where_is(caller)
