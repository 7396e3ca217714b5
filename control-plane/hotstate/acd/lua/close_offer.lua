-- End an offer for one of its agents.  ARGV: now, tenant, queue, call, agent, token, end, reason, how long the last
-- agent is known (ms).
local id, who, token, how = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local caller = load_caller(ARGV[2], id)
local agent = load(who)
if not caller or caller.queue ~= ARGV[3] then return { 'none' } end
-- Old news changes nothing, and learns how things are.
if caller.token ~= token or (how ~= 'withdrawn' and (not agent or agent.token ~= token)) then
  return where_is(caller)
end

if how == 'withdrawn' then
  leave(caller, id)
  return { 'none' }
end

if how == 'answered' then
  local freed = free_offered(caller, who)
  if is_busy(agent) then
    agent.token = ''
  elseif agent.mode ~= 'ready' then
    clear_offer(agent)
  else
    -- The leg is told of in a moment; until then nobody else is offered to them.
    agent.answered, agent.lapses = '1', at + UNTAKEN_MS
  end
  put(agent)
  note_pace(caller)
  forget_caller(caller)
  local is_late = at - tonumber(caller.entered) > (caller.target or 0)
  note_fate(caller.tenant, caller.queue, id, is_late and 'late' or 'in-time')
  if caller.caller ~= '' then note_spoken(caller.tenant, caller.caller, who, tonumber(ARGV[9])) end
  settle_all(freed, id)
  return { 'none' }
end

clear_offer(agent)
agent.mode, agent.reason, agent.limit, agent.ends = 'paused', ARGV[8], 0, 0
put(agent)
drop_offered(caller, who)
match_again(caller, id)
return where_is(caller)
