-- Pace no more.  ARGV: now, holder.
if call('GET', LEASE) == ARGV[2] then call('DEL', LEASE) end
return 0
