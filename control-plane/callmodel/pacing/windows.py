"""Customers who answered and who were abandoned, over sliding windows, and what so many say with confidence."""

import math
from collections import deque
from dataclasses import dataclass

DAY_SECONDS = 86_400.0


class SlidingCount:
    """Counts over the last so many seconds, kept in slots: what is older is forgotten a slot at a time."""

    def __init__(self, span_seconds: float, slots: int) -> None:
        self.span_seconds = span_seconds
        self._slot_seconds = span_seconds / slots
        self._slots: deque[list[float]] = deque()
        self.answered = 0
        self.abandoned = 0

    def add(self, at: float, answered: int, abandoned: int) -> None:
        """Count at a time; what comes late counts in the newest slot that there is."""
        slot = math.floor(at / self._slot_seconds)
        if self._slots and self._slots[-1][0] >= slot:
            self._slots[-1][1] += answered
            self._slots[-1][2] += abandoned
        else:
            self._slots.append([slot, answered, abandoned])
        self.answered += answered
        self.abandoned += abandoned

    def forget(self, now: float) -> None:
        """Leave out what is older than the window."""
        oldest = math.floor((now - self.span_seconds) / self._slot_seconds)
        while self._slots and self._slots[0][0] <= oldest:
            _, answered, abandoned = self._slots.popleft()
            self.answered -= int(answered)
            self.abandoned -= int(abandoned)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a window stands against the cap."""

    span_seconds: float
    answered: int
    abandoned: int
    cap: float
    confidence: float
    at_most: float
    """The true rate is not over this, with the confidence."""

    @property
    def rate(self) -> float:
        """Abandoned calls over those that a person answered; 0 without any."""
        return self.abandoned / self.answered if self.answered else 0.0

    @property
    def is_sure(self) -> bool:
        """Whether the true rate, and not luck, keeps the cap, with the confidence."""
        return self.at_most <= self.cap


def standing_of(count: SlidingCount, cap: float, confidence: float) -> Standing:
    """Return how a window stands."""
    at_most = upper_bound(count.abandoned, count.answered, confidence)
    return Standing(count.span_seconds, count.answered, count.abandoned, cap, confidence, at_most)


def upper_bound(abandoned: int, answered: int, confidence: float) -> float:
    """Return the one-sided upper bound of a rate (Clopper and Pearson, 1934): 1.0 where nothing is known."""
    if abandoned >= answered:
        return 1.0
    low, high = abandoned / answered, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if _chance_of_at_most(abandoned, answered, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _chance_of_at_most(count: int, number: int, rate: float) -> float:
    if rate >= 1.0:
        return 0.0
    if rate <= 0.0:
        return 1.0
    logs = [
        math.lgamma(number + 1) - math.lgamma(k + 1) - math.lgamma(number - k + 1)
        + k * math.log(rate) + (number - k) * math.log1p(-rate)
        for k in range(count + 1)
    ]  # fmt: skip
    most = max(logs)
    return min(1.0, math.exp(most) * sum(math.exp(each - most) for each in logs))
