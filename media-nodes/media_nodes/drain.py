"""`trunkline media-node drain`: the node takes no new calls, and its conductor ends once the last one is over."""

import asyncio
import sys
from pathlib import Path

from media_nodes.conductor import Conductor
from media_nodes.config import MediaSettings
from servicekit.lifecycle import Service
from servicekit.settings import load

LOOK_SECONDS = 0.2


class Flag:
    """A file that asks for the drain: it works without Redis, and a conductor that restarts still finds it."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "drain"

    def raise_(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.touch()

    def is_raised(self) -> bool:
        return self._path.exists()

    def lower(self) -> None:
        self._path.unlink(missing_ok=True)


def main() -> int:
    """Ask the conductor of this node to drain; returns at once."""
    Flag(load(MediaSettings).state_dir).raise_()
    return 0


async def watch(flag: Flag, conductor: Conductor, service: Service) -> None:
    """Refuse new calls once the flag is up; when the last call has ended, lower it and stop the service."""
    # A file has no event to wait for.
    while not flag.is_raised():  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
    conductor.draining = True
    await conductor.idle()
    # Long enough for one that stands by to see it: it would take over a node that is to be empty.
    await asyncio.sleep(LOOK_SECONDS)
    flag.lower()
    service.stop()


if __name__ == "__main__":
    sys.exit(main())
