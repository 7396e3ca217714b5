"""Live events for browsers: a snapshot, then what changes, of what the session's user may see."""
