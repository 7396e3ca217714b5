"""The demo's campaign: a list of numbers, agents at both sites whom it calls for, and what came of it."""

import asyncio
import contextlib
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from callmodel.privacy import mask_number
from devstack.children import StackError
from devstack.inbound import Desk, tone_at
from devstack.seed import NUMBERS, TENANT, Seed, sow_station, user
from devstack.summary import Books
from devstack.workforce import phone_of
from simulators.carrier import Carrier
from simulators.phone import Softphone, answer_after
from trunkline.apiclient import Api, ApiError
from trunkline.conditions import until
from trunkline.plan import BRANCH_SITE, HQ_SITE, AddressPlan

CAMPAIGN, LIST, QUEUE, SORRY = "spring", "bought", "outbound", "sorry"
AGENTS_PER_SITE = 2
WRAP_UP_SECONDS = 2
LEADS = 400
ENDINGS = ("005", "005", "486", "006", "404", "005", "480", "006")
"""By the last digits of their numbers, people answer and hang up after a while, are busy, gone, or do not answer."""
PREFIX = "137"
IMPORT_SECONDS, OVER_SECONDS = 240.0, 30.0
"""The first import on a machine compiles its tables, which may take minutes where others work too."""
_PATH = f"/tenants/{TENANT}"
_WEEK = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def sow_outbound(api: Api) -> list[Desk]:
    """Make a queue with agents at both sites, a list of numbers, and a predictive campaign, which is not started.

    Raises ApiError; StackError where the list is not imported in time.
    """
    await api.post(f"{_PATH}/queues", {"queue_id": QUEUE, "name": "Outbound", "wrap_up_seconds": WRAP_UP_SECONDS})
    await api.post(f"{_PATH}/prompts", {"prompt_id": SORRY, "name": "Nobody is free"})
    await api.send(f"{_PATH}/prompts/{SORRY}/audio/en", spoken("This was a call from Acme. We are sorry."))
    await _send_list(api)
    document = {
        "campaign_id": CAMPAIGN,
        "name": "Spring",
        "kind": "predictive",
        "queue_id": QUEUE,
        "lists": [{"list_id": LIST}],
        "callers": {"numbers": [NUMBERS[0]]},
        "hours": {"hours": _WEEK},
        "hot_leads": LEADS,
        "pacing": {
            "abandon_message": SORRY,
            "ring_seconds": 8,
            "answer_rate": 0.5,
            "talk_seconds": 3,
            "wrap_up_seconds": WRAP_UP_SECONDS,
        },
    }
    await api.post(f"{_PATH}/campaigns", document)
    desks = []
    for site_id, first in ((HQ_SITE, 2401), (BRANCH_SITE, 1401)):
        for place in range(AGENTS_PER_SITE):
            station = await sow_station(api, TENANT, str(first + place), site_id)
            made = await api.post("/users", user(f"outbound-{station.extension}", "agent"))
            await api.put(f"{_PATH}/stations/{station.extension}/user", {"user_id": made["user_id"]})
            await api.patch(f"{_PATH}/agents/{made['user_id']}", {"queues": [QUEUE]})
            desks.append(Desk(made["user_id"], site_id, station))
    return desks


def numbers() -> list[str]:
    """Return the numbers of the list, as a supplier writes them; no two alike."""
    return [f"{PREFIX}{row:05d}{ENDINGS[row % len(ENDINGS)]}" for row in range(LEADS)]


def phone_that_answers(desk: Desk, place: int, seed: Seed, plan: AddressPlan) -> Softphone:
    """Return the phone of a campaign's agent, which picks up by itself."""
    is_branch = desk.site_id == BRANCH_SITE
    address = (plan.branch_phone if is_branch else plan.hq_phone)(150 + place)
    phone = phone_of(seed, desk.station, plan.branch if is_branch else plan.edge, address, tone_at(place))
    phone.on_invite = answer_after(0.0)
    return phone


@dataclass
class CampaignSummary:
    """The demo's `campaign`.

    abandonment: percent of the people who answered.  productive: percent of the agents' time in talk and wrap-up.
    doubles: numbers that the carrier was asked for more than once.
    """

    attempts: int = 0
    connects: int = 0
    abandonment: float | None = None
    productive: float | None = None
    doubles: int = 0
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "attempts": self.attempts,
            "connects": self.connects,
            "abandonment": self.abandonment,
            "productive": self.productive,
            "doubles": self.doubles,
        }


class Outbound:
    """The campaign while the demo runs."""

    def __init__(self, api: Api, carrier: Carrier, agents: int) -> None:
        self._api, self._carrier, self._agents = api, carrier, agents
        self._ran_seconds = 0.0

    async def work(self, stop: asyncio.Event) -> None:
        """Dial until `stop`, then no more; calls go on."""
        loop = asyncio.get_running_loop()
        await self._api.post(f"{_PATH}/campaigns/{CAMPAIGN}/start", {})
        began = loop.time()
        try:
            await stop.wait()
        finally:
            self._ran_seconds = loop.time() - began
            with contextlib.suppress(ApiError):
                await self._api.post(f"{_PATH}/campaigns/{CAMPAIGN}/pause", {})

    async def settle(self, books: Books) -> None:
        """Wait until every call that the carrier has seen is over and has its record, or the time is over."""

        async def is_over() -> bool:
            written = {str(cdr["number"]) for cdr in await _cdrs(books)}
            return set(self.rung) <= written

        await until(is_over, OVER_SECONDS, pause_seconds=0.5)

    @property
    def rung(self) -> Counter[str]:
        """How often the carrier was asked for each of the list's numbers, E.164."""
        asked = (_e164(record.dialled) for record in self._carrier.calls if record.direction == "to-carrier")
        return Counter(number for number in asked if number.startswith(f"+86{PREFIX}"))

    async def summarise(self, books: Books) -> CampaignSummary:
        """Check what was written of the campaign against what the carrier saw."""
        cdrs = [cdr for cdr in await _cdrs(books) if cdr["result"] not in (None, "cancelled", "failed")]
        results = Counter(str(cdr["result"]) for cdr in cdrs)
        people = results["connected"] + results["abandoned"]
        busy = sum(cdr["talk_seconds"] + WRAP_UP_SECONDS for cdr in cdrs if cdr["result"] == "connected")
        available = self._agents * self._ran_seconds
        rung = self.rung
        summary = CampaignSummary(
            attempts=len(cdrs),
            connects=results["connected"],
            abandonment=round(100 * results["abandoned"] / people, 1) if people else None,
            productive=round(min(100 * busy / available, 100.0), 1) if available else None,
            doubles=sum(count > 1 for count in rung.values()),
        )
        if not summary.connects:
            summary.problems.append("the campaign connected nobody")
        if summary.doubles:
            summary.problems.append(f"the campaign called {summary.doubles} numbers twice")
        written = {str(cdr["number"]) for cdr in cdrs}
        summary.problems += [
            f"the campaign called {mask_number(number)}, and there is no CDR" for number in rung.keys() - written
        ]
        return summary


async def _cdrs(books: Books) -> Iterable[dict[str, Any]]:
    return [cdr for cdr in await books.cdrs() if cdr["campaign_id"] == CAMPAIGN]


async def _send_list(api: Api) -> None:
    await api.post(f"{_PATH}/lists", {"list_id": LIST, "name": "Bought in May"})
    await api.send(f"{_PATH}/lists/{LIST}/file/0", "\n".join(["phone", *numbers(), ""]).encode())
    await api.post(f"{_PATH}/lists/{LIST}/import", {})

    async def is_ready() -> bool:
        return str((await api.get(f"{_PATH}/lists/{LIST}"))["state"]) == "ready"

    if not await until(is_ready, IMPORT_SECONDS, pause_seconds=0.5):
        raise StackError("the campaign's list was not imported: see worker.log")


def spoken(text: str) -> bytes:
    """Return a text as WAV, in the machine's own voice."""
    command = ["espeak-ng", "-v", "en", "--stdout", text]
    return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout


def _e164(dialled: str) -> str:
    return dialled if dialled.startswith("+") else f"+{dialled}"
