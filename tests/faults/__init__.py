"""`trunkline faults`: what callers, carrier and stores see of each thing that dies, on the real engines."""
