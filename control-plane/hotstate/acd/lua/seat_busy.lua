-- ARGV: now, seat, leg, call, node, use (ringing, talking, gone), the longest wrap-up (ms).
local seat, leg, of, node, use = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if use == 'gone' then
  drop_leg(seat, leg, node)
  call('SET', ROOT .. 'gone:' .. leg, NOW, 'PX', GONE_MS)
else
  -- News may come out of order: what is gone does not come back, and what talks does not ring.
  if is_gone(leg) then return end
  if use == 'ringing' and call('HEXISTS', seat_key(seat), 'leg:' .. leg) == 1 then return end
  set_leg(seat, leg, use, node, of)
end
local freed = recount(seat, tonumber(ARGV[7]))
if freed then settle(freed, '') end
