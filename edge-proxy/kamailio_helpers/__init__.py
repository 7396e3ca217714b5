"""Helpers for those who script Kamailio in Python; they know nothing of Trunkline, and no registry offers any.

`KSR-stubs`, beside them, types the KEMI module.  `kemi` guards a script's callbacks and ends workers with their main
process, `fakeksr` is a KSR for tests without Kamailio, `rpc` sends commands, and `templates` fills configurations
with checked values.
Standard library only: the interpreter is the one that Kamailio is linked to.
"""
