"""A campaign's leads in virtual time: who is due, one claim at a time, within hours, frequency caps and retry rules.

The same decisions as `hotstate.leads` makes in its scripts, on lists in memory; a test holds the two together.
"""

import heapq
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from callmodel.campaigns import retrying
from callmodel.campaigns.callers import choose_caller, pool_for
from callmodel.campaigns.caps import Window, day_began_ms, windows_of
from callmodel.campaigns.document import Campaign, CapScope
from callmodel.campaigns.hours import next_call_ms
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.results import AttemptResult
from callmodel.campaigns.simulating.assumptions import Assumptions, Drawn, LeadKind
from callmodel.flows.calendars import Calendar, is_open, next_change, zone_of
from callmodel.ids import E164, LeadId, ListId
from callmodel.pacing.simulation import Came, Fate

DAY_MS = 86_400_000
_RESULTS = {
    Came.MACHINE: AttemptResult.MACHINE,
    Came.ABANDONED: AttemptResult.ABANDONED,
    Came.TALKED: AttemptResult.CONNECTED,
}


@dataclass
class Person:
    """One lead, once it was called.  tried_ms: when, for the caps."""

    kind: LeadKind
    lead: Lead
    tried_ms: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class InCall:
    """A call of a lead that is not over.  unanswered: its result if nobody picks up."""

    person: Person
    unanswered: AttemptResult


class VirtualLeads:
    """A `Supply` of the simulation; `now` is in seconds since the start."""

    def __init__(
        self, campaign: Campaign, assumed: Assumptions, drawn: Iterator[Drawn], calendar: Calendar | None = None
    ) -> None:
        """calendar: the team's own hours, None for always."""
        self._campaign, self._assumed, self._drawn, self._calendar = campaign, assumed, drawn, calendar
        self._fresh = _shared_out(assumed)
        self._turns = {kind: 0.0 for kind in self._fresh}
        self._ready: deque[Person] = deque()
        self._waiting: list[tuple[int, int, Person]] = []
        self._entered = self._called = 0
        self._in_call = 0
        self._shown: dict[E164, list[int]] = {}
        self._callers_back_ms: dict[E164, int] = {}
        self._opens_ms: dict[LeadKind, tuple[int, int]] = {}
        self.results: dict[AttemptResult, int] = {}
        self.done = 0
        """Leads that are not called again."""

    # -- what the simulation asks

    def next_call(self, now: float) -> tuple[Fate, object] | None:
        at_ms = self._ms(now)
        while (person := self._next_due(at_ms)) is not None:
            caller = self._claim(person, at_ms)
            if caller is not None:
                fate, unanswered = next(self._drawn)
                self._in_call += 1
                return fate, InCall(person, unanswered)
        return None

    def over(self, now: float, whom: object, came: Came) -> None:
        assert isinstance(whom, InCall)
        at_ms, person = self._ms(now), whom.person
        result = _RESULTS.get(came, whom.unanswered)
        self._in_call -= 1
        self.results[result] = self.results.get(result, 0) + 1
        again = retrying.again(self._campaign, person.lead, result, at_ms)
        if again is None:
            self.done += 1
        else:
            person.lead = again
            self._wait(person, again.due_ms)

    def opens(self, now: float) -> float | None:
        at_ms = self._ms(now)
        if self.is_spent:
            return None
        if self._calendar is not None and not is_open(self._calendar, at_ms):
            opens_ms = next_change(self._calendar, at_ms)
            return None if opens_ms is None else (opens_ms - self._assumed.start_ms) / 1000
        soonest = min(self._opens(kind, at_ms) for kind in self._assumed.kinds)
        return now if soonest <= at_ms else (soonest - self._assumed.start_ms) / 1000

    def is_due(self, now: float) -> bool:
        waits = not self._waiting or self._waiting[0][0] > self._ms(now)
        return bool(self._ready) or not waits or any(self._fresh.values())

    @property
    def is_spent(self) -> bool:
        return not (self._in_call or self._ready or self._waiting or any(self._fresh.values()))

    def left_of(self, kind: LeadKind) -> int:
        """Return how many leads of a kind nobody has called yet."""
        return sum(left for each, left in self._fresh.items() if each.prefix == kind.prefix)

    def hour_of(self, now: float) -> int:
        """Return the hour of the campaign's day."""
        return datetime.fromtimestamp(self._ms(now) / 1000, zone_of(self._campaign.time_zone)).hour

    # -- who is next

    def _next_due(self, at_ms: int) -> Person | None:
        """Return the first who may be called: who is due again before those whom nobody has called."""
        while self._waiting and self._waiting[0][0] <= at_ms:
            self._ready.append(heapq.heappop(self._waiting)[2])
        while self._ready:
            person = self._ready.popleft()
            opens_ms = self._opens(person.kind, at_ms)
            if opens_ms <= at_ms:
                return person
            self._wait(person, opens_ms)
        open_kinds = [kind for kind, left in self._fresh.items() if left and self._opens(kind, at_ms) <= at_ms]
        if not open_kinds:
            return None
        # Kinds take turns by their shares.
        kind = min(open_kinds, key=lambda each: self._turns[each])
        self._turns[kind] += 1 / kind.share
        self._fresh[kind] -= 1
        self._called += 1
        name = LeadId(f"simulated.{self._called}")
        return Person(kind, Lead(name, ListId("simulated"), kind.prefix, name, kind.time_zones))

    def _wait(self, person: Person, due_ms: int) -> None:
        self._entered += 1
        heapq.heappush(self._waiting, (due_ms, self._entered, person))

    def _opens(self, kind: LeadKind, at_ms: int) -> int:
        """Return from when on a kind may be called, as of a minute ago at most."""
        minute = at_ms // 60_000
        known = self._opens_ms.get(kind)
        if known is None or known[0] != minute:
            opens_ms = next_call_ms(self._campaign, kind.prefix, kind.time_zones, at_ms)
            known = self._opens_ms[kind] = (minute, opens_ms)
        return known[1]

    # -- claims

    def _claim(self, person: Person, at_ms: int) -> E164 | None:
        """Claim a lead with a number of ours; None where it has to wait, which it does then."""
        due_ms = 0
        shown_windows = []
        for window in windows_of(self._campaign, person.kind.time_zones, at_ms):
            if window.scope is CapScope.CALLER:
                shown_windows.append(window)
            else:
                due_ms = max(due_ms, free_ms(window, person.tried_ms, at_ms))
        if due_ms:
            self._wait(person, max(due_ms, at_ms + 1))
            return None
        caller = self._caller(person.kind, shown_windows, at_ms)
        if caller is None:
            backs = [until for until in self._callers_back_ms.values() if until > at_ms]
            self._wait(person, min(backs, default=at_ms + 60_000))
            return None
        person.tried_ms.append(at_ms)
        self._shown.setdefault(caller, []).append(at_ms)
        return caller

    def _caller(self, kind: LeadKind, windows: list[Window], at_ms: int) -> E164 | None:
        pool = pool_for(self._campaign.callers, kind.prefix)
        pool = pool or tuple(E164(f"+{number}") for number in range(self._assumed.callers))
        if not windows:
            return pool[0]
        today_ms = day_began_ms(self._campaign.time_zone, at_ms)
        while True:
            capped = [each for each in pool if self._callers_back_ms.get(each, 0) > at_ms]
            shown = {each: count_since(self._shown.get(each, []), today_ms - 1) for each in pool}
            caller = choose_caller(pool, shown, capped)
            if caller is None:
                return None
            back_ms = max(free_ms(window, self._shown.get(caller, []), at_ms) for window in windows)
            if not back_ms:
                return caller
            self._callers_back_ms[caller] = max(back_ms, at_ms + 1)

    def _ms(self, now: float) -> int:
        return self._assumed.start_ms + round(now * 1000)


def count_since(times_ms: list[int], since_ms: int) -> int:
    """Return how many of some times, in order, are after a moment."""
    return len(times_ms) - bisect_right(times_ms, since_ms)


def free_ms(window: Window, times_ms: list[int], at_ms: int) -> int:
    """Return when one more attempt fits into a window, 0 where it does now.  As `claim.lua` says it."""
    times = times_ms[bisect_right(times_ms, window.since_ms) :]
    if len(times) < window.most:
        return 0
    if window.length_ms and window.most:
        return times[len(times) - window.most] + window.length_ms
    return window.ends_ms


def _shared_out(assumed: Assumptions) -> dict[LeadKind, int]:
    """Return how many leads are of each kind, by the largest remainder."""
    whole = sum(kind.share for kind in assumed.kinds)
    kinds = tuple(replace(kind, share=kind.share / whole) for kind in assumed.kinds if kind.share > 0)
    counts = {kind: int(assumed.leads * kind.share) for kind in kinds}
    left = assumed.leads - sum(counts.values())
    for kind in sorted(kinds, key=lambda each: -(assumed.leads * each.share % 1))[:left]:
        counts[kind] += 1
    return counts
