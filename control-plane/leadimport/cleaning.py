"""From a list's rows to numbers that may be dialled: every row judged once, in order, none lost."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from leadimport.errors import FileError
from leadimport.machine import kernel
from leadimport.normalising import ODD, judge_cells
from leadimport.opening import ListFile
from leadimport.places import Places, known_places
from leadimport.plans import LINE_TYPES, REGIONS, Plans, compile_plans
from leadimport.reasons import Reason
from leadimport.reference import judge_odd
from leadimport.rows import Rows
from leadimport.rules import SET_REASONS, Rules
from leadimport.seen import Seen

_AHEAD = 4
"""Pieces that are judged while the one before is taken: they bound the memory."""


@cache
def known_plans() -> Plans:
    """Return the numbering plans; compiled once a process."""
    return compile_plans()


@dataclass
class Judged:
    """Rows and what became of them, one entry a row."""

    rows: Rows
    outcomes: NDArray[np.uint8]
    """Reasons; 0 for rows that may be dialled."""
    numbers: NDArray[np.uint64]
    """E.164 digits as integers; 0 where there is no valid number."""
    verdicts: NDArray[np.int32]
    """16 x index in `plans.REGIONS` + index in `plans.LINE_TYPES`."""
    areas: NDArray[np.int32]
    carriers: NDArray[np.int32]
    """Indices in `Places`."""

    @property
    def accepted(self) -> NDArray[np.int64]:
        """Which rows may be dialled."""
        return np.flatnonzero(self.outcomes == 0)


class Cleaner:
    """Judges the rows of one list.  Two threads work: one reads and remembers, the other judges."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._plans, self.places = known_plans(), known_places()
        self._blocked = _blocked_verdicts(rules)
        self._seen = Seen()

    def clean(self, file: ListFile, size: int = 0) -> Iterator[Judged]:
        """Yield all rows of a list in order.  Raises FileError where the file breaks off, behind the rows before.

        size: the file's bytes, if known: room for all its numbers is then made at once.
        """
        waiting: deque[Future[Judged]] = deque()
        broken: FileError | None = None
        pieces = file.rows()
        with ThreadPoolExecutor(1, thread_name_prefix="judge") as pool:
            while broken is None:
                try:
                    waiting.append(pool.submit(self._judge, next(pieces)))
                except StopIteration:
                    break
                except FileError as error:
                    broken = error
                if len(waiting) > _AHEAD:
                    yield self._once(waiting.popleft().result(), size)
            while waiting:
                yield self._once(waiting.popleft().result(), size)
        if broken is not None:
            raise broken

    def _judge(self, rows: Rows) -> Judged:
        """Judge rows by what does not depend on the rows before."""
        outcomes = rows.outcomes.copy()
        numbers, verdicts = np.zeros(len(rows), np.uint64), np.zeros(len(rows), np.int32)
        region, image = self._plans.regions[self._rules.region], self._plans.image
        judge_cells(rows.text, rows.cell_starts, rows.cell_ends, region, image, outcomes, numbers, verdicts)
        for row in np.flatnonzero(outcomes == ODD):
            outcomes[row], numbers[row], verdicts[row] = judge_odd(rows.cell(int(row)), self._rules.region)
        if self._blocked.any():
            reasons = self._blocked[verdicts]
            np.copyto(outcomes, reasons, where=(outcomes == 0) & (reasons != 0))
        for reason in SET_REASONS:
            for numberset in self._rules.sets.get(reason, ()):
                outcomes[numberset.contains(numbers) & (outcomes == 0)] = reason
        return Judged(rows, outcomes, numbers, verdicts, *self.places.place(numbers))

    def _once(self, judged: Judged, size: int) -> Judged:
        if not len(self._seen) and judged.rows.source_bytes:
            self._seen.expect(len(judged.rows) * size // judged.rows.source_bytes)
        self._seen.mark(judged.numbers, judged.outcomes)
        return judged


def _blocked_verdicts(rules: Rules) -> NDArray[np.uint8]:
    """Return by verdict the reason for which such numbers are blocked."""
    blocked = np.zeros(16 * len(REGIONS), np.uint8)
    for index, region in enumerate(REGIONS):
        for line_type, name in enumerate(LINE_TYPES):
            if region in rules.blocked_regions:
                blocked[16 * index + line_type] = Reason.BLOCKED_REGION
            elif name in rules.blocked_line_types:
                blocked[16 * index + line_type] = Reason.BLOCKED_LINE_TYPE
    return blocked


class Summary:
    """How many rows fell where."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._reasons = np.zeros(len(Reason), np.int64)
        self._verdicts = np.zeros(16 * len(REGIONS), np.int64)
        self._areas = np.zeros(len(places.areas), np.int64)
        self._carriers = np.zeros(len(places.carriers), np.int64)

    def add(self, judged: Judged) -> None:
        counts = (self._reasons, self._verdicts, self._areas, self._carriers)
        _count(judged.outcomes, judged.verdicts, judged.areas, judged.carriers, *counts)

    @property
    def rows(self) -> int:
        return int(self._reasons.sum())

    @property
    def accepted(self) -> int:
        return int(self._reasons[0])

    @property
    def refused(self) -> dict[Reason, int]:
        """Rows by reason, in the order in which they are judged."""
        return {reason: int(self._reasons[reason]) for reason in Reason if reason and self._reasons[reason]}

    @property
    def regions(self) -> dict[str, int]:
        """Accepted rows by region, the most first."""
        counts = self._verdicts.reshape(-1, 16).sum(axis=1)
        return _ranked(counts, lambda index: REGIONS[index])

    @property
    def line_types(self) -> dict[str, int]:
        counts = self._verdicts.reshape(-1, 16).sum(axis=0)[: len(LINE_TYPES)]
        return _ranked(counts, lambda index: LINE_TYPES[index])

    @property
    def areas(self) -> dict[str, int]:
        """Accepted rows by province and city, or the region that the number's beginning tells."""
        return _ranked(self._areas, lambda index: " ".join(dict.fromkeys(filter(None, self._places.areas[index]))))

    @property
    def carriers(self) -> dict[str, int]:
        return _ranked(self._carriers, lambda index: self._places.carriers[index])


@kernel
def _count(
    outcomes: NDArray[np.uint8],
    verdicts: NDArray[np.int32],
    areas: NDArray[np.int32],
    carriers: NDArray[np.int32],
    of_reasons: NDArray[np.int64],
    of_verdicts: NDArray[np.int64],
    of_areas: NDArray[np.int64],
    of_carriers: NDArray[np.int64],
) -> None:
    for row in range(len(outcomes)):
        of_reasons[outcomes[row]] += 1
        if outcomes[row] == 0:
            of_verdicts[verdicts[row]] += 1
            of_areas[areas[row]] += 1
            of_carriers[carriers[row]] += 1


def _ranked(counts: NDArray[np.int64], name: Callable[[int], str]) -> dict[str, int]:
    ranked: dict[str, int] = {}
    for index in np.argsort(-counts, kind="stable"):
        if not counts[index]:
            break
        ranked[name(int(index))] = ranked.get(name(int(index)), 0) + int(counts[index])
    return ranked
