"""The floor of agents: all dial at once until their time is over, or a process of the stack dies."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from devstack.children import StackError
from devstack.customers import customers
from devstack.dialling import AGENT_TONES_HZ, Agent, Attempt
from devstack.seed import Seed, SeededStation
from simulators.carrier import Carrier
from simulators.phone import Softphone


async def dial_until(
    seconds: float | None,
    death: asyncio.Future[str] | None,
    phones: list[Softphone],
    carrier: Carrier,
    told: Callable[[Attempt], None],
    *others: Callable[[asyncio.Event], Awaitable[None]],
) -> list[Attempt]:
    """Let an agent work at each phone for so many seconds, for ever with None; return what they tried.

    others: work until the event that they are given is set, beside the agents.
    Calls at hand are finished.  Raises StackError when `death` tells of a process that died.
    """
    attempts: list[Attempt] = []

    def note(attempt: Attempt) -> None:
        attempts.append(attempt)
        told(attempt)

    deck, stop = customers(), asyncio.Event()
    agents = [Agent(phone, tone_of_agent(index), [carrier], note) for index, phone in enumerate(phones)]
    work = asyncio.gather(*(agent.work(deck, stop) for agent in agents), *(other(stop) for other in others))
    assert death is not None
    try:
        parts: set[asyncio.Future[Any]] = {work, death}
        await asyncio.wait(parts, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if death.done():
            raise StackError(death.result())
        stop.set()
        await work
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    return attempts


def tone_of_agent(index: int) -> int:
    """Return what the index-th agent speaks with, Hz."""
    return AGENT_TONES_HZ[index % len(AGENT_TONES_HZ)]


def phone_of(seed: Seed, station: SeededStation, edge: str, address: str, tone_hz: int) -> Softphone:
    """Return a station's softphone at `address`, which reaches the platform by `edge`."""
    return Softphone(
        station.extension, seed.domain, station.password, proxy=(edge, 5060), bind=address, tone_hz=tone_hz
    )
