"""The figures of each report: what it is called, what it means, and how it follows from sums.  Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from control_plane.features.reports.counting import ENDING, Kind, Sums

Value = float | int | None
Unit = Literal["count", "seconds", "percent", "money", "mos"]


@dataclass(frozen=True)
class Figure:
    """`unit`: `count`, `seconds`, `percent`, `money` (of the platform's currency), or `mos`.

    of: what it is worked out as, None where there is nothing to work it out of.
    """

    name: str
    unit: Unit
    definition: str
    of: Callable[[Sums], Value]


def _sum(name: str, definition: str) -> Figure:
    return Figure(name, "count", definition, lambda sums: sums.get(name, 0))


def _time(name: str, definition: str, of: str | None = None) -> Figure:
    return Figure(name, "seconds", definition, lambda sums: sums.get(of or f"{name}_ms", 0) / 1000)


def _share(name: str, part: str, whole: str, definition: str) -> Figure:
    return Figure(name, "percent", definition, lambda sums: _ratio(sums, part, whole, 100))


def _mean(name: str, part: str, whole: str, definition: str) -> Figure:
    return Figure(name, "seconds", definition, lambda sums: _ratio(sums, part, whole, 1 / 1000))


def _ratio(sums: Sums, part: str, whole: str, times: float) -> Value:
    return round(sums.get(part, 0) * times / sums[whole], 3) if sums.get(whole) else None


def _money(definition: str) -> Figure:
    return Figure("cost", "money", definition, lambda sums: sums.get("cost_micros", 0) / 1_000_000)


_BEGAN = "A call counts in the interval in which it began."
_DIRECTIONS = (
    _sum("inbound", "Calls that came in from outside."),
    _sum("outbound", "Calls to the outside."),
)
_INTERNAL = _sum("internal", "Calls between the tenant's own stations.")

FIGURES: Mapping[Kind, tuple[Figure, ...]] = {
    Kind.TENANT: (
        _sum("calls", f"All calls that have ended. {_BEGAN}"),
        *_DIRECTIONS,
        _INTERNAL,
        _sum("answered", "Calls in which somebody spoke with the customer."),
        _share("answered_share", "answered", "calls", "Answered calls of all calls."),
        _sum("abandoned", "Calls whose caller hung up before anybody answered."),
        _sum("missed", "Calls from outside that no person took, though their flow sent them to one."),
        _time("talk", "How long somebody was there for the customers, holds included."),
        _mean("mean_talk", "talk_ms", "answered", "Talk by answered call."),
        _time("hold", "How long somebody had the others on hold, summed over all parties."),
        _mean("mean_wait", "wait_ms", "calls", "How long customers were on the line and nobody was there, by call."),
        _time("longest_wait", "The longest that a customer was on the line and nobody was there."),
        _money("What the calls cost by the trunks' rates."),
    ),
    Kind.QUEUE: (
        _sum("offered", f"Callers who were last in line of this queue. {_BEGAN}"),
        _sum("answered", "Callers whom an agent took from the queue."),
        _sum("abandoned", "Callers who hung up in line."),
        _sum("abandoned_soon", "Of those, who did so within 5 seconds."),
        _sum("left", "Callers who left the line in another way: to a mailbox, a call back, or another ending."),
        _share(
            "service_level",
            "answered_in_target",
            "offered",
            "Callers answered within the queue's target, of all offered. The target is the queue's when the figures "
            "were first summed up.",
        ),
        _share("abandoned_share", "abandoned", "offered", "Abandoned of all offered."),
        _mean("mean_answer", "answer_wait_ms", "answered", "Time in line of callers who were answered, by caller."),
        _mean("mean_wait", "wait_ms", "offered", "Time in line of all callers, by caller."),
        _time("longest_wait", "The longest that a caller stood in line."),
        _mean("mean_talk", "talk_ms", "answered", "Talk by answered caller."),
    ),
    Kind.AGENT: (
        _sum(
            "calls", f"Calls that the agent took from a queue or placed by click, or that were at a phone. {_BEGAN}"
        ),
        *_DIRECTIONS,
        _INTERNAL,
        _sum("answered", "Of those, calls in which somebody spoke with the customer."),
        _time("talk", "How long the phone at which the call was first taken, or placed, was in it."),
        _mean("mean_talk", "talk_ms", "answered", "Talk by answered call."),
        _time("hold", "How long that phone had the others on hold."),
        _sum("handed_over", "Calls that this phone was the last to hand over."),
    ),
    Kind.TRUNK: (
        _sum("attempts", f"Connections over the trunk, answered or not. {_BEGAN}"),
        *_DIRECTIONS,
        _sum("answered", "Connections that were answered."),
        _share("answered_share", "answered", "attempts", "Answered of all attempts (ASR)."),
        _sum("failed", "Connections that the carrier failed, by a SIP answer of 500 and above."),
        _time("busy", "How long channels were taken, from answer to end.", "busy_ms"),
        _mean("mean_busy", "busy_ms", "answered", "The same by answered connection (ACD)."),
        Figure(
            "mos",
            "mos",
            "How well voices were heard over it, 1 to 4.5: the mean of both directions' estimates (ITU-T G.107).",
            lambda sums: _ratio(sums, "mos_hundredths", "mos_count", 1 / 100),
        ),
        _money("What the connections cost by the trunk's rates."),
    ),
}


def figures_of(kind: Kind, *, priced: bool) -> tuple[Figure, ...]:
    """Return a report's figures; priced: for who may see what calls cost."""
    return tuple(figure for figure in FIGURES[kind] if priced or figure.unit != "money")


def values_of(figures: Iterable[Figure], sums: Sums) -> dict[str, Value]:
    return {figure.name: figure.of(sums) for figure in figures}


def endings_of(sums: Sums) -> dict[str, int]:
    """Return how many calls ended how."""
    return {name.removeprefix(ENDING): value for name, value in sorted(sums.items()) if name.startswith(ENDING)}
