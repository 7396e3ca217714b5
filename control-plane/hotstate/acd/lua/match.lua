-- Who is offered to whom.  The rules are those of `callmodel.matching`.
local CHUNK, MOST_AGENTS, MOST_CALLERS, MOST_RUNG, STREAM_MOST = 64, 4096, 1024, 20, 1000
local PLACE_MS = 600000

-- Return who may be offered a caller now: nil for nobody yet, {} for everybody.
local function audience_of(caller, at)
  if caller.audiences == '' then return {} end
  caller.steps = caller.steps or cjson.decode(caller.audiences)
  local found = nil
  for _, audience in ipairs(caller.steps) do
    if audience.from > at then break end
    found = audience
  end
  if found and not found.fields then
    found.fields = {}
    for _, need in ipairs(found.needs or {}) do
      found.fields[#found.fields + 1] = 's:' .. need[1]
    end
    found.first_team = #found.fields + 1
    for _, team in ipairs(found.teams or {}) do
      found.fields[#found.fields + 1] = 't:' .. team
    end
    found.named = {}
    for _, id in ipairs(found.agents or {}) do found.named[id] = true end
    found.narrow = found.agents ~= nil or found.teams ~= nil
  end
  return found
end

-- Return the sum of the levels that were asked for, nil for an agent who lacks one or is not of the audience.
local function level_in(audience, id)
  local fields = audience.fields
  if not fields then return 0 end
  local values = #fields > 0 and call('HMGET', agent_key(id), unpack(fields)) or {}
  local sum = 0
  for n, need in ipairs(audience.needs or {}) do
    local level = tonumber(values[n] or 0)
    if level < need[2] then return nil end
    sum = sum + level
  end
  if not audience.narrow or audience.named[id] then return sum end
  for n = audience.first_team, #fields do
    if values[n] then return sum end
  end
  return nil
end

-- Return how a candidate stands in a strategy: the smaller is taken, and of equals the one who is idle for longest.
local function worth_of(strategy, caller, id, level, at)
  if strategy == 'most-skilled' then return -level end
  if strategy == 'round-robin' then
    return tonumber(call('HGET', caller.line .. ':turns', id) or 0)
  end
  if strategy == 'least-occupied' then
    local known = call('HMGET', agent_key(id), 'busy', 'signed')
    return tonumber(known[1]) / math.max(at - tonumber(known[2]), 1)
  end
  return 0
end

-- Return the ready agents whom a caller is to be offered to now, none or one, or several where all are rung.
local function pick(caller, at)
  local ready = caller.line .. ':ready'
  local audience = audience_of(caller, at)
  if not audience then return {} end
  local most = MOST_RUNG
  local reserved = tonumber(caller.reserved)
  if reserved > 0 and tonumber(caller.priority) < tonumber(caller.reserved_priority) then
    most = math.min(most, call('ZCARD', ready) - reserved)
    if most <= 0 then return {} end
  end
  local strategy = caller.strategy
  local picks, least = {}, nil
  for start = 0, MOST_AGENTS - 1, CHUNK do
    local ids = call('ZRANGE', ready, start, start + CHUNK - 1)
    for n = 1, #ids do
      local level = level_in(audience, ids[n])
      if level then
        if strategy == 'longest-idle' then return { ids[n] } end
        if strategy == 'ring-all' then
          picks[#picks + 1] = ids[n]
          if #picks >= most then return picks end
        else
          local worth = worth_of(strategy, caller, ids[n], level, at)
          if not least or worth < least then picks, least = { ids[n] }, worth end
        end
      end
    end
    if #ids < CHUNK then break end
  end
  return picks
end

local function offer_of(caller)
  local answer = { 'offer', caller.tenant, caller.queue, caller.id, caller.token, caller.made }
  for _, id in ipairs(names_in(caller.offered)) do
    answer[#answer + 1] = id
    answer[#answer + 1] = call('HGET', agent_key(id), 'seat') or ''
  end
  return answer
end

-- Take a caller out of the line, not out of what is known.
local function out_of_line(caller)
  if caller.waited ~= '1' then return end
  call('ZREM', caller.line .. ':waiting', caller.id)
  call('ZREM', caller.line .. ':entered', caller.id)
  if call('EXISTS', caller.line .. ':waiting') == 0 then call('HDEL', caller.line .. ':pace', 'answered') end
end

-- Reserve these agents for a caller; `told`: the node that holds the call learns of it by the answer of this script.
local function offer(caller, picks, at, told)
  local token = call('INCR', ROOT .. 'token')
  caller.token, caller.made, caller.offered = token, at, table.concat(picks, SEP)
  for _, id in ipairs(picks) do
    local agent = load(id)
    agent.token, agent.call, agent.tenant, agent.queue = tostring(token), caller.id, caller.tenant, caller.queue
    agent.lapses = at + UNTAKEN_MS
    put(agent, at)
    if caller.strategy == 'round-robin' then call('HSET', caller.line .. ':turns', id, token) end
  end
  out_of_line(caller)
  put_caller(caller)
  if told ~= caller.id then
    local stream = node_key(caller.node, 'offers')
    call('XADD', stream, 'MAXLEN', '~', STREAM_MOST, '*', 'offer', cjson.encode(offer_of(caller)))
    call('PEXPIRE', stream, DAY)
  end
end

-- Match a caller; returns whether there is an offer now.
local function match_caller(caller, at, told)
  local picks = pick(caller, at)
  if #picks == 0 then return false end
  offer(caller, picks, at, told)
  return true
end

local function into_line(caller)
  caller.token, caller.offered, caller.made, caller.waited = '', '', '', '1'
  put_caller(caller)
  call('ZADD', caller.line .. ':waiting', caller.rank, caller.id)
  call('ZADD', caller.line .. ':entered', caller.entered, caller.id)
  call('SADD', ROOT .. 'lines', caller.tenant .. SEP .. caller.queue)
end

local function forget_caller(caller)
  out_of_line(caller)
  call('DEL', caller_key(caller.tenant, caller.id))
  call('SREM', node_key(caller.node, 'callers'), caller.tenant .. SEP .. caller.queue .. SEP .. caller.id)
  local latest = caller.line .. ':caller:' .. caller.caller
  if caller.caller ~= '' and call('GET', latest) == caller.id then call('DEL', latest) end
end

-- Let whoever calls again with the number of a caller who was lost have the rank: one who has done so already, or does
-- so within ten minutes.
local function keep_place(caller)
  if caller.caller == '' then return end
  local again = call('GET', caller.line .. ':caller:' .. caller.caller)
  local other = again and again ~= caller.id and load_caller(caller.tenant, again)
  if not other or other.queue ~= caller.queue then
    call('SET', caller.line .. ':place:' .. caller.caller, caller.rank, 'PX', PLACE_MS)
  elseif tonumber(caller.rank) < tonumber(other.rank) then
    other.rank = caller.rank
    put_caller(other)
    if other.token == '' then call('ZADD', other.line .. ':waiting', other.rank, other.id) end
  end
end

-- Return of a line the first caller for whom somebody may be picked, if their rank comes before that of `best`.
local function first_in(tenant, line, at, best)
  for start = 0, MOST_CALLERS - 1, CHUNK do
    local found = call('ZRANGE', line .. ':waiting', start, start + CHUNK - 1, 'WITHSCORES')
    for n = 1, #found, 2 do
      local id, rank = found[n], tonumber(found[n + 1])
      if best and (rank > best.rank or (rank == best.rank and id > best.caller.id)) then return best end
      local caller = load_caller(tenant, id)
      if caller then
        local picks = pick(caller, at)
        if #picks > 0 then return { caller = caller, picks = picks, rank = rank } end
      else
        call('ZREM', line .. ':waiting', id)
        call('ZREM', line .. ':entered', id)
      end
    end
    if #found < 2 * CHUNK then break end
  end
  return best
end

-- Find callers for an agent who became free, until they have one or nobody fits.
local function settle(id, at, told)
  while true do
    local agent = load(id)
    if not agent or not is_free(agent) then return end
    local best = nil
    for tenant, queue in string.gmatch(agent.queues, '([^\31]+)\31([^\31]+)') do
      best = first_in(tenant, line_key(tenant, queue), at, best)
    end
    if not best then return end
    offer(best.caller, best.picks, at, told)
  end
end

local function clear_offer(agent)
  agent.token, agent.answered = '', ''
  if not is_busy(agent) then agent.call, agent.tenant, agent.queue = '', '', '' end
end

-- End a caller's offer for all of its agents, or all but one; returns who has to be settled.
local function free_offered(caller, at, but)
  local freed = {}
  for _, id in ipairs(names_in(caller.offered)) do
    local agent = id ~= but and load(id)
    if agent and agent.token == tostring(caller.token) then
      clear_offer(agent)
      put(agent, at)
      freed[#freed + 1] = id
    end
  end
  caller.offered, caller.token = '', ''
  return freed
end

local function settle_all(ids, at, told)
  for _, id in ipairs(ids) do settle(id, at, told) end
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
  if caller.token ~= '' then return offer_of(caller) end
  return place_of(caller)
end

-- One of an offer's agents is out of it.  With the last of them the caller is in line again, and matched.
local function drop_offered(caller, id, at, told)
  local rest = {}
  for _, other in ipairs(names_in(caller.offered)) do
    if other ~= id then rest[#rest + 1] = other end
  end
  caller.offered = table.concat(rest, SEP)
  if #rest > 0 then return put_caller(caller) end
  into_line(caller)
  match_caller(caller, at, told)
end
