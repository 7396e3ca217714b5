"""Machines told from people: the confusion matrix on a corpus that is made here, at some costs of a wrong guess.

    python tests/bench/machines_bench.py      prints the matrices, and who was taken for what

Each run is another line: noise, silence before the first word, beeps.  Synthetic voices are no people: the figures
tell changes, and what the rule does, no more.
"""

import asyncio
import statistics
import time
from collections import Counter
from typing import Any

from machine_corpus import (
    MACHINE,
    MACHINES,
    OTHER_MACHINES,
    OTHER_PEOPLE,
    PEOPLE,
    PERSON,
    SILENCE,
    Answer,
    Greetings,
    answers,
    words,
)

from callmodel.campaigns.machines.beeps import BeepEar
from callmodel.campaigns.machines.detecting import Costs, Detector, Verdict
from callmodel.campaigns.machines.readings import FRAME_MS, Reading, reading_of

RUNS = 3
MOST_SECONDS = 4.0
FRAME = 160
COSTS = {"1:1": Costs(1.0, 1.0), "10:1": Costs(10.0, 1.0), "100:1": Costs(100.0, 1.0)}
Readings = list[tuple[Answer, list[Reading]]]
Matrix = dict[str, Counter[Verdict]]


def corpora(people: Greetings = PEOPLE, machines: Greetings = MACHINES) -> list[Readings]:
    """Return the corpus on some lines, as it is read."""
    spoken = asyncio.run(words(people, machines))
    return [[(each, readings(each)) for each in answers(spoken, seed)] for seed in range(RUNS)]


def readings(answer: Answer) -> list[Reading]:
    samples = answer.samples.tolist()
    return [reading_of(samples[begin : begin + FRAME]) for begin in range(0, len(samples) - FRAME, FRAME)]


def verdict_of(read: list[Reading], costs: Costs) -> tuple[Verdict, float]:
    """Return what is said of an answer, and after how many seconds."""
    detector = Detector(costs, MOST_SECONDS)
    for number, reading in enumerate(read, start=1):
        verdict = detector.add(reading)
        if verdict is not None:
            return verdict, number * FRAME_MS / 1000
    return Verdict.UNSURE, MOST_SECONDS


def matrix(corpus: Readings, costs: Costs) -> Matrix:
    found: Matrix = {kind: Counter() for kind in (PERSON, MACHINE, SILENCE)}
    for answer, read in corpus:
        found[answer.kind][verdict_of(read, costs)[0]] += 1
    return found


def share(counts: Counter[Verdict], verdict: Verdict) -> float:
    return 100 * counts[verdict] / counts.total()


def beeps_heard(corpus: Readings) -> float:
    """Return the percent of beeps whose end is told within a fifth of a second, and not before."""
    right = count = 0
    for answer, read in corpus:
        if not answer.beep_ends:
            continue
        count += 1
        ear = BeepEar()
        for number, reading in enumerate(read, start=1):
            ear.add(reading)
            if ear.is_over:
                right += answer.beep_ends - 0.02 <= number * FRAME_MS / 1000 <= answer.beep_ends + 0.2
                break
    return 100 * right / count


def measure() -> list[dict[str, Any]]:
    """Return how many people and machines are taken for what they are, at the default costs, and at even ones."""
    made = corpora()
    size = f"{len(made[0])} answers a run, {MOST_SECONDS:.0f} s at most"
    for name, costs in COSTS.items():
        print(f"  costs {name}: " + "; ".join(_said(kind, counts) for kind, counts in matrix(made[0], costs).items()))
    rows = []
    for name, people, machines in (("10:1", 1.0, 95.0), ("1:1", 20.0, 98.0)):
        found = [matrix(corpus, COSTS[name]) for corpus in made]
        wrong = [share(each[PERSON], Verdict.MACHINE) for each in found]
        right = [share(each[MACHINE], Verdict.MACHINE) for each in found]
        rows.append(_row(f"machines: people taken for machines, costs {name}", wrong, people, "at-most", size))
        rows.append(_row(f"machines: machines known, costs {name}", right, machines, "at-least", size))
    others = [matrix(corpus, COSTS["10:1"]) for corpus in corpora(OTHER_PEOPLE, OTHER_MACHINES)]
    strange = "voices and greetings by which the rule was not set"
    wrong, right = ([share(each[kind], Verdict.MACHINE) for each in others] for kind in (PERSON, MACHINE))
    rows.append(_row("machines: other people taken for machines, costs 10:1", wrong, 2.5, "at-most", strange))
    rows.append(_row("machines: other machines known, costs 10:1", right, 85.0, "at-least", strange))
    silence = [share(matrix(corpus, COSTS["10:1"])[SILENCE], Verdict.MACHINE) for corpus in made]
    rows.append(_row("machines: silence taken for a machine", silence, 0.0, "at-most", size))
    beeps = [beeps_heard(corpus) for corpus in made]
    rows.append(_row("machines: ends of beeps told within 0.2 s", beeps, 95.0, "at-least", size))
    took = [_told_after(corpus) for corpus in made]
    rows.append(_row("machines: told after", took, 3.2, "at-most", "median, from the answer", "s"))
    return [*rows, _cost(made[0])]


def _told_after(corpus: Readings) -> float:
    times = [verdict_of(read, COSTS["10:1"]) for answer, read in corpus if answer.kind == MACHINE]
    return statistics.median(seconds for verdict, seconds in times if verdict is Verdict.MACHINE)


def _cost(corpus: Readings) -> dict[str, Any]:
    """Return what a second of listening costs."""
    samples = corpus[0][0].samples[: 50 * FRAME].tolist()
    runs = []
    for _ in range(5):
        began = time.thread_time()
        for begin in range(0, 50 * FRAME, FRAME):
            reading_of(samples[begin : begin + FRAME])
        runs.append((time.thread_time() - began) * 1000)
    return _row("machines: to hear a second of one call", runs, 15.0, "at-most", "CPU", "ms")


def _row(name: str, runs: list[float], aim: float, direction: str, against: str, unit: str = "%") -> dict[str, Any]:
    value = statistics.median(runs)
    told = {"name": name, "value": value, "unit": unit, "aim": aim, "direction": direction}
    return told | {"against": against, "runs": runs}


def _said(kind: str, counts: Counter[Verdict]) -> str:
    return f"{kind} {counts.total()}: " + ", ".join(f"{verdict.value} {counts[verdict]}" for verdict in Verdict)


if __name__ == "__main__":
    for name, costs in COSTS.items():
        for number, corpus in enumerate(corpora()):
            print(name, number, {kind: dict(counts) for kind, counts in matrix(corpus, costs).items()})
            for answer, read in corpus:
                verdict, seconds = verdict_of(read, costs)
                wrong = (answer.kind == MACHINE) is not (verdict is Verdict.MACHINE)
                if wrong:
                    print(f"   {answer.kind} {verdict.value} after {seconds:.2f} s: {answer.voice} {answer.text}")
