"""How well a number of ours is answered, against its own past: one that people take for spam rests by itself.

Carriers and phones mark numbers as spam without telling; what shows is that fewer people answer than did before, and
that more of those who do hang up at once.
"""

import math
from dataclasses import dataclass
from enum import Enum

SLOT_MS = 4 * 3_600_000
RECENT_SLOTS, BASELINE_SLOTS = 2, 42
"""The last four to eight hours, against the seven days before."""
LEAST_RECENT, LEAST_BASELINE = 50, 200
"""Attempts (of short calls: answers) before anything is said."""
WORSE, SURE = 0.5, 3.0
"""By which factor it has to be worse, and by how many standard deviations."""
REST_MS = 24 * 3_600_000


@dataclass(frozen=True)
class Tally:
    """Attempts that showed a number, how many were answered, and how many of those lasted only some seconds."""

    attempts: int = 0
    answered: int = 0
    short: int = 0


class Ailment(Enum):
    """Why a number rests."""

    SELDOM_ANSWERED = "seldom-answered"
    HUNG_UP_ON = "hung-up-on"


def ailment_of(recent: Tally, baseline: Tally) -> Ailment | None:
    """Return what a number suffers from, None for one that does as it always did."""
    if _is_worse(recent.answered, recent.attempts, baseline.answered, baseline.attempts):
        return Ailment.SELDOM_ANSWERED
    # Of those who answer, who stays.
    stayed, stayed_before = recent.answered - recent.short, baseline.answered - baseline.short
    return Ailment.HUNG_UP_ON if _is_worse(stayed, recent.answered, stayed_before, baseline.answered) else None


def _is_worse(good: int, of: int, good_before: int, of_before: int) -> bool:
    if of < LEAST_RECENT or of_before < LEAST_BASELINE or not good_before:
        return False
    rate, before = good / of, good_before / of_before
    spread = math.sqrt(before * (1 - before) * (1 / of + 1 / of_before))
    return rate < before * WORSE and before - rate > SURE * spread
