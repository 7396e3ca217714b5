"""How much room the spool has.  A full one stops new recordings; what lies in it is never given up for room."""

import asyncio
import logging
import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from servicekit import meters

LOOK_SECONDS = 1.0
FILLING_SHARE = 0.8
SLACK_SHARE = 0.05
"""By so much a share must fall before a level is left, or a spool at the edge would alarm with each recording."""

SHARE = meters.Gauge("trunkline.spool.share", "{share}", "how full a media node's spool is")

logger = logging.getLogger(__name__)


class Level(Enum):
    ROOM = "room"
    FILLING = "filling"
    FULL = "full"


@dataclass(frozen=True)
class Limits:
    """The spool may hold so many bytes, and leaves so many free on its disk."""

    max_bytes: int
    min_free_bytes: int


@dataclass(frozen=True)
class Reading:
    """What was seen of the spool at one look."""

    used_bytes: int
    free_bytes: int
    level: Level


def share_of(used_bytes: int, free_bytes: int, limits: Limits) -> float:
    """Return how full the spool is, 1 for full: by its own size, or because its disk is."""
    return max(used_bytes / limits.max_bytes, limits.min_free_bytes / max(free_bytes, 1))


def level_of(used_bytes: int, free_bytes: int, limits: Limits, before: Level) -> Level:
    """Return what follows from how full the spool is, and from what it was."""
    share = share_of(used_bytes, free_bytes, limits)
    if share >= 1 or (before is Level.FULL and share >= 1 - SLACK_SHARE):
        return Level.FULL
    if share >= FILLING_SHARE or (before is not Level.ROOM and share >= FILLING_SHARE - SLACK_SHARE):
        return Level.FILLING
    return Level.ROOM


class SpoolWatch:
    """Looks at the spool again and again: workers empty it without telling us."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.limits = limits
        self._folder = folder
        self.reading = Reading(0, limits.max_bytes, Level.ROOM)
        self.look()
        SHARE.observe(lambda: [(share_of(self.reading.used_bytes, self.reading.free_bytes, limits), {})])

    @property
    def has_room(self) -> bool:
        """Whether a new recording may begin."""
        return self.reading.level is not Level.FULL

    def look(self) -> None:
        """Read sizes, and raise the alarm when the level rises; blocks."""
        before = self.reading.level
        try:
            used, free = _bytes_in(self._folder), _bytes_free(self._folder)
        except OSError as error:
            logger.error("spool can not be looked at", extra={"error": error.strerror})
            return
        self.reading = Reading(used, free, level_of(used, free, self.limits, before))
        self._tell(before)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.look)

    def _tell(self, before: Level) -> None:
        reading = self.reading
        extra = {"used_bytes": reading.used_bytes, "max_bytes": self.limits.max_bytes}
        extra |= {"free_bytes": reading.free_bytes, "min_free_bytes": self.limits.min_free_bytes}
        if reading.level is before:
            return
        if reading.level is Level.FULL:
            logger.error("spool is full: calls go on unrecorded", extra={**extra, "alarm": "spool-full"})
        elif reading.level is Level.FILLING and before is Level.ROOM:
            logger.error("spool is filling", extra={**extra, "alarm": "spool-filling"})
        else:
            logger.info("spool has room again", extra={**extra, "spool_level": reading.level.value})


def _bytes_in(folder: Path) -> int:
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    total += _bytes_in(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue  # a worker was quicker
    return total


def _bytes_free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
