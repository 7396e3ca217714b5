"""The demo's inbound side: a number with a menu, two queues, agents at both sites who take calls, and customers."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from devstack.dialling import AGENT_TONES_HZ
from devstack.seed import NUMBERS, TENANT, Seed, SeededStation, sow_station, user
from devstack.workforce import phone_of
from simulators.call import CallEndedError, PhoneCall
from simulators.carrier import Carrier
from simulators.phone import RegistrationError, Softphone, answer_after
from simulators.tones import level_dbfs
from trunkline.apiclient import Api
from trunkline.conditions import until
from trunkline.plan import BRANCH_SITE, HQ_SITE, AddressPlan

NUMBER = NUMBERS[1]
FLOW = "welcome"
QUEUES = {"1": "sales", "2": "support"}
"""By the key that leads there."""
AGENTS_PER_SITE = 2
TEAM = "floor"
RINGS_SECONDS = 0.5
WRAP_UP_SECONDS = 2
PREFIX = "+86139"
KNOWN_SECONDS = 10.0

CALL_EVERY_SECONDS = (0.8, 2.4)
MOST_CALLERS = 8
LISTENS_SECONDS = (0.5, 2.0)
TALK_SECONDS = (3.0, 6.0)
PATIENCE_SECONDS = 20.0
SOUND_DBFS = -45.0

DOCUMENT = {
    "name": "Welcome",
    "start": "menu",
    "nodes": {
        "menu": {
            "kind": "menu",
            "prompts": [{"texts": {"en": "Welcome to Acme. For sales, press one. For support, press two."}}],
            "invalid": [{"texts": {"en": "There is no such choice."}}],
            "keys": dict(QUEUES),
            "otherwise": "support",
        },
        **{name: {"kind": "queue", "queues": [{"queue_id": name}], "otherwise": "bye"} for name in QUEUES.values()},
        "bye": {"kind": "hang_up", "prompts": [{"texts": {"en": "Please call again later. Goodbye."}}]},
    },
}


@dataclass(frozen=True)
class Desk:
    """An agent who takes calls, and the station they sit at."""

    user_id: str
    site_id: str
    station: SeededStation


async def sow_inbound(api: Api) -> list[Desk]:
    """Make queues, the flow and its number, and agents at both sites, signed in and ready once they have phones."""
    path = f"/tenants/{TENANT}"
    for queue_id in QUEUES.values():
        body = {"queue_id": queue_id, "name": queue_id.capitalize(), "wrap_up_seconds": WRAP_UP_SECONDS}
        await api.post(f"{path}/queues", body)
    await api.post(f"{path}/flows", {"flow_id": FLOW, "document": DOCUMENT})
    await api.post(f"{path}/flows/{FLOW}/publish", {"edit": 1, "note": "the first"})
    await api.put(f"{path}/numbers/{NUMBER}/route", {"flow_id": FLOW})
    desks = []
    for site_id, first in ((HQ_SITE, 2101), (BRANCH_SITE, 1101)):
        for place in range(AGENTS_PER_SITE):
            station = await sow_station(api, TENANT, str(first + place), site_id)
            made = await api.post("/users", user(f"agent-{station.extension}", "agent") | {"teams": {TENANT: [TEAM]}})
            await api.put(f"{path}/stations/{station.extension}/user", {"user_id": made["user_id"]})
            await api.patch(f"{path}/agents/{made['user_id']}", {"queues": list(QUEUES.values())})
            desks.append(Desk(made["user_id"], site_id, station))
    return desks


def phone_at(desk: Desk, place: int, seed: Seed, plan: AddressPlan) -> Softphone:
    """Return the phone of an agent, who picks up after half a second and speaks in a tone."""
    is_branch = desk.site_id == BRANCH_SITE
    address = (plan.branch_phone if is_branch else plan.hq_phone)(100 + place)
    phone = phone_of(seed, desk.station, plan.branch if is_branch else plan.edge, address, tone_at(place))
    phone.on_invite = answer_after(RINGS_SECONDS)
    return phone


def tone_at(place: int) -> int:
    """Return what the agent at a desk speaks with, Hz; the last tones, as those who dial have the first."""
    return AGENT_TONES_HZ[-1 - place % len(AGENT_TONES_HZ)]


async def register(phone: Softphone) -> None:
    """Register a phone whose station has just been made: an edge knows it a moment later.

    Raises RegistrationError.
    """

    async def is_known() -> bool:
        try:
            await phone.register()
        except RegistrationError:
            return False
        return True

    if not await until(is_known, KNOWN_SECONDS, pause_seconds=0.2):
        await phone.register()


async def sign_in(api: Api, desks: list[Desk]) -> None:
    """Let the agents take calls."""
    for desk in desks:
        await api.post(f"/tenants/{TENANT}/agents/{desk.user_id}/sign-in", {"ready": True})


@dataclass
class Visit:
    """One call of a customer to us, as the customer saw it.  heard: tones, of which one is an agent's."""

    number: str
    key: str
    call: PhoneCall
    began_at: float
    heard: set[int] = field(default_factory=set)
    put_through_at: float | None = None

    @property
    def waited_seconds(self) -> float | None:
        """From the first INVITE to an agent's voice."""
        return None if self.put_through_at is None else self.put_through_at - self.began_at


class Callers:
    """Customers who ring, one after the other, until told to stop.  told: hears of each when it is over."""

    def __init__(self, carrier: Carrier, edge: str, told: Callable[[Visit], None]) -> None:
        self._carrier, self._edge, self._told = carrier, (edge, 5060), told
        self._chance = random.Random(11)
        self._numbers = itertools.count(1)
        self.visits: list[Visit] = []

    async def work(self, stop: asyncio.Event) -> None:
        """Let customers ring until `stop`; who is on the line then is waited for."""
        line = asyncio.Semaphore(MOST_CALLERS)
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                await line.acquire()
                group.create_task(self._one()).add_done_callback(lambda _: line.release())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._chance.uniform(*CALL_EVERY_SECONDS))

    async def _one(self) -> None:
        number = f"{PREFIX}{next(self._numbers):08d}"
        began_at = time.monotonic()
        call = await self._carrier.place_call(NUMBER, number, self._edge)
        visit = Visit(number, self._chance.choice(list(QUEUES)), call, began_at)
        self.visits.append(visit)
        with contextlib.suppress(CallEndedError, TimeoutError):
            await self._choose_and_talk(visit)
        if not call.ended:
            with contextlib.suppress(TimeoutError):
                await call.hang_up()
        self._told(visit)

    async def _choose_and_talk(self, visit: Visit) -> None:
        call = visit.call
        await call.wait_for("answered", PATIENCE_SECONDS)
        # Some know the menu by heart, others hear it out for a while.
        await _heard(call, lambda: level_dbfs(call.heard(0.2)) > SOUND_DBFS)
        await asyncio.sleep(self._chance.uniform(*LISTENS_SECONDS))
        call.send_dtmf(visit.key)

        def hears_agent() -> bool:
            visit.heard = call.heard_tones(AGENT_TONES_HZ, 0.5)
            return len(visit.heard) == 1

        await _heard(call, hears_agent)
        visit.put_through_at = time.monotonic()
        await call.wait_for("ended", self._chance.uniform(*TALK_SECONDS))


async def _heard(call: PhoneCall, condition: Callable[[], bool]) -> None:
    """Wait for a sound.  Raises CallEndedError, and TimeoutError after as long as a customer is patient."""

    async def is_so() -> bool:
        return call.ended or condition()

    if not await until(is_so, PATIENCE_SECONDS):
        raise TimeoutError
    if call.ended:
        raise CallEndedError(call, "sound")
