"""What a demo run left behind, checked from outside: CDRs, recordings and the ledger by the API, and by listening."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

import aiohttp
import soundfile

from callmodel.privacy import mask_number
from devstack.dialling import ALL_TONES_HZ, Attempt
from devstack.voices import Voices, voices_in
from trunkline.apiclient import Api, ApiError
from trunkline.conditions import until

SETTLE_SECONDS = 60.0


@dataclass
class Summary:
    """The JSON object in the demo's last line, and the complaints behind a false `ok`."""

    calls_attempted: int = 0
    answered: int = 0
    connected: int = 0
    recorded: int = 0
    cdrs_written: int = 0
    ledger_gaps: int = 0
    invite_to_invite_ms: dict[str, float | None] = field(default_factory=dict)
    calls_by_edge: dict[str, int] = field(default_factory=dict)
    calls_by_node: dict[str, int] = field(default_factory=dict)
    inbound: dict[str, Any] = field(default_factory=dict)
    campaign: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems and self.answered > 0

    def to_json(self) -> dict[str, Any]:
        return {
            "calls_attempted": self.calls_attempted,
            "answered": self.answered,
            "connected": self.connected,
            "recorded": self.recorded,
            "cdrs_written": self.cdrs_written,
            "ledger_gaps": self.ledger_gaps,
            "invite_to_invite_ms": self.invite_to_invite_ms,
            **({"calls_by_edge": self.calls_by_edge} if self.calls_by_edge else {}),
            **({"calls_by_node": self.calls_by_node} if self.calls_by_node else {}),
            **({"inbound": self.inbound} if self.inbound else {}),
            **({"campaign": self.campaign} if self.campaign else {}),
            "ok": self.ok,
        }


class Books:
    """What the platform has written of one tenant's calls since the demo began."""

    def __init__(self, api: Api, tenant_id: str) -> None:
        self._api = api
        self._path = f"/tenants/{tenant_id}"
        self._from_day = datetime.now(UTC).date()

    def _days(self) -> list[str]:
        """A demo may run past midnight."""
        days = (datetime.now(UTC).date() - self._from_day).days
        return [str(self._from_day + timedelta(days=index)) for index in range(days + 1)]

    async def cdrs(self) -> list[dict[str, Any]]:
        """Return all CDRs with full numbers (which the platform audits)."""
        return [
            cdr
            for day in self._days()
            for cdr in await self._api.items(f"{self._path}/calls", day=day, reveal="numbers")
        ]

    async def recordings(self) -> list[dict[str, Any]]:
        """Return the recording ledger."""
        return [entry for day in self._days() for entry in await self._api.items(f"{self._path}/recordings", day=day)]

    async def gaps(self) -> list[dict[str, Any]]:
        """Return what the recording ledger still waits for."""
        return [
            gap for day in self._days() for gap in await self._api.items(f"{self._path}/recordings/gaps", day=day)
        ]

    async def recording(self, recording_id: str) -> bytes:
        """Return a recording through its presigned link.  Raises ApiError, aiohttp.ClientError."""
        link = await self._api.get(f"{self._path}/recordings/{recording_id}/download")
        return await self._api.download(link["url"])

    async def settle(
        self, attempts: list[Attempt], more: Iterable[str] = (), seconds: float = SETTLE_SECONDS
    ) -> None:
        """Wait until each attempt has its CDR and the ledger owes nothing, or the time is over.

        more: numbers of others whose calls have records, E.164.
        """
        wanted = {attempt.customer.e164 for attempt in attempts} | set(more)

        async def settled() -> bool:
            try:
                return wanted <= {callee_of(cdr) for cdr in await self.cdrs()} and not await self.gaps()
            except (ApiError, aiohttp.ClientError, TimeoutError):
                return False

        await until(settled, seconds, pause_seconds=0.5)


async def summarise(attempts: list[Attempt], books: Books, owned_numbers: set[str]) -> Summary:
    """Check every attempt against what was written of it, and listen to every recording.

    owned_numbers: the numbers that HQ owns, E.164; the carrier must have seen one of them as caller.
    """
    cdrs = {callee_of(cdr): cdr for cdr in await books.cdrs()}
    delays = [attempt.invite_to_invite_ms for attempt in attempts if attempt.invite_to_invite_ms is not None]
    summary = Summary(
        calls_attempted=len(attempts),
        answered=sum(attempt.answered for attempt in attempts),
        connected=sum(attempt.connected for attempt in attempts),
        ledger_gaps=len(await books.gaps()),
        invite_to_invite_ms=percentiles(delays),
    )
    if summary.ledger_gaps:
        summary.problems.append(f"{summary.ledger_gaps} recordings are owed by the ledger")
    for attempt in attempts:
        who = f"{attempt.extension} -> {mask_number(attempt.customer.e164)}"
        cdr = cdrs.get(attempt.customer.e164)
        summary.cdrs_written += cdr is not None
        for problem in [
            *_ended_wrongly(attempt),
            *_seen_wrongly(attempt, owned_numbers),
            *_written_wrongly(attempt, cdr),
        ]:
            summary.problems.append(f"{who}: {problem}")
        if attempt.answered and cdr is not None:
            wrong = await _recorded_wrongly(attempt, cdr, books)
            summary.recorded += wrong is None
            if wrong is not None:
                summary.problems.append(f"{who}: {wrong}")
    return summary


def callee_of(cdr: dict[str, Any]) -> str:
    """Return whom a call went to, E.164; a call that was refused before routing has only what was dialled."""
    return str(cdr.get("number") or f"+86{cdr.get('dialled')}")


def percentiles(values: list[float]) -> dict[str, float | None]:
    """Return p50 and p95 rounded to 0.1, None without values."""
    if len(values) < 2:
        only = round(values[0], 1) if values else None
        return {"p50": only, "p95": only}
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1)}


def _ended_wrongly(attempt: Attempt) -> list[str]:
    """Return how a call came to another end than its customer's: that is ours then, and not the customer's."""
    name = attempt.customer.behaviour.name.partition(":")[0]
    if attempt.should_answer and not attempt.answered:
        return [f"should have been answered ({name}), but the agent was told {attempt.call.final_code}"]
    if attempt.answered and not attempt.should_answer:
        return [f"was answered, though nobody answers there ({name})"]
    return []


def _seen_wrongly(attempt: Attempt, owned_numbers: set[str]) -> list[str]:
    """Return what the carrier saw that it should not have."""
    seen = attempt.seen
    if seen is None:
        return ["the carrier never saw the call"]
    shown = {"From": seen.from_number, "P-Asserted-Identity": seen.asserted_number}
    wrong = [
        f"the carrier saw {mask_number(number) or 'nothing'} as {name}, which HQ does not own"
        for name, number in shown.items()
        if f"+{number.lstrip('+')}" not in owned_numbers
    ]
    ours = [name for name, _ in seen.headers if name.lower().startswith("x-trunkline")]
    return [*wrong, *(f"the carrier saw our header {name}" for name in ours)]


def _written_wrongly(attempt: Attempt, cdr: dict[str, Any] | None) -> list[str]:
    if cdr is None:
        return ["there is no CDR"]
    problems = []
    if (cdr.get("answered_ms") is not None) != attempt.answered:
        problems.append(f"the CDR says {cdr.get('ending')}, the phone was told {attempt.call.final_code}")
    if attempt.answered and not attempt.connected:
        heard = f"agent heard {sorted(attempt.agent_heard)}, customer heard {sorted(attempt.customer_heard)}"
        problems.append(f"they did not hear each other: {heard}")
    if cdr.get("extension") != attempt.extension:
        problems.append(f"the CDR names extension {cdr.get('extension')}")
    return problems


async def _recorded_wrongly(attempt: Attempt, cdr: dict[str, Any], books: Books) -> str | None:
    """Return why an answered call's recording is not right, None when it is."""
    recording_id = cdr.get("recording_id")
    if not recording_id:
        return "the CDR names no recording"
    try:
        audio = await books.recording(str(recording_id))
        voices = await asyncio.to_thread(voices_in, audio, ALL_TONES_HZ)
    except (ApiError, aiohttp.ClientError, TimeoutError, ValueError, soundfile.LibsndfileError) as error:
        return f"the recording can not be heard: {type(error).__name__}: {error}"
    return None if _right(attempt, voices) else f"the recording holds other voices: {voices}"


def _right(attempt: Attempt, voices: Voices) -> bool:
    voice = attempt.customer.behaviour.voice
    tone = attempt.customer.tone_hz if voice == "tone" else None
    return voices.are(tone, attempt.agent_tone_hz, customer_speaks=voice != "silence")
