"""What services stand on: settings, logs, lifecycle, Redis, stores, objects.  Knows no call."""
