"""Become a command that is told to end when its parent dies: `python -m branch_gateway.leash <parent pid> <command>`.

A supervisor that is killed outright can stop nobody; the kernel does it then (prctl(2), PR_SET_PDEATHSIG).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
ORPHANED = 70


def main(arguments: list[str]) -> None:
    """Ask for SIGTERM at the parent's death, then exec the command; the setting outlives further execs."""
    parent, command = int(arguments[0]), arguments[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    # SIGTERM and not SIGKILL: Kamailio has to end its own workers, which the kernel does not know to be ours.
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    # It may have died before we asked.
    if os.getppid() != parent:
        sys.exit(ORPHANED)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
