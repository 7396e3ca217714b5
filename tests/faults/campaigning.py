"""A predictive campaign on the whole system, with agents at two sites, while what paces and what conducts is killed.

Nobody is rung twice, everybody is rung, records say of each lead what the carrier saw, and who answered is recorded.
"""

import asyncio
import contextlib
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from devstack.outbound import spoken
from devstack.rolling import client_of, master_of
from devstack.seed import NUMBERS, user
from simulators.call import PhoneCall
from simulators.carrier import CallRecord
from simulators.phone import Softphone
from tests.faults.counting import LOOK_SECONDS
from tests.faults.field import Field
from tests.faults.outcome import Outcome
from tests.faults.trial import Size
from tests.faults.waiting import AWAY, Desk
from trunkline.conditions import until
from trunkline.shape import Shape

AGENTS_AT_HQ = 8
"""Beside two at the branch."""
AGENT_HZ, HEARD_WITHIN_HZ = 2000, 8
TOO_SHORT_TO_HEAR_SECONDS = 0.5
FEWEST_LEADS, LEADS_A_CALL = 80, 5
ENDINGS = ("005", "005", "486", "005", "404", "005", "480", "005")
"""Of numbers, by which the carrier's customers behave: five of eight answer, and hang up after two seconds."""
ANSWERS = ENDINGS.count("005")
IMPORT_SECONDS, TURN_SECONDS = 240.0, 300.0
WRAP_UP_SECONDS = 1
TAKEN_OVER_SECONDS = 4.0
"""The lease of whoever paces lasts two seconds, and the next looks each half."""
_WEEK = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@dataclass(frozen=True)
class Campaigning:
    """The pacing dialler is killed after a quarter of the leads, a conductor after half of them.

    mend: brings back what was killed.
    """

    name: str
    mend: Callable[[Field], Awaitable[None]]

    def fits_shape(self, shape: Shape) -> bool:
        """Say whether another takes over from each that dies."""
        return shape.diallers > 1 and shape.standbys

    def load(self, size: Size) -> str:
        """Say under how many calls it is tried."""
        return f"{_leads_of(size)} leads, {AGENTS_AT_HQ + 2} agents at two sites"

    async def tried(self, field: Field, size: Size) -> Outcome:
        """Carry it out, and compare what carrier and records say."""
        campaign = await _set_up(field, _leads_of(size))
        try:
            await campaign.post("start")
            await campaign.settled(0.25)
            taken_over = await campaign.lose_the_pacer()
            await campaign.settled(0.5)
            await _lose_a_conductor(field)
            await campaign.settled(1.0)
            return await campaign.outcome(self.name, taken_over, TAKEN_OVER_SECONDS * size.patience)
        finally:
            await self.mend(field)
            await campaign.take_down()


def _leads_of(size: Size) -> int:
    return max(FEWEST_LEADS, LEADS_A_CALL * size.calls)


@dataclass
class _Campaign:
    field: Field
    name: str
    leads: tuple[str, ...]
    desks: list[Desk]

    @property
    def _path(self) -> str:
        return f"/tenants/{self.field.seed.tenant_id}/campaigns/{self.name}"

    async def post(self, what: str) -> None:
        await self.field.api.post(f"{self._path}/{what}", {})

    @property
    def rung(self) -> list[CallRecord]:
        """What the carrier was asked for."""
        wanted = set(self.leads)
        return [call for call in self.field.carrier.calls if call.dialled.lstrip("+").removeprefix("86") in wanted]

    async def settled(self, share: float) -> None:
        """Wait until this share of the leads has a result, and where it is all that no call lasts."""

        async def is_settled() -> bool:
            with contextlib.suppress(*AWAY):
                seen = await self.field.api.get(f"{self._path}/figures")
                return sum(seen["results"].values()) >= share * len(self.leads) and (share < 1 or not seen["calls"])
            return False

        if not await until(is_settled, TURN_SECONDS, pause_seconds=0.2):
            raise TimeoutError(f"the campaign did not come through {share:.0%} of its leads")

    async def lose_the_pacer(self) -> float:
        """SIGKILL to the dialler that paces; return the seconds until another's first call is at the carrier."""
        before = await self._pacer()
        await self.field.stack.kill(before)
        struck = time.monotonic()

        async def other_paces() -> bool:
            return await self._pacer() not in ("", before)

        await until(other_paces, TURN_SECONDS, pause_seconds=0.05)
        paced = time.monotonic()

        async def rings() -> bool:
            return any(call.arrived_at > paced for call in self.rung)

        await until(rings, TURN_SECONDS, pause_seconds=0.05)
        return time.monotonic() - struck

    async def _pacer(self) -> str:
        """Return the name of the dialler that holds the campaign, empty while none does."""
        stack = self.field.stack
        place = int((await master_of(stack)).rpartition("-")[2])
        async with client_of(stack, *stack.environments.datastores.redis_at(place)) as redis:
            keys = [key async for key in redis.scan_iter(f"*:campaign:{self.name}:lease")]
            holder = await redis.get(keys[0]) if keys else None
        return "" if holder is None else str(holder).rpartition("-")[0]

    async def outcome(self, name: str, taken_over: float, aim_seconds: float) -> Outcome:
        rung = Counter(call.dialled.lstrip("+") for call in self.rung)
        cdrs = await self._records(rung.keys())
        results = Counter(str(cdr["result"]) for cdr in cdrs)
        answered = [cdr for cdr in cdrs if cdr["result"] in ("connected", "abandoned")]
        remarks = self._otherwise_at_the_carrier(answered)
        if unrung := len(self.leads) - len(rung):
            remarks.append(f"{unrung} leads were not rung")
        sites = Counter(str(cdr["site_id"]) for cdr in cdrs if cdr["result"] == "connected")
        if len(sites) < 2:
            remarks.append(f"agents of {sorted(sites)} alone spoke")
        return Outcome(
            name,
            calls_in_progress=sum(rung.values()),
            calls_lost=0,
            allowed_lost=0,
            facts_lost=len(rung.keys() - {str(cdr["number"]).lstrip("+") for cdr in cdrs}),
            facts_doubled=sum(count - 1 for count in rung.values()),
            recordings_lost=await self._not_recorded({cdr["recording_id"] for cdr in answered}),
            seconds_to_new_calls=round(taken_over, 2),
            aim_seconds=aim_seconds,
            new_calls=len(rung),
            notes=(
                f"{results['connected']} connected, {results['abandoned']} abandoned of {len(answered)} answered",
            ),
            remarks=tuple(remarks),
        )

    def _otherwise_at_the_carrier(self, answered: list[dict[str, Any]]) -> list[str]:
        """Return whose records say another thing than the customer's phone: spoke with an agent, or not."""
        recorded = {str(cdr["number"]).lstrip("+"): cdr for cdr in answered}
        wrong = []
        for call in self.rung:
            if call.line is None or not call.line.answered:
                continue
            cdr = recorded.get(call.dialled.lstrip("+"))
            result = "nothing" if cdr is None else str(cdr["result"])
            spoke = any(abs(hz - AGENT_HZ) <= HEARD_WITHIN_HZ for hz in call.heard_hz)
            # Who comes as the customer hangs up has been there, and nobody has heard it.
            too_short = cdr is not None and float(cdr["talk_seconds"] or 0.0) < TOO_SHORT_TO_HEAR_SECONDS
            if result != ("connected" if spoke else "abandoned") and not (result == "connected" and too_short):
                wrong.append(f"{result} in the records of who {'spoke with an agent' if spoke else 'heard none'}")
        return [f"{count} times {what}" for what, count in Counter(wrong).items()]

    async def _records(self, numbers: Any) -> list[dict[str, Any]]:
        """Return the campaign's records, once there is one for each number that was rung, or the time is over."""
        found: list[dict[str, Any]] = []

        async def all_there() -> bool:
            with contextlib.suppress(*AWAY):
                found[:] = [
                    cdr
                    for cdr in await self.field.books.cdrs()
                    if cdr["campaign_id"] == self.name and cdr["result"] not in (None, "cancelled")
                ]
            return set(numbers) <= {str(cdr["number"]).lstrip("+") for cdr in found}

        await until(all_there, 60.0, pause_seconds=LOOK_SECONDS)
        return found

    async def _not_recorded(self, owed: set[str | None]) -> int:
        """Return how many of these recordings are not archived."""
        archived: set[str | None] = set()

        async def all_there() -> bool:
            with contextlib.suppress(*AWAY):
                entries = await self.field.books.recordings()
                archived.update(each["recording_id"] for each in entries if each["state"] in ("archived", "empty"))
            return owed <= archived

        await until(all_there, 60.0, pause_seconds=LOOK_SECONDS)
        return len(owed - archived)

    async def take_down(self) -> None:
        with contextlib.suppress(*AWAY):
            await self.post("stop")
        path = f"/tenants/{self.field.seed.tenant_id}"
        for desk in self.desks:
            await desk.do("sign-out")
            await self.field.api.put(f"{path}/stations/{desk.phone.user}/user", {"user_id": None})


async def _lose_a_conductor(field: Field) -> None:
    """SIGKILL to one of the two that serve; the one beside it takes its calls over."""
    name = field.stack.serving_conductor(1)
    if name is None:
        raise TimeoutError("no conductor serves the first node")
    await field.stack.kill(name)


async def _set_up(field: Field, count: int) -> _Campaign:
    """Make a queue, a list and a campaign of their own, and sign the agents in.  Raises ApiError, TimeoutError."""
    api, path, name = field.api, f"/tenants/{field.seed.tenant_id}", f"try-{secrets.token_hex(3)}"
    first = secrets.randbelow(100)
    leads = tuple(f"137{first:02d}{row:03d}{ENDINGS[row % len(ENDINGS)]}" for row in range(count))
    await api.post(f"{path}/queues", {"queue_id": name, "name": name, "wrap_up_seconds": WRAP_UP_SECONDS})
    await api.post(f"{path}/prompts", {"prompt_id": name, "name": "Nobody is free"})
    await api.send(f"{path}/prompts/{name}/audio/en", spoken("This was a call from Acme. We are sorry."))
    await api.post(f"{path}/lists", {"list_id": name, "name": name})
    await api.send(f"{path}/lists/{name}/file/0", "\n".join(["phone", *leads, ""]).encode())
    await api.post(f"{path}/lists/{name}/import", {})

    async def is_ready() -> bool:
        return str((await api.get(f"{path}/lists/{name}"))["state"]) == "ready"

    if not await until(is_ready, IMPORT_SECONDS, pause_seconds=0.5):
        raise TimeoutError("the list was not imported: see bulk-worker-1.log")
    pacing = {
        "abandon_message": name,
        "ring_seconds": 6,
        "answer_rate": ANSWERS / len(ENDINGS),
        "talk_seconds": 2,
        "wrap_up_seconds": WRAP_UP_SECONDS,
    }
    await api.post(
        f"{path}/campaigns",
        {
            "campaign_id": name,
            "name": name,
            "kind": "predictive",
            "queue_id": name,
            "lists": [{"list_id": name}],
            "callers": {"numbers": [NUMBERS[0]]},
            "hours": {"hours": _WEEK},
            "hot_leads": count,
            "pacing": pacing,
        },
    )
    phones = [*field.talkers[:AGENTS_AT_HQ], field.probers[-1], field.colleague]
    desks = [await _seat(field, phone, name) for phone in phones]
    await asyncio.gather(*(desk.do("sign-in", {"ready": True}) for desk in desks))
    return _Campaign(field, name, leads, desks)


async def _seat(field: Field, phone: Softphone, queue_id: str) -> Desk:
    api, path = field.api, f"/tenants/{field.seed.tenant_id}"
    made = await api.post("/users", user(f"{queue_id}-{phone.user}", "agent"))
    await api.put(f"{path}/stations/{phone.user}/user", {"user_id": made["user_id"]})
    await api.patch(f"{path}/agents/{made['user_id']}", {"queues": [queue_id]})

    async def pick_up(call: PhoneCall) -> None:
        call.play_tone(AGENT_HZ)
        call.answer()

    phone.on_invite = pick_up
    return Desk(field, phone, made["user_id"])
