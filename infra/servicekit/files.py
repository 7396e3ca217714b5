"""Files that are written whole or not at all, and are their owner's alone."""

import os
import secrets
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write through a temporary neighbour and a rename; readers see the old content or the new, never a part.

    Parent folders are made (0700).  Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def keep_private() -> None:
    """Have what this process and its children write from now on be their owner's alone, whoever writes it."""
    os.umask(0o077)


def append_privately(path: Path) -> BinaryIO:
    """Open a file at its end, its owner's alone (0600); without a buffer.  Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab", buffering=0)


def secret_in(path: Path) -> str:
    """Return the secret that lies in a file of mode 0600; the first who asks makes it.  Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(24))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")
