-- ARGV: now, seat, leg, call, node, use (ringing, talking, gone), the longest wrap-up (ms).
local at, seat, leg, of, node, use = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local gone = ROOT .. 'gone:' .. leg
if use == 'gone' then
  drop_leg(seat, leg, node)
  call('SET', gone, 1, 'PX', 10000)
else
  local known = call('HGET', seat_key(seat), 'leg:' .. leg)
  -- News may come out of order: what is gone does not come back, and what talks does not ring.
  if call('EXISTS', gone) == 1 then return end
  if known and use == 'ringing' then return end
  set_leg(seat, leg, use, node, of, at)
end
local freed = recount(seat, at, tonumber(ARGV[7]))
if freed then settle(freed, at, '') end
