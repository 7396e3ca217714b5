"""What the demo's inbound calls left behind: offered, answered, abandoned, and whether agents' states were true."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from callmodel.privacy import mask_number
from devstack.dialling import ALL_TONES_HZ
from devstack.inbound import Desk, Visit, tone_at
from devstack.seed import TENANT
from devstack.summary import Books
from devstack.voices import voices_in
from simulators.behaviours import tone_of
from trunkline.apiclient import Api, ApiError

LOOK_SECONDS = 0.5
REPAIRED_SECONDS = 5.0
ANSWER_TARGET_SECONDS = 20.0
BUSY = ("ringing", "talking")


class StateWatch:
    """Compares agents' states with live calls, all the time: no agent may differ for longer than repairs take."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._differs_since: dict[str, float] = {}
        self.agents: list[dict[str, Any]] = []
        self.queues: list[dict[str, Any]] = []
        self.worst_seconds = 0.0

    @property
    def equal(self) -> bool:
        return self.worst_seconds <= REPAIRED_SECONDS

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator["StateWatch"]:
        task = asyncio.get_running_loop().create_task(self._follow(), name="state watch")
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self) -> None:
        path = f"/tenants/{TENANT}"
        while True:
            with contextlib.suppress(ApiError, OSError, TimeoutError):
                self.agents = (await self._api.get(f"{path}/agent-states"))["items"]
                self.queues = (await self._api.get(f"{path}/queue-states"))["items"]
                self._compare(await self._api.items(f"{path}/calls", state="live"))
            await asyncio.sleep(LOOK_SECONDS)

    def _compare(self, calls: list[dict[str, Any]]) -> None:
        """A call is announced and a state told on two ways: only what goes on differing is a difference."""
        live = {
            leg["extension"]
            for call in calls
            for leg in call.get("legs", [])
            if leg["extension"] and leg["state"] != "ended"
        }
        now = time.monotonic()
        for agent in self.agents:
            differs = (agent["state"] in BUSY) is not (agent["extension"] in live)
            since = self._differs_since.setdefault(agent["user_id"], now) if differs else now
            if not differs:
                self._differs_since.pop(agent["user_id"], None)
            self.worst_seconds = max(self.worst_seconds, now - since)


@dataclass
class InboundSummary:
    """The demo's `inbound`.  service_level: percent of those offered who were answered within the target."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    service_level: float | None = None
    state_equals_legs: bool = True
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "offered": self.offered,
            "answered": self.answered,
            "abandoned": self.abandoned,
            "service_level": self.service_level,
            "state_equals_legs": self.state_equals_legs,
        }


async def summarise_inbound(
    visits: list[Visit], desks: list[Desk], books: Books, watch: StateWatch
) -> InboundSummary:
    """Check every customer's call against its record, and listen to what was recorded of it."""
    cdrs = {str(cdr["number"]): cdr for cdr in await books.cdrs() if cdr["direction"] == "inbound"}
    tones = {desk.station.extension: tone_at(place) for place, desk in enumerate(desks)}
    queued = [cdr for cdr in cdrs.values() if cdr["queue_id"] is not None]
    answered = [cdr for cdr in queued if cdr["agent_id"] is not None]
    within = sum(cdr["queue_seconds"] <= ANSWER_TARGET_SECONDS for cdr in answered)
    summary = InboundSummary(
        offered=len(queued),
        answered=len(answered),
        abandoned=len(queued) - len(answered),
        service_level=round(100 * within / len(queued), 1) if queued else None,
        state_equals_legs=watch.equal,
    )
    if not watch.equal:
        summary.problems.append(f"an agent's state differed from the legs for {watch.worst_seconds:.1f} s")
    if visits and not answered:
        summary.problems.append("no customer who rang was put through")
    for visit in visits:
        for problem in await _wrong_with(visit, cdrs.get(visit.number), tones, books):
            summary.problems.append(f"{mask_number(visit.number)} -> us: {problem}")
    return summary


async def _wrong_with(visit: Visit, cdr: dict[str, Any] | None, tones: dict[str, int], books: Books) -> list[str]:
    if cdr is None:
        return ["there is no CDR"]
    through = visit.put_through_at is not None
    if through is not (cdr["agent_id"] is not None):
        return [f"the customer {'heard' if through else 'never heard'} an agent; the CDR says {cdr['ending']}"]
    if not through:
        return []
    agent_tone = tones.get(str(cdr["extension"]))
    if agent_tone is None or visit.heard != {agent_tone}:
        return [f"the customer heard {sorted(visit.heard)}, the CDR names extension {cdr['extension']}"]
    try:
        audio = await books.recording(str(cdr["recording_id"]))
        voices = await asyncio.to_thread(voices_in, audio, ALL_TONES_HZ)
    except (ApiError, OSError, TimeoutError, ValueError) as error:
        return [f"the recording can not be heard: {type(error).__name__}: {error}"]
    right = voices.are(tone_of(visit.number), agent_tone)
    return [] if right else [f"the recording holds other voices: {voices}"]
