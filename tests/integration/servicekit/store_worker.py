"""A writer in a process of its own, to be killed: prints each row's number once the store accepted it."""

import asyncio
import sys

from store_contract import TABLES, call

from servicekit.stores import open_store


async def main(url: str) -> None:
    store = open_store(url, TABLES)
    number = 0
    while True:
        await store.upsert_many("calls", [call(number + n, seconds=float(number)) for n in range(10)])
        print(number, flush=True)
        number += 10


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
