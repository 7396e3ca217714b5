"""OpenSSL 3 under Kamailio 5.6: each process with a state of its own (what Kamailio 5.8 does by itself)."""

import ctypes
import re
from pathlib import Path

PTHREAD_KEYS = 1024
_SHARED_MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw-s", re.MULTILINE)


def part_with_other_processes() -> None:
    """Forget what OpenSSL keeps for the main thread, once for each process after its fork.

    Kamailio has OpenSSL allocate in shared memory, and OpenSSL's errors and random numbers, which it takes for one
    thread's, were made before the fork: all processes would use the same without a lock, and a few hundred failing
    handshakes at once end in SIGSEGV.  OpenSSL makes new ones where it finds none.
    """
    libc = ctypes.CDLL(None)
    libc.pthread_getspecific.restype = ctypes.c_void_p
    libc.pthread_setspecific.argtypes = (ctypes.c_uint, ctypes.c_void_p)
    mappings = Path("/proc/self/maps").read_text(encoding="utf-8")
    shared = [(int(found[1], 16), int(found[2], 16)) for found in _SHARED_MAPPING.finditer(mappings)]
    for key in range(PTHREAD_KEYS):
        value = libc.pthread_getspecific(key) or 0
        # Python keeps its own under such keys too, in private memory.
        if any(start <= value < end for start, end in shared):
            libc.pthread_setspecific(key, None)
