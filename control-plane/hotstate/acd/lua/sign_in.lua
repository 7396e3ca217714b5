-- ARGV: agent, now, seat, doc, queues, skills, teams, ready (1 or 0).
local id, at, seat, ready = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[8] == '1'
local agent = load(id)
local other = call('HGET', seat_key(seat), 'agent')
-- A station has one agent: who sat there before is out.
if other and other ~= id then sign_out(other, at, '') end
if agent and agent.seat ~= seat then
  local former = seat_key(agent.seat)
  if call('HGET', former, 'agent') == id then call('HDEL', former, 'agent') end
end
describe(id, ARGV[4], ARGV[5], ARGV[6], ARGV[7])
local moved = agent and agent.seat ~= seat
agent = agent or {
  id = id, base = 'paused', reason = 'signed-in', limit = 0, ['until'] = 0, shown = '', since = at, idle = at,
  signed = at, busy = 0, talk = 0, talked = '', rings = 0, talks = 0, token = '', answered = '', lapses = 0, call = '',
  tenant = '', queue = '',
}
agent.seat, agent.queues, agent.listed = seat, ARGV[5], ''
call('HSET', seat_key(seat), 'agent', id)
call('PEXPIRE', seat_key(seat), 2 * DAY)
local rings, talks, of = legs_at(seat)
agent.rings, agent.talks = rings, talks
if of ~= '' and agent.token == '' then agent.call = of end
if talks > 0 then
  agent.talked = '1'
  if agent.talk == 0 then agent.talk = at end
elseif moved then
  agent.talk, agent.talked = 0, ''
end
if ready and agent.base ~= 'ready' then
  agent.base, agent.reason, agent.limit, agent['until'], agent.idle = 'ready', '', 0, 0, at
end
put(agent, at)
settle(id, at, '')
