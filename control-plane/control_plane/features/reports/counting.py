"""What a call's record adds to the figures of its tenant, queue, agent and trunks.  Pure.

Sums are whole numbers: times in milliseconds, money in millionths, MOS in hundredths.  They are kept by quarter of an
hour, in which the call began; all else (averages, shares) is worked out of sums when somebody asks (`figures`).
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from callmodel.endings import Ending
from control_plane.packedlegs import unpack_leg

Document = dict[str, Any]
Sums = dict[str, int]
Subjects = dict[str, Sums]
"""By whom or what is counted: see `Kind`."""

QUARTER_MS = 15 * 60_000
SHORT_MS = 5_000
"""Who hangs up sooner has hardly waited."""
LONGEST = "longest_"
"""Sums whose names begin so are the greatest of all."""
ENDING = "ending:"
_DIRECTIONS = ("inbound", "outbound", "internal")
_SERVER_ERRORS = 500


class Kind(Enum):
    """What is counted.

    Subjects of AGENT are `user:<id>` where the call says who took it, `name:<username>` who placed it by click, else
    `station:<extension>`; of the others the id itself; of TENANT there is one, `all`.
    """

    TENANT = "tenant"
    QUEUE = "queue"
    AGENT = "agent"
    TRUNK = "trunk"


ALL = "all"


def count(records: Iterable[Document], targets: Mapping[str, int]) -> dict[Kind, dict[int, Subjects]]:
    """Return sums by kind, beginning of the quarter (milliseconds since 1970) and subject.

    records: of `cdrs`, each with its `call_id`, as rows keep them.  targets: seconds within which a queue's callers
    should be answered.
    """
    found: dict[Kind, dict[int, Subjects]] = {kind: {} for kind in Kind}
    for record in records:
        quarter = record["started_ms"] // QUARTER_MS * QUARTER_MS
        for kind, subject, sums in _counted(record, targets):
            add(found[kind].setdefault(quarter, {}).setdefault(subject, {}), sums)
    return found


def add(into: Sums, more: Mapping[str, int]) -> None:
    """Add sums to others."""
    for name, value in more.items():
        into[name] = max(into.get(name, 0), value) if name.startswith(LONGEST) else into.get(name, 0) + value


def _counted(record: Document, targets: Mapping[str, int]) -> Iterable[tuple[Kind, str, Sums]]:
    legs = [unpack_leg(leg, record["call_id"], record["started_ms"]) for leg in record.get("legs", ())]
    yield Kind.TENANT, ALL, _of_tenant(record)
    queue_id = record.get("queue_id")
    if queue_id is not None:
        yield Kind.QUEUE, queue_id, _of_queue(record, targets.get(queue_id, 0) * 1000)
    subject = _agent_of(record)
    if subject is not None:
        yield Kind.AGENT, subject, _of_agent(record, legs)
    for leg in legs:
        if leg.get("trunk_id") is not None:
            yield Kind.TRUNK, leg["trunk_id"], _of_trunk(record, leg)


def _of_tenant(record: Document) -> Sums:
    ending = record.get("ending", "")
    waited = _ms(record.get("wait_seconds"))
    return _told(
        {
            "calls": 1,
            record["direction"]: 1,
            "answered": "answered_ms" in record,
            "abandoned": ending == Ending.ABANDONED.value,
            "missed": "missed" in record,
            "talk_ms": _ms(record.get("talk_seconds")),
            "hold_ms": _ms(record.get("hold_seconds")),
            "wait_ms": waited,
            "longest_wait_ms": waited,
            "cost_micros": record.get("cost_micros", 0),
            f"{ENDING}{ending}": 1,
        }
    )


def _of_queue(record: Document, target_ms: int) -> Sums:
    waited = _ms(record.get("queue_seconds"))
    is_answered = "agent_id" in record
    is_abandoned = not is_answered and record.get("ending") == Ending.ABANDONED.value
    return _told(
        {
            "offered": 1,
            "answered": is_answered,
            "answered_in_target": is_answered and waited <= target_ms,
            "abandoned": is_abandoned,
            "abandoned_soon": is_abandoned and waited < SHORT_MS,
            "left": not is_answered and not is_abandoned,
            "wait_ms": waited,
            "answer_wait_ms": waited if is_answered else 0,
            "longest_wait_ms": waited,
            "talk_ms": _ms(record.get("talk_seconds")) if is_answered else 0,
        }
    )


def _agent_of(record: Document) -> str | None:
    for name, prefix in (("agent_id", "user"), ("asked_by", "name"), ("extension", "station")):
        if record.get(name) is not None:
            return f"{prefix}:{record[name]}"
    return None


def _of_agent(record: Document, legs: Iterable[Document]) -> Sums:
    extension = record.get("extension")
    own = [leg for leg in legs if extension is not None and leg.get("extension") == extension]
    talked = [leg for leg in own if leg.get("answered_ms") is not None and leg.get("ended_ms") is not None]
    return _told(
        {
            "calls": 1,
            record["direction"]: 1,
            "answered": "answered_ms" in record,
            "talk_ms": sum(leg["ended_ms"] - leg["answered_ms"] for leg in talked),
            "hold_ms": sum(_ms(leg.get("hold_seconds")) for leg in own),
            "handed_over": extension is not None and record.get("transferred_by") == extension,
        }
    )


def _of_trunk(record: Document, leg: Document) -> Sums:
    is_answered = leg.get("answered_ms") is not None
    came_in = record["direction"] == "inbound" and leg.get("role") == "customer"
    busy = leg["ended_ms"] - leg["answered_ms"] if is_answered and leg.get("ended_ms") is not None else 0
    moses = [leg["voice"][way].get("mos") for way in ("sent", "heard")] if "voice" in leg else []
    known = [mos for mos in moses if mos is not None]
    return _told(
        {
            "attempts": 1,
            "inbound" if came_in else "outbound": 1,
            "answered": is_answered,
            "failed": not is_answered and (leg.get("sip_code") or 0) >= _SERVER_ERRORS,
            "busy_ms": max(0, busy),
            "mos_hundredths": sum(round(mos * 100) for mos in known),
            "mos_count": len(known),
            "cost_micros": leg.get("cost_micros", 0),
        }
    )


def _ms(seconds: float | None) -> int:
    return round((seconds or 0) * 1000)


def _told(sums: Mapping[str, int]) -> Sums:
    """Return the sums without zeros: most of them are."""
    return {name: int(value) for name, value in sums.items() if value}
