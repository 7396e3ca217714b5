-- Figures of the tenant's calendar day: `<line>:today` has when it ends and the counts, `<line>:today:calls` what befell
-- each call, so that each counts once.  See `callmodel.today`.
local COUNTS = { ['in-time'] = { 'answered', 'in-time' }, late = { 'answered' }, abandoned = { 'abandoned' } }

local function today_key(tenant, queue) return line_key(tenant, queue) .. ':today' end

-- Note what befell a caller of the day.  Who was answered stays so.
local function note_fate(tenant, queue, id, fate)
  local today = today_key(tenant, queue)
  local was = call('HGET', today .. ':calls', id)
  if not was or was == fate or was == 'in-time' or was == 'late' then return end
  call('HSET', today .. ':calls', id, fate)
  for _, name in ipairs(COUNTS[was] or {}) do call('HINCRBY', today, name, -1) end
  for _, name in ipairs(COUNTS[fate] or {}) do call('HINCRBY', today, name, 1) end
  tell_lines(tenant .. SEP .. queue)
end

-- Note a caller who came into the line; ends: when their day ends, empty for one who does not count.
local function note_offered(caller, ends)
  if ends == '' then return end
  local today = today_key(caller.tenant, caller.queue)
  if at >= tonumber(call('HGET', today, 'ends') or 0) then
    call('UNLINK', today, today .. ':calls')
    call('HSET', today, 'ends', ends)
  end
  if call('HSETNX', today .. ':calls', caller.id, 'waiting') == 0 then
    return note_fate(caller.tenant, caller.queue, caller.id, 'waiting')
  end
  call('HINCRBY', today, 'offered', 1)
  call('PEXPIRE', today, DAYS)
  call('PEXPIRE', today .. ':calls', DAYS)
  tell_lines(caller.tenant .. SEP .. caller.queue)
end
