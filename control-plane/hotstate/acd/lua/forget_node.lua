-- ARGV: now, node.
forget_node(ARGV[2])
