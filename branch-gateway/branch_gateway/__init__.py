"""A branch office: enrols once, keeps its own SIP edge going, and follows what headquarters publishes."""
