"""Whether all who read a message after the edge read the same: pjsip, Kamailio, and we.

What the edge sent on is read by each, and set beside what Kamailio read in what came in.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.attack.kamailio_parser import KamailioParser
from tests.attack.pjsip_parser import PjsipParser
from tests.attack.readings import Reading, differences, of_kamailio, of_ours, of_pjsip

AT_ONCE = 32
MOST_TWISTS = 6


@dataclass(frozen=True)
class Passage:
    """A message that passed: as it was well-formed, as it came in, and as it left.

    changed: fields that the edge writes anew.  vouched: what its X-Trunkline has to begin with, empty for none.
    """

    scene: str
    twists: str
    decent: bytes
    came: bytes
    left: bytes
    changed: tuple[str, ...] = ()
    vouched: str = ""


@dataclass
class Finding:
    """A kind of difference.  `example`: the shortest message that showed it, of those with a single twist if any."""

    what: str
    count: int = 0
    twists: Counter[str] = field(default_factory=Counter)
    example: Passage | None = None
    said: str = ""

    def add(self, passage: Passage, said: str) -> None:
        self.count += 1
        self.twists[passage.twists] += 1
        best = self.example
        if best is None or _plainness(passage) < _plainness(best):
            self.example, self.said = passage, said

    def to_wire(self) -> dict[str, Any]:
        assert self.example
        was, now = changed_part(self.example.decent, self.example.came)
        return {
            "what": self.what,
            "count": self.count,
            "twists": dict(self.twists.most_common(MOST_TWISTS)),
            "said": self.said,
            "change": f"{was!r} -> {now!r}",
            "came": self.example.came.hex(),
            "left": self.example.left.hex(),
        }


def _plainness(passage: Passage) -> tuple[int, int]:
    was, now = changed_part(passage.decent, passage.came)
    return passage.twists.count("+"), len(was) + len(now)


def changed_part(was: bytes, now: bytes) -> tuple[bytes, bytes]:
    """Return what two messages do not share between their common beginning and end."""
    shorter = min(len(was), len(now))
    start = next((n for n in range(shorter) if was[n] != now[n]), shorter)
    end = next((n for n in range(shorter - start) if was[-1 - n] != now[-1 - n]), shorter - start)
    return was[start : len(was) - end], now[start : len(now) - end]


@dataclass
class Judge:
    """Reads what passed with all parsers; `findings` by kind."""

    pjsip: PjsipParser
    kamailio: KamailioParser
    findings: dict[str, Finding] = field(default_factory=dict)
    judged: int = 0

    async def judge(self, passages: Sequence[Passage]) -> None:
        for start in range(0, len(passages), AT_ONCE):
            await self._judge(passages[start : start + AT_ONCE])

    async def _judge(self, passages: Sequence[Passage]) -> None:
        by_pjsip = await self.pjsip.read_datagrams([each.left for each in passages])
        by_kamailio = await self.kamailio.read([each.left for each in passages])
        came = await self.kamailio.read([each.came for each in passages])
        for passage, pjsip, kamailio, before in zip(passages, by_pjsip, by_kamailio, came, strict=True):
            self.judged += 1
            theirs, its, ours = of_pjsip(pjsip), of_kamailio(kamailio), of_ours(passage.left)
            if its is None:
                self._find(passage, "Kamailio refuses what passed", "")
            if theirs is None:
                # Asterisk says nothing to such a message, and the edge takes its silence for death.
                self._find(passage, f"pjsip refuses what passed: {','.join(pjsip['errors']) or 'headers twice'}", "")
                continue
            self._compare(passage, "pjsip and Kamailio", theirs, its)
            self._compare(passage, "pjsip and our parser", theirs, ours)
            self._compare(passage, "pjsip and the edge", theirs, of_kamailio(before), *passage.changed)
            self._vouched(passage, theirs)

    def _compare(self, passage: Passage, who: str, one: Reading, other: Reading | None, *ignored: str) -> None:
        if other is None:
            return
        for name in differences(one, other, *ignored):
            self._find(passage, f"{who}: {name}", f"{getattr(one, name)!r} / {getattr(other, name)!r}")

    def _vouched(self, passage: Passage, read: Reading) -> None:
        wanted = [passage.vouched] if passage.vouched else []
        if len(read.vouched) != len(wanted) or not all(map(str.startswith, read.vouched, wanted)):
            self._find(passage, "X-Trunkline is not the edge's own", repr(read.vouched))

    def _find(self, passage: Passage, what: str, said: str) -> None:
        what = f"{passage.scene}: {what}"
        self.findings.setdefault(what, Finding(what)).add(passage, said)
