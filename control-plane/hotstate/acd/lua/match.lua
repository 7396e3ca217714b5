-- Who is offered to whom.  The rules are those of `callmodel.matching`.
local FEW, CHUNK, MOST_AGENTS, MOST_RUNG, STREAM_MOST = 3, 64, 4096, 20, 1000
local PLACE_MS = 600000

-- An audience: needs as skills and levels, agents, teams, each packed, with \30 between.  Empty is everybody.
local audiences = {}
local function audience_of(packed)
  local known = audiences[packed]
  if known then return known end
  local needs, agents, teams = string.match(packed, '^([^\30]*)\30([^\30]*)\30([^\30]*)$')
  known = { needs = {}, agents = names_in(agents or ''), teams = names_in(teams or ''), named = {} }
  for skill, level in string.gmatch(needs or '', PAIR) do
    known.needs[#known.needs + 1] = { '\30' .. skill .. SEP, tonumber(level) }
  end
  for _, id in ipairs(known.agents) do known.named[id] = true end
  known.is_narrow = #known.agents + #known.teams > 0
  audiences[packed] = known
  return known
end

-- Return the sum of an agent's levels in what is needed, nil for one who lacks a need or is not asked for.  able: the
-- agent's skills, each as \30 skill \31 level, then teams, each between \29.
local function level_in(audience, id, able)
  local sum = 0
  for _, need in ipairs(audience.needs) do
    local _, stop = string.find(able, need[1], 1, true)
    local level = stop and tonumber(string.match(able, '^%d+', stop + 1)) or 0
    if level < need[2] then return nil end
    sum = sum + level
  end
  if not audience.is_narrow or audience.named[id] then return sum end
  for _, team in ipairs(audience.teams) do
    if string.find(able, '\29' .. team .. '\29', 1, true) then return sum end
  end
  return nil
end

-- Return how a candidate stands in a strategy: the smaller is taken, and of equals the one who is idle for longest.
local function worth_of(caller, id, level)
  if caller.strategy == 'most-skilled' then return -level end
  if caller.strategy == 'round-robin' then return tonumber(call('HGET', caller.line .. ':turns', id) or 0) end
  if caller.strategy == 'least-occupied' then
    local agent = load(id)
    return agent.busy / math.max(at - agent.signed, 1)
  end
  return 0
end

-- Return the best of those who are able, or all where all are rung.  ids: ready agents, who is idle for longest
-- first.
local function best_of(caller, audience, ids, most, picks, least)
  local ables = caller.audience ~= '' and call('HMGET', ROOT .. 'able', unpack(ids))
  for n = 1, #ids do
    local level = not ables and 0 or level_in(audience, ids[n], ables[n] or '')
    if level then
      if caller.strategy == 'longest-idle' then return { ids[n] }, true end
      if caller.strategy == 'ring-all' then
        picks[#picks + 1] = ids[n]
        if #picks >= most then return picks, true end
      else
        local worth = worth_of(caller, ids[n], level)
        if not least or worth < least then picks, least = { ids[n] }, worth end
      end
    end
  end
  return picks, false, least
end

-- Return of these agents those who are ready for a line, who is idle for longest first.
local function ready_of(ready, ids)
  local found, idle = {}, {}
  for _, id in ipairs(ids) do
    local since = call('ZSCORE', ready, id)
    if since and not idle[id] then
      idle[id] = tonumber(since)
      found[#found + 1] = id
    end
  end
  table.sort(found, function(a, b) return idle[a] < idle[b] or (idle[a] == idle[b] and a < b) end)
  return found
end

-- Return the ready agents whom a caller is to be offered to now: none, one, or several where all are rung.
local function pick(caller)
  local ready, most = caller.line .. ':ready', MOST_RUNG
  if caller.audience == '-' then return {} end
  if caller.leaves > 0 then
    most = math.min(most, call('ZCARD', ready) - caller.leaves)
    if most <= 0 then return {} end
  end
  local audience = audience_of(caller.audience)
  if #audience.agents > 0 and #audience.teams == 0 then
    local ids = ready_of(ready, audience.agents)
    return #ids == 0 and {} or (best_of(caller, audience, ids, most, {}))
  end
  local picks, done, least = {}, false, nil
  local start, size = 0, caller.strategy == 'longest-idle' and (caller.audience == '' and 1 or FEW) or CHUNK
  while start < MOST_AGENTS do
    local ids = call('ZRANGE', ready, start, start + size - 1)
    if #ids == 0 then break end
    picks, done, least = best_of(caller, audience, ids, most, picks, least)
    if done or #ids < size then break end
    start, size = start + size, CHUNK
  end
  return picks
end

local function offer_of(caller)
  local answer = { 'offer', caller.tenant, caller.queue, caller.id, caller.token, caller.made }
  for _, id in ipairs(names_in(caller.offered)) do
    local agent = load(id)
    if agent then
      answer[#answer + 1] = id
      answer[#answer + 1] = agent.seat
    end
  end
  return answer
end

-- Callers of a line who ask for the same stand in one set beside the line's, so that who becomes free looks at no
-- more callers than there are kinds of them.
local function out_of_kind(caller)
  local key = caller.line .. ':kind:' .. caller.kind
  call('ZREM', key, caller.id)
  if call('EXISTS', key) == 0 then call('SREM', caller.line .. ':kinds', caller.kind) end
  caller.kind = ''
end

-- Take a caller out of the line, not out of what is known.
local function out_of_line(caller)
  if caller.kind == '' then return end
  out_of_kind(caller)
  call('ZREM', caller.line .. ':waiting', caller.id)
  call('ZREM', caller.line .. ':entered', caller.id)
  if call('EXISTS', caller.line .. ':waiting') == 0 then call('HDEL', caller.line .. ':pace', 'answered') end
  tell_lines(caller.tenant .. SEP .. caller.queue)
end

-- Reserve these agents for a caller; `told`: the call whose node learns of its offer by the answer of this script.
local function offer(caller, picks, told)
  local token = call('INCR', ROOT .. 'token')
  caller.token, caller.made, caller.offered = whole(token), NOW, table.concat(picks, SEP)
  local answer = { 'offer', caller.tenant, caller.queue, caller.id, caller.token, NOW }
  for _, id in ipairs(picks) do
    local agent = load(id)
    agent.token, agent.of, agent.tenant, agent.queue = caller.token, caller.id, caller.tenant, caller.queue
    agent.lapses = at + UNTAKEN_MS
    put(agent)
    answer[#answer + 1] = id
    answer[#answer + 1] = agent.seat
    if caller.strategy == 'round-robin' then call('HSET', caller.line .. ':turns', id, token) end
  end
  out_of_line(caller)
  put_caller(caller)
  caller.answer = answer
  if told ~= caller.id then
    local stream = node_key(caller.node, 'offers')
    call('XADD', stream, 'MAXLEN', '~', STREAM_MOST, '*', 'offer', table.concat(answer, SEP))
  end
end

-- Match a caller; returns whether there is an offer now.
local function match_caller(caller, told)
  local picks = pick(caller)
  if #picks == 0 then return false end
  offer(caller, picks, told)
  return true
end

local function into_line(caller)
  local kind = caller.leaves .. '\28' .. caller.audience
  if caller.kind ~= '' and caller.kind ~= kind then out_of_kind(caller) end
  caller.token, caller.offered, caller.made, caller.waited, caller.kind = '', '', '', '1', kind
  put_caller(caller)
  call('ZADD', caller.line .. ':waiting', caller.rank, caller.id)
  tell_lines(caller.tenant .. SEP .. caller.queue)
  call('ZADD', caller.line .. ':entered', caller.entered, caller.id)
  call('ZADD', caller.line .. ':kind:' .. kind, caller.rank, caller.id)
  call('SADD', caller.line .. ':kinds', kind)
  call('SADD', ROOT .. 'lines', caller.tenant .. SEP .. caller.queue)
end

local function forget_caller(caller)
  out_of_line(caller)
  call('DEL', caller_key(caller.tenant, caller.id))
  call('SREM', node_key(caller.node, 'callers'), caller.tenant .. SEP .. caller.queue .. SEP .. caller.id)
  if caller.caller == '' then return end
  local latest = latest_key(caller.tenant, caller.queue, caller.caller)
  if call('GET', latest) == caller.id then call('DEL', latest) end
end

-- Let whoever calls again with the number of a caller who was lost have the rank: one who has done so already, or who does
-- so within ten minutes.
local function keep_place(caller)
  if caller.caller == '' then return end
  local latest = call('GET', latest_key(caller.tenant, caller.queue, caller.caller))
  local again = latest and load_caller(caller.tenant, latest)
  if not again or again.queue ~= caller.queue then
    local place = place_key(caller.tenant, caller.queue, caller.caller)
    call('SET', place, caller.rank .. SEP .. (at + PLACE_MS), 'PX', PLACE_MS)
  elseif tonumber(caller.rank) < tonumber(again.rank) then
    again.rank = caller.rank
    if again.token == '' then into_line(again) else put_caller(again) end
  end
end

-- Return the ready agents of a line with what they are able to.
local function crew_of(line)
  local ids = call('ZRANGE', line .. ':ready', 0, MOST_AGENTS - 1)
  local ables = #ids > 0 and call('HMGET', ROOT .. 'able', unpack(ids)) or {}
  local crew = {}
  for n = 1, #ids do crew[n] = { id = ids[n], able = ables[n] or '' } end
  return crew
end

-- Say whether one of a crew is able to what is asked for.
local function is_one_able(audience, crew)
  if audience == '' then return true end
  local only_named = string.sub(audience, -1) == '\30' and string.match(audience, '\30(.)') ~= '\30'
  for _, each in ipairs(crew) do
    -- Most who ask for somebody by name ask for somebody else: that costs no look at what they need.
    if not only_named or string.find(audience, each.id, 1, true) then
      if level_in(audience_of(audience), each.id, each.able) then return true end
    end
  end
  return false
end

-- Say whether callers of a kind may have somebody now.  Whoever was ready before found nobody then: only `self`, who
-- became free, can be the one, or any where a reserve is over by just now.  line: what is known of it in this round.
local function is_served(line, kind, self)
  local leaves, audience = string.match(kind, '^([^\28]*)\28(.*)$')
  if audience == '-' then return false end
  if leaves == '0' then return is_one_able(audience, { self }) end
  leaves = tonumber(leaves)
  line.ready = line.ready or call('ZCARD', line.key .. ':ready')
  if line.ready <= leaves then return false end
  if line.ready > leaves + freed_now then return is_one_able(audience, { self }) end
  line.crew = line.crew or crew_of(line.key)
  return is_one_able(audience, line.crew)
end

-- Return of a line the first caller for whom somebody may be picked, or `best` if that one is before.
local function first_in(tenant, key, self, best)
  local line = { key = key }
  for _, kind in ipairs(call('SMEMBERS', key .. ':kinds')) do
    if is_served(line, kind, self) then
      local head = call('ZRANGE', key .. ':kind:' .. kind, 0, 0, 'WITHSCORES')
      local id, rank = head[1], tonumber(head[2])
      if not best or rank < best.rank or (rank == best.rank and id < best.id) then
        best = { tenant = tenant, id = id, rank = rank }
      end
    end
  end
  return best
end

-- Find callers for an agent who became free, until they have one or nobody fits.
local function settle(id, told)
  local self = nil
  while true do
    local agent = load(id)
    if not agent or not is_free(agent) then return end
    self = self or { id = id, able = call('HGET', ROOT .. 'able', id) or '' }
    local best = nil
    local lines = lines_of(agent)
    for n = 1, #lines, 2 do best = first_in(lines[n], lines[n + 1], self, best) end
    if not best then return end
    local caller = load_caller(best.tenant, best.id)
    if not caller or not match_caller(caller, told) then return end
  end
end

local function settle_all(ids, told)
  for _, id in ipairs(ids) do settle(id, told) end
end

local function clear_offer(agent)
  agent.token, agent.answered = '', ''
  if not is_busy(agent) then agent.of, agent.tenant, agent.queue = '', '', '' end
end

-- End a caller's offer for all of its agents, or all but one; returns who has to be settled.
local function free_offered(caller, but)
  local freed = {}
  for _, id in ipairs(names_in(caller.offered)) do
    local agent = id ~= but and load(id)
    if agent and agent.token == caller.token then
      clear_offer(agent)
      put(agent)
      freed[#freed + 1] = id
    end
  end
  caller.offered, caller.token = '', ''
  return freed
end

local function estimate_of(line, place)
  local work = call('HGET', line .. ':pace', 'work')
  local agents = call('SCARD', line .. ':agents')
  if not work or agents == 0 then return -1 end
  return math.ceil(place * tonumber(work) / agents / 1000)
end

-- Where a caller stands, as the answer of a script.
local function place_of(caller)
  local place = (call('ZRANK', caller.line .. ':waiting', caller.id) or 0) + 1
  return { 'line', place, estimate_of(caller.line, place) }
end

local function where_is(caller)
  if caller.token ~= '' then return caller.answer or offer_of(caller) end
  return place_of(caller)
end

-- One of an offer's agents is out of it.  With the last of them the caller is in line again.
local function drop_offered(caller, id)
  local rest = {}
  for _, other in ipairs(names_in(caller.offered)) do
    if other ~= id then rest[#rest + 1] = other end
  end
  caller.offered = table.concat(rest, SEP)
  if #rest > 0 then return put_caller(caller) end
  look_at_clock(caller)
  into_line(caller)
end

local function match_again(caller, told)
  if caller.token == '' then match_caller(caller, told) end
end

-- Take a caller out, and find others for the agents of their offer.
local function leave(caller, told, keeps)
  local freed = free_offered(caller, nil)
  forget_caller(caller)
  note_fate(caller.tenant, caller.queue, caller.id, 'left')
  if keeps then keep_place(caller) end
  settle_all(freed, told)
end
