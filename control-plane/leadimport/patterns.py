"""The patterns of numbering plans, parsed into automata: what libphonenumber's metadata writes, and nothing more.

A pattern has digits, classes, `\\d` (ten digits), groups, alternatives, `?`, `{m}`, `{m,n}` and `$` at the end.
"""

from dataclasses import dataclass, field

ANY_DIGIT = 0b11_1111_1111


class PatternError(ValueError):
    """A pattern with something in it that numbering plans have not had so far."""


@dataclass(frozen=True)
class Digits:
    """One digit, of those whose bits are set."""

    mask: int


@dataclass(frozen=True)
class Sequence:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Choice:
    """Alternatives, the preferred first."""

    ways: tuple["Node", ...]


@dataclass(frozen=True)
class Repeat:
    node: "Node"
    least: int
    most: int


@dataclass(frozen=True)
class Group:
    """A group that captures; counted from 1."""

    number: int
    node: "Node"


@dataclass(frozen=True)
class End:
    """Nothing may follow."""


Node = Digits | Sequence | Choice | Repeat | Group | End


def parse(pattern: str) -> tuple[Node, int]:
    """Return what a pattern says, and how many groups it captures.  Raises PatternError."""
    reader = _Reader(pattern)
    node = reader.choice()
    if reader.place != len(pattern):
        raise PatternError(f"{pattern!r}: not understood from {pattern[reader.place :]!r} on")
    return node, reader.groups


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.place, self.groups = pattern, 0, 0

    def choice(self) -> Node:
        ways = [self.sequence()]
        while self._take("|"):
            ways.append(self.sequence())
        return ways[0] if len(ways) == 1 else Choice(tuple(ways))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.place < len(self.pattern) and self.pattern[self.place] not in "|)":
            parts.append(self._repeated(self._one()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _one(self) -> Node:
        if self._take("(?:"):
            return self._closed(self.choice())
        if self._take("("):
            self.groups += 1
            number = self.groups
            return Group(number, self._closed(self.choice()))
        if self._take("["):
            return Digits(self._class())
        if self._take("\\d"):
            return Digits(ANY_DIGIT)
        if self._take("$"):
            return End()
        return Digits(1 << self._digit())

    def _closed(self, node: Node) -> Node:
        if not self._take(")"):
            raise PatternError(f"{self.pattern!r}: a group is not closed")
        return node

    def _class(self) -> int:
        mask = 0
        while not self._take("]"):
            if self._take("\\d"):
                mask |= ANY_DIGIT
                continue
            first = last = self._digit()
            if self._take("-"):
                last = self._digit()
            mask |= sum(1 << digit for digit in range(first, last + 1))
        return mask

    def _repeated(self, node: Node) -> Node:
        if self._take("?"):
            return Repeat(node, 0, 1)
        if self._take("{"):
            least = most = self._number()
            if self._take(","):
                most = self._number()
            if not self._take("}"):
                raise PatternError(f"{self.pattern!r}: a count is not closed")
            return Repeat(node, least, most)
        return node

    def _number(self) -> int:
        value = self._digit()
        while self.pattern[self.place : self.place + 1] in tuple("0123456789"):
            value = 10 * value + self._digit()
        return value

    def _digit(self) -> int:
        digit = "0123456789".find(self.pattern[self.place : self.place + 1] or "?")
        if digit < 0:
            raise PatternError(f"{self.pattern!r}: not understood from {self.pattern[self.place :]!r} on")
        self.place += 1
        return digit

    def _take(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.place):
            return False
        self.place += len(text)
        return True


@dataclass
class Automaton:
    """States with what they lead to: a digit and the next state, or other states at once, the preferred first."""

    masks: list[int] = field(default_factory=list)
    """Digits that lead on; 0 where a state leads on at once."""
    after: list[tuple[int, ...]] = field(default_factory=list)
    accepts: dict[int, int] = field(default_factory=dict)
    """Which pattern is met at a state."""
    ends: set[int] = field(default_factory=set)
    """States that lead on only where nothing follows."""
    marks: set[int] = field(default_factory=set)
    """States that are passed only when the group that was asked for has captured."""

    def state(self, mask: int, *after: int) -> int:
        self.masks.append(mask)
        self.after.append(after)
        return len(self.masks) - 1

    def accepting(self, pattern: int) -> int:
        state = self.state(0)
        self.accepts[state] = pattern
        return state

    def accepting_beginnings(self, pattern: int) -> int:
        """Return a state that is met whatever follows."""
        state = self.state(0)
        self.accepts[state] = pattern
        loop = self.state(ANY_DIGIT, state)
        self.after[state] = (loop,)
        return state

    def build(self, node: Node, then: int, marked_group: int = 0) -> int:
        """Add what a node says before a state, and return where it begins."""
        match node:
            case Digits(mask):
                return self.state(mask, then)
            case Sequence(parts):
                for part in reversed(parts):
                    then = self.build(part, then, marked_group)
                return then
            case Choice(ways):
                return self.state(0, *[self.build(way, then, marked_group) for way in ways])
            case Repeat(inner, least, most):
                end = then
                for _ in range(most - least):
                    then = self.state(0, self.build(inner, then, marked_group), end)
                for _ in range(least):
                    then = self.build(inner, then, marked_group)
                return then
            case Group(number, inner):
                if number == marked_group:
                    then = self.state(0, then)
                    self.marks.add(then)
                return self.build(inner, then, marked_group)
            case End():
                state = self.state(0, then)
                self.ends.add(state)
                return state
