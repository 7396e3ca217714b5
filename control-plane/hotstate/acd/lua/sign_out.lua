-- ARGV: agent, now.
sign_out(ARGV[1], tonumber(ARGV[2]), '')
