"""Sound files on disk, each made once: the least used go when there are too many bytes, private ones soon."""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from servicekit.files import write_atomically

PRIVATE_SECONDS = 300.0
SWEEP_SECONDS = 30.0
IN_USE_SECONDS = 30.0
"""Who was told of a file may still be about to open it: so long it stays, whatever the limit says."""
SUFFIX = ".wav"
_PRIVATE = "private-"

logger = logging.getLogger(__name__)

Make = Callable[[], Awaitable[bytes]]


@dataclass
class _Kept:
    size: int
    used: float
    made: float


class SoundCache:
    """Files by name, in one folder that nobody else writes to; `run` it beside.

    most_bytes: of all files together.  clock: seconds that only grow.
    """

    def __init__(self, folder: Path, most_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._most, self._clock = folder, most_bytes, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._making: dict[str, asyncio.Future[Path]] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._find()

    @property
    def total_bytes(self) -> int:
        return sum(kept.size for kept in self._kept.values())

    async def path_of(self, name: str, make: Make, *, private: bool = False) -> Path:
        """Return the file of that name; the first who asks has it made, and those who ask meanwhile wait for it.

        name: letters, digits and hyphens.  Raises what `make` raises, OSError.
        """
        name = f"{_PRIVATE}{name}" if private else name
        path = self._folder / f"{name}{SUFFIX}"
        if (kept := self._kept.get(name)) is not None:
            kept.used = self._clock()
            self._kept.move_to_end(name)
            return path
        while (waiting := self._making.get(name)) is not None:
            # Who made it may have given up, or failed for a reason of its own: then it is our turn.
            await asyncio.wait([waiting])
            if name in self._kept:
                return path
        made = self._making[name] = asyncio.get_running_loop().create_future()
        try:
            data = await make()
            await asyncio.to_thread(write_atomically, path, data)
            now = self._clock()
            self._kept[name] = _Kept(len(data), now, now)
        finally:
            del self._making[name]
            made.cancel()
        self._make_room()
        return path

    async def run(self) -> None:
        """Remove what is private and old, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Remove private files whose time is over."""
        oldest = self._clock() - PRIVATE_SECONDS
        for name in [name for name, kept in self._kept.items() if name.startswith(_PRIVATE) and kept.made < oldest]:
            self._remove(name)

    def _find(self) -> None:
        """Take over what a former process left; what it had that is private goes."""
        now = self._clock()
        for path in sorted(self._folder.iterdir(), key=lambda each: each.stat().st_mtime):
            if path.name.startswith((_PRIVATE, ".")) or path.suffix != SUFFIX:
                path.unlink(missing_ok=True)
            else:
                self._kept[path.stem] = _Kept(path.stat().st_size, now - IN_USE_SECONDS, now)
        self._make_room()

    def _make_room(self) -> None:
        total, unused = self.total_bytes, self._clock() - IN_USE_SECONDS
        for name in list(self._kept):
            if total <= self._most or self._kept[name].used > unused:
                return
            total -= self._kept[name].size
            self._remove(name)

    def _remove(self, name: str) -> None:
        del self._kept[name]
        with contextlib.suppress(FileNotFoundError):
            (self._folder / f"{name}{SUFFIX}").unlink()
