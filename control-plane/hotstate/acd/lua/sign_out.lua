-- ARGV: now, agent.
sign_out(ARGV[2])
