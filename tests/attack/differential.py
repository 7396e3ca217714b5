"""Whether all who read a message after the edge read the same: pjsip, Kamailio, and we.

What the edge sent on is read by each, and set beside what Kamailio read in what came in.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_proxy import lexis
from tests.attack.kamailio_parser import KamailioParser
from tests.attack.pjsip_parser import PjsipParser
from tests.attack.readings import Reading, differences, of_kamailio, of_ours, of_pjsip

AT_ONCE = 32
MOST_TWISTS = 8
WHERE_BYTES = 90


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
    """A kind of difference.  `examples`: for each twist the message that is changed least."""

    what: str
    twists: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[Passage, str]] = field(default_factory=dict)

    def add(self, passage: Passage, said: str) -> None:
        self.twists[passage.twists] += 1
        best = self.examples.get(passage.twists)
        if best is None or _plainness(passage) < _plainness(best[0]):
            self.examples[passage.twists] = passage, said

    def to_wire(self) -> dict[str, Any]:
        """Return how often, and the plainest examples: what was changed, what was read, and the messages in hex."""
        plainest = sorted(self.examples.values(), key=lambda example: _plainness(example[0]))
        return {
            "what": self.what,
            "count": self.twists.total(),
            "twists": dict(self.twists.most_common(MOST_TWISTS)),
            "examples": [_example(*each) for each in plainest[:MOST_TWISTS]],
        }


def _plainness(passage: Passage) -> tuple[int, int]:
    was, now = changed_part(passage.decent, passage.came)
    return passage.twists.count("+"), len(was) + len(now)


def _example(passage: Passage, said: str) -> dict[str, str]:
    was, now = changed_part(passage.decent, passage.came)
    start = passage.came.rfind(b"\r\n", 0, max(_start_of_change(passage), 1)) + 2
    return {
        "twists": passage.twists,
        "change": f"{was!r} -> {now!r}",
        "where": repr(passage.came[start : start + len(now) + WHERE_BYTES]),
        "said": said,
        "came": passage.came.hex(),
        "left": passage.left.hex(),
    }


def _start_of_change(passage: Passage) -> int:
    pairs = zip(passage.decent, passage.came, strict=False)
    return next((place for place, (was, now) in enumerate(pairs) if was != now), 0)


def mended(came: bytes) -> bytes:
    """Return what the edge's Kamailio was given of what came: the gate writes anew what is only spelled oddly."""
    try:
        rewritten = lexis.read(came.decode("utf-8", "surrogateescape")).rewritten
    except lexis.UnreadableError:
        return came
    return came if rewritten is None else rewritten.encode("utf-8", "surrogateescape")


def changed_part(was: bytes, now: bytes) -> tuple[bytes, bytes]:
    """Return what two messages do not share between their common beginning and end."""
    shorter = min(len(was), len(now))
    start = next((n for n in range(shorter) if was[n] != now[n]), shorter)
    end = next((n for n in range(shorter - start) if was[-1 - n] != now[-1 - n]), shorter - start)
    return was[start : len(was) - end], now[start : len(now) - end]


def _is_refused_by_the_edge(passage: Passage) -> bool:
    """Say whether the edge made a refusal of an answer whose session description rtpengine does not take."""
    return passage.left.startswith(b"SIP/2.0 488 ") and not passage.came.startswith(b"SIP/2.0 488 ")


def _is_made_to_ring(passage: Passage) -> bool:
    """Say whether the edge told the caller of ringing where a call was forwarded or in line (181, 182)."""
    return passage.left.startswith(b"SIP/2.0 180 ") and passage.came.startswith((b"SIP/2.0 181 ", b"SIP/2.0 182 "))


@dataclass
class Judge:
    """Reads what passed with all parsers; `findings` by kind, and what passed only to be `dropped` by Asterisk."""

    pjsip: PjsipParser
    kamailio: KamailioParser
    findings: dict[str, Finding] = field(default_factory=dict)
    dropped: dict[str, Finding] = field(default_factory=dict)
    judged: int = 0

    async def judge(self, passages: Sequence[Passage]) -> None:
        for start in range(0, len(passages), AT_ONCE):
            await self._judge(passages[start : start + AT_ONCE])

    async def judge_stream(self, passage: Passage) -> bytes:
        """Compare where pjsip and Kamailio see messages begin and end in what came over a connection (`left`).

        Returns the one message of it that is not the edge's own probe, empty if there is none or more than one.
        """
        by_pjsip = await self.pjsip.read_stream(passage.left)
        framed = [data for data in await self.kamailio.divide(passage.left) if not data.startswith(b"OPTIONS ")]
        theirs = [each for each in by_pjsip["messages"] if each.get("method") != "OPTIONS"]
        if by_pjsip["left"] or len(theirs) != len(framed) or len(framed) > 1:
            said = f"pjsip {len(theirs)} and {by_pjsip['left']} bytes, Kamailio {len(framed)}"
            self._find(passage, "one message is divided otherwise", said)
            return b""
        return framed[0] if framed else b""

    async def _judge(self, passages: Sequence[Passage]) -> None:
        by_pjsip = await self.pjsip.read_datagrams([each.left for each in passages])
        by_kamailio = await self.kamailio.read([each.left for each in passages])
        came = await self.kamailio.read([mended(each.came) for each in passages])
        for passage, pjsip, kamailio, before in zip(passages, by_pjsip, by_kamailio, came, strict=True):
            self.judged += 1
            theirs, its, ours = of_pjsip(pjsip), of_kamailio(kamailio), of_ours(passage.left)
            if theirs is None and its is None and b"\nVia" not in passage.left:
                # An answer whose own Via was spoilt: nobody reads it, and all say so.
                self._drop(passage, "no Via")
                continue
            if its is None:
                self._find(passage, "Kamailio refuses what the edge sent", "")
            if theirs is None:
                # Asterisk says nothing to such a message.
                self._drop(passage, ",".join(pjsip["errors"]) or "a header twice")
                continue
            self._compare(passage, "pjsip and Kamailio", theirs, its)
            self._compare(passage, "pjsip and our parser", theirs, ours)
            refused = {"method", "contacts", "body"} if _is_refused_by_the_edge(passage) else set()
            made = refused | ({"method"} if _is_made_to_ring(passage) else set())
            self._compare(passage, "pjsip and the edge", theirs, of_kamailio(before), *passage.changed, *made)
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

    def _drop(self, passage: Passage, stumbled: str) -> None:
        self.dropped.setdefault(stumbled, Finding(f"pjsip stumbles over: {stumbled}")).add(passage, "")

    def _find(self, passage: Passage, what: str, said: str) -> None:
        what = f"{passage.scene}: {what}"
        self.findings.setdefault(what, Finding(what)).add(passage, said)
