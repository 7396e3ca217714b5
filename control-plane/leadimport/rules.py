"""What a tenant lets a campaign dial, and the numbers that fall by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from leadimport.numbersets import NumberSet
from leadimport.plans import DEFAULT_REGIONS, LINE_TYPES
from leadimport.reasons import Reason

SET_REASONS = (
    Reason.DO_NOT_CALL,
    Reason.DEAD,
    Reason.CONTACTED_RECENTLY,
    Reason.FREQUENCY_CAP,
    Reason.IN_CAMPAIGN,
    Reason.IN_TENANT,
)


class RulesError(ValueError):
    """A region, line type or reason that there is none of."""

    error_id = "list-rules-unknown"


@dataclass(frozen=True)
class Rules:
    """By what each number is judged.  Raises RulesError for what there is none of."""

    region: str = "CN"
    """ISO code of the country in which numbers without a country code are."""
    blocked_regions: frozenset[str] = frozenset()
    blocked_line_types: frozenset[str] = frozenset()
    """Of `plans.LINE_TYPES`."""
    sets: Mapping[Reason, tuple[NumberSet, ...]] = field(default_factory=dict)
    """Numbers that fall, by one of SET_REASONS: several do-not-call lists may count."""

    def __post_init__(self) -> None:
        if self.region not in DEFAULT_REGIONS:
            raise RulesError(f"there is no region {self.region!r}; use an ISO code such as CN")
        if unknown := self.blocked_regions - DEFAULT_REGIONS:
            raise RulesError(f"there are no regions {', '.join(sorted(unknown))}")
        if unknown := self.blocked_line_types - set(LINE_TYPES[1:]):
            raise RulesError(f"there are no line types {', '.join(sorted(unknown))}")
        if wrong := self.sets.keys() - set(SET_REASONS):
            raise RulesError(f"no numbers fall by {', '.join(sorted(reason.word for reason in wrong))}")


@dataclass(frozen=True)
class NumberTimes:
    """When something was so for a number, in seconds of one clock: found dead, contacted, called.

    A number may stand there several times.
    """

    numbers: NDArray[np.uint64]
    times: NDArray[np.float64]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, float]]) -> "NumberTimes":
        given = list(pairs)
        return cls(
            np.array([each[0] for each in given], np.uint64), np.array([each[1] for each in given], np.float64)
        )

    def since(self, begin: float) -> NumberSet:
        """Return the numbers with a time that is not before `begin`.

        Dead numbers with an expiry, and recent contacts: `since(now - seconds)`.
        """
        return NumberSet.of(self.numbers[self.times >= begin])

    def often(self, begin: float, times: int) -> NumberSet:
        """Return the numbers that have at least so many times not before `begin`: those at a frequency cap."""
        recent = np.sort(self.numbers[self.times >= begin])
        if times < 1 or len(recent) < times:
            return NumberSet.of(recent[:0])
        return NumberSet.of(recent[times - 1 :][recent[times - 1 :] == recent[: len(recent) - times + 1]])
