"""A stack's run folder: one stack at a time, emptied at the start, and who runs noted for whoever cleans up."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from devstack.children import StackError
from servicekit.files import write_atomically
from trunkline.leftovers import belongs, pids_of
from trunkline.plan import REPOSITORY


class RunFolder:
    """`beside`: the command that runs another stack beside this one, for the error texts."""

    def __init__(self, path: Path, beside: str) -> None:
        self.path = path.resolve()
        self._beside = beside
        self._lock: TextIO | None = None

    def take(self, folders: Iterable[str]) -> None:
        """Lock the folder, empty it, and make the folders of the parts.  Raises StackError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            lock = os.fdopen(os.open(self.path / ".lock", os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "a+")
        except OSError as error:
            raise self._unusable(error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise StackError(
                f"a stack runs already in {self.path} (pid {holder}).\n"
                f"Stop it by Ctrl-C in its terminal (or: kill {holder}), or run another beside it: {self._beside}"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        self._check_remains()
        try:
            for left in self.path.iterdir():
                if left.name != ".lock":
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            for folder in folders:
                (self.path / folder).mkdir(mode=0o700)
        except OSError as error:
            raise self._unusable(error) from None

    def release(self) -> None:
        """Let another stack have it; what is in it stays."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def log_of(self, name: str) -> Path:
        """Return where a process's output goes."""
        return self.path / f"{name}.log"

    def note(self, pids: Mapping[str, int]) -> None:
        """Write who runs, so that the doctor can tell what an old run left behind."""
        write_atomically(self.path / "pids.json", json.dumps(pids).encode(), 0o600)

    def _check_remains(self) -> None:
        """A stack that was killed may have left engines, which hold addresses and write into the folder."""
        left = {name: pid for name, pid in pids_of(self.path).items() if belongs(pid, self.path)}
        if left:
            raise StackError(
                f"an old run left processes behind: {', '.join(left)}.\n"
                f"End them and start again: kill {' '.join(map(str, left.values()))}"
            )

    def _unusable(self, error: OSError) -> StackError:
        return StackError(
            f"the run folder {self.path} can not be used: {error.strerror} ({error.filename}).\n"
            f"Was it made by another user?  Give it to yourself: sudo chown -R $(id -un) {REPOSITORY / 'var'}"
        )
