-- ARGV: now, tenant, queue, call, keep the place (0 or 1).
local at, id = tonumber(ARGV[1]), ARGV[4]
local caller = load_caller(ARGV[2], id)
if not caller or caller.queue ~= ARGV[3] then return 0 end
local freed = free_offered(caller, at, nil)
forget_caller(caller)
if ARGV[5] == '1' then keep_place(caller) end
settle_all(freed, at, id)
return 1
