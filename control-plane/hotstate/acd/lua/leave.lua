-- ARGV: now, tenant, queue, call, keep the place (0 or 1), gave up or was lost (0 or 1).
local id = ARGV[4]
local caller = load_caller(ARGV[2], id)
local is_here = caller and caller.queue == ARGV[3]
if is_here then leave(caller, id, ARGV[5] == '1') end
-- Also of one whose offer was withdrawn before.
note_fate(ARGV[2], ARGV[3], id, ARGV[6] == '1' and 'abandoned' or 'left')
return is_here and 1 or 0
