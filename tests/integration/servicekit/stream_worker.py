"""A consumer in a process of its own, to be killed: prints the message it holds, and never finishes it."""

import asyncio
import sys

from servicekit.redisio import connect
from servicekit.streams import Fields, StreamReader


async def hold(_stream: str, message_id: str, _fields: Fields) -> None:
    print(message_id, flush=True)
    await asyncio.Event().wait()


async def main(url: str) -> None:
    reader = StreamReader(connect(url), "group", "doomed", hold, ["facts"], block_ms=100, claim_idle_ms=500)
    await reader.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
