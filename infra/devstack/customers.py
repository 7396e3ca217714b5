"""Whom the demo's agents call: numbers whose last digits make the carrier do everything that carriers do."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.behaviours import BEHAVIOURS, Behaviour, behaviour_of, tone_of

# Six of ten are ordinary customers; the rest goes round through the whole table, one after the other.
ORDINARY_SHARE = 0.6
PREFIX = "138"
SEED = 3261
# Quick ones first, so that a short demo meets most of the table; slow networks and endless ringing come last.
ORDER = ("486", "003", "404", "002", "007", "005", "603", "503", "410", "403", "484", "008", "500", "480", "004",
         "006", "010", "009", "001")  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """`number` as an agent dials it: national, without the country code."""

    number: str

    @property
    def behaviour(self) -> Behaviour:
        return behaviour_of(self.number)

    @property
    def tone_hz(self) -> int:
        return tone_of(self.number)

    @property
    def e164(self) -> str:
        return f"+86{self.number}"


def customers() -> Iterator[Customer]:
    """Yield customers without end, no number twice, the same ones in every run."""
    chance = random.Random(SEED)
    specials = [*ORDER, *(digits for digits in BEHAVIOURS if digits not in ORDER)]
    special = 0
    for index in range(100_000):
        if index and chance.random() >= ORDINARY_SHARE:
            suffix = specials[special % len(specials)]
            special += 1
        else:
            suffix = _ordinary_suffix(chance)
        yield Customer(f"{PREFIX}{index:05d}{suffix}")


def _ordinary_suffix(chance: random.Random) -> str:
    while (suffix := f"{chance.randrange(1000):03d}") in BEHAVIOURS:
        pass
    return suffix
