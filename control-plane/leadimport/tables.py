"""Automata made deterministic: states count from 1, where a number begins; 0 is what can not be met any more."""

from dataclasses import dataclass

from leadimport.patterns import Automaton, parse

NO_MATCH, MATCH, MATCH_WITH_GROUP = 0, 1, 2


@dataclass(frozen=True)
class FullTable:
    """Which of many patterns all digits of a number meet."""

    next_state: list[list[int]]
    """By state, from 1 on, and digit."""
    met: list[frozenset[int]]
    """By state, from 1 on: the patterns that are met if nothing follows."""


def full_table(patterns: dict[int, str], beginnings: dict[int, str]) -> FullTable:
    """Return the table of patterns that the whole number has to meet, and of those that its beginning has to."""
    automaton = Automaton()
    starts = [automaton.build(parse(text)[0], automaton.accepting(number)) for number, text in patterns.items()]
    starts += [
        automaton.build(parse(text)[0], automaton.accepting_beginnings(number)) for number, text in beginnings.items()
    ]
    closures = [_reached(automaton, state) for state in range(len(automaton.masks))]
    begin = _union([closures[state] for state in starts])
    rows, met = list[list[int]](), list[frozenset[int]]()
    known, waiting = {_NOTHING: 0, begin: 1}, [begin]
    while waiting:
        consuming, accepted = waiting.pop(0)
        row = []
        for digit in range(10):
            reached = [
                closures[automaton.after[state][0]] for state in consuming if automaton.masks[state] >> digit & 1
            ]
            target = _union(reached)
            if target not in known:
                known[target] = len(known)
                waiting.append(target)
            row.append(known[target])
        rows.append(row)
        met.append(accepted)
    return FullTable(rows, met)


Reached = tuple[frozenset[int], frozenset[int]]
_NOTHING: Reached = (frozenset(), frozenset())


def _union(reached: list[Reached]) -> Reached:
    if len(reached) == 1:
        return reached[0]
    return frozenset().union(*[each[0] for each in reached]), frozenset().union(*[each[1] for each in reached])


def _reached(automaton: Automaton, state: int) -> Reached:
    """Return the states that wait for a digit, and the patterns met, at a state and what it leads to at once."""
    consuming, accepted, seen, waiting = set(), set(), {state}, [state]
    while waiting:
        state = waiting.pop()
        if state in automaton.accepts:
            accepted.add(automaton.accepts[state])
        if automaton.masks[state]:
            consuming.add(state)
            continue
        waiting += [each for each in automaton.after[state] if each not in seen]
        seen.update(automaton.after[state])
    return frozenset(consuming), frozenset(accepted)


@dataclass(frozen=True)
class PrefixTable:
    """How much of a number's beginning a pattern takes, as Python's `match` would: the preferred way first."""

    next_state: list[list[int]]
    """By state, from 1 on, and digit."""
    here: list[int]
    """By state, from 1 on: NO_MATCH, MATCH, or MATCH_WITH_GROUP where the last group has captured."""
    at_end: list[int]
    """The same, where nothing follows; stands above `here`."""


Thread = tuple[int, bool]
"""A state that waits for a digit, and whether the last group had captured on the way to it."""


def prefix_table(pattern: str) -> PrefixTable:
    node, groups = parse(pattern)
    automaton = Automaton()
    begin = _ordered(automaton, [(automaton.build(node, automaton.accepting(0), groups or -1), False)])
    nothing: Ordered = ((), NO_MATCH, NO_MATCH)
    rows, heres, ends = list[list[int]](), list[int](), list[int]()
    known, waiting = {nothing: 0, begin: 1}, [begin]
    while waiting:
        threads, here, at_end = waiting.pop(0)
        row = []
        for digit in range(10):
            reached = [
                (automaton.after[state][0], marked)
                for state, marked in threads
                if automaton.masks[state] >> digit & 1
            ]
            target = _ordered(automaton, reached)
            if target not in known:
                known[target] = len(known)
                waiting.append(target)
            row.append(known[target])
        rows.append(row)
        heres.append(here)
        ends.append(at_end)
    return PrefixTable(rows, heres, ends)


Ordered = tuple[tuple[Thread, ...], int, int]


def _ordered(automaton: Automaton, threads: list[Thread]) -> Ordered:
    """Follow what leads on at once, the preferred first; a match ends those that are preferred less."""
    waiting, seen = list(reversed(threads)), set[int]()
    kept: list[Thread] = []
    here = at_end = NO_MATCH
    while waiting:
        state, marked = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        result = MATCH_WITH_GROUP if marked else MATCH
        if state in automaton.accepts:
            here, at_end = result, at_end or result
            break
        if state in automaton.ends:
            # The end stands last in its alternative: what follows is the match.
            at_end = at_end or result
            continue
        if automaton.masks[state]:
            kept.append((state, marked))
            continue
        marked = marked or state in automaton.marks
        waiting += [(each, marked) for each in reversed(automaton.after[state])]
    return tuple(kept), here, at_end
