-- ARGV: now, agent, seat, doc, queues, able, teams, ready (1 or 0).
local id, seat, ready = ARGV[2], ARGV[3], ARGV[8] == '1'
local other = call('HGET', seat_key(seat), 'agent')
-- A station has one agent: who sat there before is out.
local out = other and other ~= id and take_out(other)
local agent = load(id)
local stays = agent and agent.seat == seat
if agent and not stays then call('HDEL', seat_key(agent.seat), 'agent') end
agent = agent or {
  id = id, mode = 'paused', reason = 'signed-in', limit = 0, ends = 0, shown = '', since = NOW, idle = NOW,
  signed = NOW, busy = 0, talk = 0, talked = '', rings = 0, talks = 0, token = '', answered = '', lapses = 0, of = '',
  tenant = '', queue = '', listed = '', queues = '',
}
agent.seat = seat
call('HSET', seat_key(seat), 'agent', id)
call('PEXPIRE', seat_key(seat), DAYS)
describe(agent, ARGV[4], ARGV[5], ARGV[6], ARGV[7])
if not stays then
  -- The legs that are at the station already are theirs.
  local rings, talks, of = legs_at(seat)
  if talks > 0 and agent.talks == 0 then agent.talk, agent.talked = NOW, '1' end
  if talks == 0 then agent.talk, agent.talked = 0, '' end
  agent.rings, agent.talks = rings, talks
  if agent.token == '' then agent.of, agent.tenant, agent.queue = of, '', '' end
end
if ready and agent.mode ~= 'ready' then
  agent.mode, agent.reason, agent.limit, agent.ends, agent.idle = 'ready', '', 0, 0, NOW
end
put(agent)
settle(id, '')
-- Whom the other left is matched only now: before, this agent would serve as they did until then.
match_left(out)
