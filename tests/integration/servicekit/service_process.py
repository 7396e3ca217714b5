"""A service in a process of its own: drains while a file exists, tells its story on stdout."""

import asyncio
import sys
from pathlib import Path

from servicekit.lifecycle import Service, run
from servicekit.settings import ServiceSettings, load

HELD = Path(sys.argv[1])


async def main(service: Service) -> None:
    async def drain() -> None:
        print("draining", flush=True)
        while HELD.exists():  # noqa: ASYNC110, ASYNC240 - the test decides
            await asyncio.sleep(0.01)

    async def close() -> None:
        print("closed", flush=True)

    service.on_drain(drain)
    service.on_close(close)
    service.spawn("work", asyncio.Event().wait())
    print("up", flush=True)


if __name__ == "__main__":
    sys.exit(run(main, load(ServiceSettings), "probe"))
