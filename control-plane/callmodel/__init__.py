"""The domain: what a call is and does.  Pure: no I/O, no clock, no chance; standard library only."""
