-- ARGV: now, tenant, caller, agent, how long to keep it (ms).
note_spoken(ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]))
