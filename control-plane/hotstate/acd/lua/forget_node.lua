-- ARGV: now, node.
forget_node(ARGV[2], tonumber(ARGV[1]))
