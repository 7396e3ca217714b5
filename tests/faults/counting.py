"""What the stores hold of answered calls, beside what phones and carrier saw of them."""

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import aiohttp

from devstack.summary import callee_of
from tests.faults.field import Field
from trunkline.apiclient import ApiError

SHORTER_SECONDS = 1.0
"""So much shorter than what was said may a recording be: the way of the answer, and of sound to the disk."""
UNWRITTEN_SECONDS = 32_768 / (2 * 2 * 8000)
"""What an Asterisk that dies takes along: it writes blocks of 32 KiB, here of two channels at 8 kHz."""

LOOK_SECONDS = 0.5
HANGED_UP, NODE_LOST = "completed", "node-lost"


@dataclass(frozen=True)
class Tally:
    """Of answered calls.  `facts_doubled`: records beyond those that the carrier answered."""

    facts_lost: int
    facts_doubled: int
    recordings_wrong: list[str]
    endings_wrong: list[str]


async def settle(field: Field, numbers: list[str], seconds: float) -> tuple[str, ...]:
    """Wait until each call has its record and no recording is owed; return what is still missing, in words.

    seconds: for how long nothing more may come.  What is behind by thousands of recordings is given its time.
    """
    wanted = {f"+86{number}" for number in numbers}
    gaps: list[dict[str, Any]] = []
    least, deadline = (len(wanted) + 1, 0), time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ApiError, aiohttp.ClientError, TimeoutError):
            # What is lost does not come any more; it is counted.
            gaps = [gap for gap in await field.books.gaps()
                    if gap["recording_id"] not in field.owed and gap["state"] != "lost"]  # fmt: skip
            # A day's records are many to ask for: only when the recordings are there.
            written = set() if gaps else {callee_of(cdr) for cdr in await field.books.cdrs()}
            left = (len(gaps), len(wanted - written))
            if not gaps and wanted <= written:
                break
            if left < least:
                least, deadline = left, time.monotonic() + seconds
        await asyncio.sleep(LOOK_SECONDS)
    field.owed |= {gap["recording_id"] for gap in gaps}
    return (f"{len(gaps)} recordings are owed by the ledger",) if gaps else ()


async def count(field: Field, numbers: list[str], *, recorded: list[str], died: int) -> Tally:
    """Compare what the stores hold of calls that were answered at a phone with what was seen of them.

    recorded: those whose recording has to be whole.  died: how many calls were lost, and may have ended so.
    """
    wanted = {f"+86{number}": number for number in numbers}
    cdrs: dict[str, list[dict[str, Any]]] = {number: [] for number in numbers}
    for cdr in await field.books.cdrs():
        if callee_of(cdr) in wanted and cdr["answered_ms"] is not None:
            cdrs[wanted[callee_of(cdr)]].append(cdr)
    entries = {entry["recording_id"]: entry for entry in await field.books.recordings()}
    of_call = Counter(entry["call_id"] for entry in entries.values())
    twice = sum(of_call[cdr["call_id"]] > 1 for found in cdrs.values() for cdr in found)
    surplus = [len(found) - field.times_answered(number) for number, found in cdrs.items()]
    wrong = [recorded_wrongly(field.said[number], cdrs[number], entries) for number in recorded if cdrs[number]]
    return Tally(
        facts_lost=sum(not found for found in cdrs.values()),
        facts_doubled=twice + sum(more for more in surplus if more > 0),
        recordings_wrong=[each for each in wrong if each],
        endings_wrong=ended_wrongly([cdr for found in cdrs.values() for cdr in found], died),
    )


def ended_wrongly(cdrs: list[dict[str, Any]], died: int) -> list[str]:
    """Say which answered calls ended in another way than by a hang-up, or with their node."""
    lost = [cdr for cdr in cdrs if cdr["ending"] == NODE_LOST]
    odd = [cdr for cdr in cdrs if cdr["ending"] not in (HANGED_UP, NODE_LOST)]
    wrong = [f"call {cdr['call_id']} ended as {cdr['ending']}" for cdr in odd]
    return wrong if len(lost) <= died else [*wrong, f"{len(lost)} calls ended as {NODE_LOST}, and {died} were lost"]


def recorded_wrongly(said: float, cdrs: list[dict[str, Any]], entries: dict[str, dict[str, Any]]) -> str | None:
    """Return what is wrong with the recordings of the calls to a number, None for nothing.

    Of two calls one was given up before its answer came; what was said was said in the other.
    """
    longest, may_lack = 0.0, SHORTER_SECONDS
    for cdr in cdrs:
        what = f"call {cdr['call_id']} ({cdr['ending']})"
        entry = entries.get(cdr.get("recording_id") or "")
        if entry is None:
            return f"{what} has no recording"
        # Whoever hangs up at once has said nothing: such a recording is empty.
        if entry["state"] not in ("archived", "empty"):
            return f"{what}: its recording of {said:.1f} s is {entry['state']}"
        if cdr["ending"] == "node-lost":
            may_lack += UNWRITTEN_SECONDS
        longest = max(longest, float(entry.get("actual_seconds") or 0.0))
    if longest >= said - may_lack:
        return None
    return f"{what}: {longest:.1f} s recorded of {said:.1f} s said, talked for {float(cdr['talk_seconds']):.1f} s"
