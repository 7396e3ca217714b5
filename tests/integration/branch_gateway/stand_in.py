"""A stand-in for an edge program: notes its starts and ends in a journal, and has a worker of its own.

python stand_in.py <journal> <manner> <name>     manner: polite, deaf (ignores SIGTERM), faint (dies at once)
"""

import os
import signal
import sys
import time
from pathlib import Path

journal, manner, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def note(event: str, pid: int) -> None:
    # One write of a short line in append mode: lines of several processes do not mix.
    descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{event} {name} {pid}\n".encode())
    os.close(descriptor)


def end(*_: object) -> None:
    os.kill(worker, signal.SIGTERM)
    note("ended", os.getpid())
    sys.exit(0)


if manner == "faint":
    note("started", os.getpid())
    sys.exit(9)
worker = os.fork()
if worker == 0:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        time.sleep(60)
signal.signal(signal.SIGTERM, signal.SIG_IGN if manner == "deaf" else end)
signal.signal(signal.SIGINT, signal.SIG_DFL)
note("worker", worker)
note("started", os.getpid())
while True:
    time.sleep(60)
