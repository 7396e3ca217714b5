"""Callers in line while something dies: who is cut off and calls again is first, no agent sticks, records say why.

One agent talks with a customer, and others wait behind.  After the strike whoever was cut off calls again; the agent,
who has asked for a pause meanwhile, is free; and then takes one caller after the other, in the order of their first
calls.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from callmodel.privacy import mask_number
from devstack.seed import NUMBERS, user
from simulators.call import CallEndedError, PhoneCall
from simulators.phone import Softphone, answer_after
from tests.faults.field import Field, hang_up
from tests.faults.outcome import Outcome
from tests.faults.trial import Size
from trunkline.apiclient import ApiError
from trunkline.conditions import until
from trunkline.shape import Shape

NUMBER = NUMBERS[1]
QUEUE, FLOW = "faults", "faults"
AGENT_HZ = 2000
"""Of the field's phones at HQ; the music on hold has nothing like it."""
CALLERS = 3
PAUSE = "lunch"
FREE_SECONDS = 5.0
COMES_SECONDS, SERVED_SECONDS, SHOWN_SECONDS = 15.0, 15.0, 30.0
AWAY = (ApiError, aiohttp.ClientError, OSError, TimeoutError)
DOCUMENT = {
    "name": "Faults",
    "start": "wait",
    "nodes": {
        "wait": {"kind": "queue", "queues": [{"queue_id": QUEUE}], "otherwise": "bye"},
        "bye": {"kind": "hang_up"},
    },
}

Strike = Callable[[Field, str], Awaitable[None]]
"""Of a field, and the media node that holds the conversation; it returns at once."""


class Desk:
    """An agent at a phone of the field's, who pauses and is ready by the API."""

    def __init__(self, field: Field, phone: Softphone, user_id: str) -> None:
        self._api, self._path, self.phone, self.user_id = (
            field.api,
            f"/tenants/{field.seed.tenant_id}",
            phone,
            user_id,
        )

    async def do(self, what: str, body: dict[str, Any] | None = None) -> None:
        """Sign in, pause, be ready or sign out, as soon as the API can."""

        async def done() -> bool:
            with contextlib.suppress(*AWAY):
                await self._api.post(f"{self._path}/agents/{self.user_id}/{what}", body or {})
                return True
            return False

        if not await until(done, SHOWN_SECONDS, pause_seconds=0.2):
            raise TimeoutError(f"the agent could not {what}")

    async def is_in(self, state: str) -> bool:
        """Say whether the agent is in a state; nobody knows while the API can not tell."""
        with contextlib.suppress(*AWAY):
            states = (await self._api.get(f"{self._path}/agent-states"))["items"]
            return any(each["user_id"] == self.user_id and each["state"] == state for each in states)
        return False

    async def waiting(self) -> int | None:
        """Return how many wait, None while nobody can tell."""
        with contextlib.suppress(*AWAY):
            states = (await self._api.get(f"{self._path}/queue-states"))["items"]
            return int(next(each["waiting"] for each in states if each["queue_id"] == QUEUE))
        return None

    async def nodes(self) -> dict[str, str]:
        """Return which media node holds the call of each customer, by masked number."""
        live = await self._api.items(f"{self._path}/calls", state="live")
        return {str(each["number"]): str(each["node_id"]) for each in live if each["queue_id"] == QUEUE}


@dataclass
class Customer:
    """Somebody who rings, and rings again when cut off."""

    number: str
    calls: list[PhoneCall] = field(default_factory=list)

    async def ring(self, field: Field) -> None:
        """Get in line, as soon as there is one to get into.  Raises TimeoutError."""
        edges = [field.stack.plan.edge_at(edge) for edge in range(1, field.stack.shape.edges + 1)]
        tries = iter(range(10_000))

        async def comes_through() -> bool:
            call = await field.carrier.place_call(NUMBER, self.number, (edges[next(tries) % len(edges)], 5060))
            with contextlib.suppress(CallEndedError, TimeoutError):
                await call.wait_for("answered", 5.0)
            if call.answered:
                self.calls.append(call)
            else:
                await hang_up(call)
            return call.answered

        if not await until(comes_through, COMES_SECONDS, pause_seconds=0.2):
            raise TimeoutError("a customer did not get through")

    @property
    def masked(self) -> str:
        return mask_number(self.number)

    async def hang_up(self) -> None:
        """End the last call."""
        if self.calls:
            await hang_up(self.calls[-1])

    async def hears_agent(self, seconds: float) -> bool:
        with contextlib.suppress(CallEndedError, TimeoutError):
            await self.calls[-1].wait_for_tones({AGENT_HZ}, (AGENT_HZ,), timeout=seconds)
            return True
        return False


@dataclass(frozen=True)
class Waiting:
    """A fault that strikes while callers wait.

    cuts: whether the callers of the node that is struck are cut off, as its records have to say.
    aim_seconds: within which the agent is free, from the end of the conversation.
    """

    name: str
    strike: Strike
    mend: Callable[[Field], Awaitable[None]]
    cuts: bool = False
    aim_seconds: float = FREE_SECONDS

    def fits_shape(self, shape: Shape) -> bool:
        """Say whether there is another of what dies."""
        return shape.nodes > 1 and shape.redises > 1

    def load(self, _size: Size) -> str:
        """Say under how many calls it is tried."""
        return f"a conversation, and {CALLERS} callers in line"

    async def tried(self, field: Field, size: Size) -> Outcome:
        """Carry it out, and see what became of everybody."""
        desk = await _set_up(field)
        everybody = [Customer(f"+861370{secrets.randbelow(10**7):07d}") for _ in range(1 + CALLERS)]
        try:
            return await self._try(field, desk, everybody, size)
        finally:
            await self.mend(field)
            await asyncio.gather(*(customer.hang_up() for customer in everybody))
            await _take_down(field, desk)

    async def _try(self, field: Field, desk: Desk, everybody: list[Customer], size: Size) -> Outcome:
        talker, *waiters = everybody
        await _begin(field, desk, everybody)
        nodes: dict[str, str] = {}

        async def are_shown() -> bool:
            # What calls are is told a moment after it has come about.
            nodes.update(await desk.nodes())
            return nodes.keys() >= {customer.masked for customer in everybody}

        if not await until(are_shown, SHOWN_SECONDS):
            raise TimeoutError("not all calls are shown")
        struck = nodes[talker.masked]
        cut = [waiter for waiter in waiters if self.cuts and nodes[waiter.masked] == struck]
        await self.strike(field, struck)
        free, _ = await asyncio.gather(
            self._free_after(desk, size), self._again(field, cut) if self.cuts else talker.hang_up()
        )
        await _wait(desk, len(waiters))
        wrong = await _serve(desk, waiters)
        # What a dead node held is told once it is back.
        await self.mend(field)
        wrong += await self._records_wrong(field, desk, everybody, cut)
        lost = len(cut) + self.cuts
        return Outcome(
            self.name,
            calls_in_progress=len(everybody),
            calls_lost=lost,
            allowed_lost=lost if self.cuts else 0,
            facts_lost=0,
            facts_doubled=0,
            recordings_lost=0,
            seconds_to_new_calls=free,
            aim_seconds=self.aim_seconds * size.patience,
            new_calls=len(cut),
            notes=(f"{len(cut)} of {len(waiters)} callers called again; the agent was free in {free} s",),
            remarks=tuple(wrong),
        )

    async def _free_after(self, desk: Desk, size: Size) -> float | None:
        begun = time.monotonic()
        free = await until(lambda: desk.is_in("paused"), self.aim_seconds * size.patience + SHOWN_SECONDS)
        return round(time.monotonic() - begun, 2) if free else None

    async def _again(self, field: Field, cut: list[Customer]) -> None:
        """Have who hears nothing any more call again, the last first: the place is the number's, not the call's."""
        async with asyncio.TaskGroup() as group:
            for customer in reversed(cut):
                group.create_task(customer.hang_up())
                await customer.ring(field)

    async def _records_wrong(
        self, field: Field, desk: Desk, everybody: list[Customer], cut: list[Customer]
    ) -> list[str]:
        """Return which records do not say what happened: one for each call, and the ending of each."""
        talker = everybody[0]
        expected = {each.number: ["node-lost", "completed"] if each in cut else ["completed"] for each in everybody}
        if self.cuts:
            expected[talker.number] = ["node-lost"]
        found: dict[str, list[str]] = {}

        async def as_expected() -> bool:
            with contextlib.suppress(*AWAY):
                # Who rang before edges and nodes knew of the line was in none.
                cdrs = [
                    cdr for cdr in await field.books.cdrs() if cdr["number"] in expected and cdr["queue_id"] == QUEUE
                ]
                cdrs.sort(key=lambda cdr: cdr["started_ms"])
                found.clear()
                for cdr in cdrs:
                    served = cdr["agent_id"] == desk.user_id or cdr["ending"] != "completed"
                    word = str(cdr["ending"]) if served else "of nobody"
                    found.setdefault(cdr["number"], []).append(word)
            return found == expected

        if await until(as_expected, SHOWN_SECONDS, pause_seconds=0.5):
            return []
        return [f"{count} records say {words}" for words, count in _differences(expected, found)]


def _differences(expected: dict[str, list[str]], found: dict[str, list[str]]) -> list[tuple[str, int]]:
    wrong = [
        f"{found.get(number)} in place of {words}" for number, words in expected.items() if found.get(number) != words
    ]
    return [(each, wrong.count(each)) for each in sorted(set(wrong))]


async def _begin(field: Field, desk: Desk, everybody: list[Customer]) -> None:
    """Let the first talk, the others wait behind, and the agent ask for a pause, which begins with the talk's end."""
    talker, *waiters = everybody
    await desk.do("sign-in", {"ready": True})
    await talker.ring(field)
    if not await talker.hears_agent(COMES_SECONDS):
        raise TimeoutError("nobody spoke with the first customer")
    for place, waiter in enumerate(waiters, 1):
        await waiter.ring(field)
        await _wait(desk, place)
    await desk.do("pause", {"reason": PAUSE})


async def _serve(desk: Desk, waiters: list[Customer]) -> list[str]:
    """Let the agent take the callers, and return who had to wait for somebody behind."""
    wrong = []
    await desk.do("ready")
    for place, waiter in enumerate(waiters, 1):
        if not await waiter.hears_agent(SERVED_SECONDS):
            wrong.append(f"caller {place} was not served in turn")
        await waiter.hang_up()
    return wrong


async def _wait(desk: Desk, count: int) -> None:
    """See so many callers in the line.  Raises TimeoutError."""
    seen: list[int] = []

    async def so_many() -> bool:
        seen[:] = [await desk.waiting()]
        return seen == [count]

    if not await until(so_many, SHOWN_SECONDS):
        raise TimeoutError(f"{seen} callers are shown in the line, where {count} wait")


async def _set_up(field: Field) -> Desk:
    """Make the queue and its number, if they are not there, and an agent at a phone of the field's."""
    api, path, phone = field.api, f"/tenants/{field.seed.tenant_id}", field.talkers[0]
    if not any(each["queue_id"] == QUEUE for each in await api.items(f"{path}/queues")):
        body = {"queue_id": QUEUE, "name": "Faults", "wrap_up_seconds": 0, "announce_every_seconds": None}
        await api.post(f"{path}/queues", body)
        await api.post(f"{path}/flows", {"flow_id": FLOW, "document": DOCUMENT})
        await api.post(f"{path}/flows/{FLOW}/publish", {"edit": 1, "note": "the first"})
    await api.put(f"{path}/numbers/{NUMBER}/route", {"flow_id": FLOW})
    made = await api.post("/users", user(f"faults-{secrets.token_hex(4)}", "agent"))
    await api.put(f"{path}/stations/{phone.user}/user", {"user_id": made["user_id"]})
    await api.patch(f"{path}/agents/{made['user_id']}", {"queues": [QUEUE]})
    phone.on_invite = answer_after(0.0)
    return Desk(field, phone, made["user_id"])


async def _take_down(field: Field, desk: Desk) -> None:
    path = f"/tenants/{field.seed.tenant_id}"
    # Who hears nothing any more hangs up.
    await asyncio.gather(*map(hang_up, desk.phone.calls))
    await desk.do("sign-out")
    await field.api.put(f"{path}/stations/{desk.phone.user}/user", {"user_id": None})
    await field.api.put(f"{path}/numbers/{NUMBER}/route", {"route_to": None})
