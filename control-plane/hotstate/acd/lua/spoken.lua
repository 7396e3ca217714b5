-- Who last spoke with a number, and how fast callers are answered.
local function note_spoken(tenant, caller, id, keep_ms)
  if keep_ms <= 0 then return end
  local teams = call('HGET', agent_key(id), 'teams') or ''
  call('SET', ROOT .. tenant .. ':last:' .. caller, id .. SEP .. NOW .. SEP .. teams, 'PX', keep_ms)
end

local PACE_ANSWERS = 30 -- as `callmodel.lines` has it

-- Learn from the time between two answers during which somebody always waited: what one caller costs one agent.
local function note_pace(caller)
  if caller.waited ~= '1' then return end
  local pace = caller.line .. ':pace'
  local known = call('HMGET', pace, 'answered', 'work', 'samples')
  if known[1] then
    local sample = (at - tonumber(known[1])) * call('SCARD', caller.line .. ':agents')
    local work, samples = tonumber(known[2] or 0), math.min(tonumber(known[3] or 0) + 1, PACE_ANSWERS)
    work = work + (sample - work) / samples
    call('HSET', pace, 'work', string.format('%.3f', work), 'samples', samples)
  end
  if call('EXISTS', caller.line .. ':waiting') == 1 then call('HSET', pace, 'answered', NOW) end
  call('PEXPIRE', pace, DAY)
end
