"""What an INVITE's transaction remembers of its media: in one variable, since each costs a microsecond or two."""

import KSR

from callmodel.edgesnapshot import MediaProtection

_VARIABLE = "$avp(session)"
_SPOKEN = {each.value: each for each in MediaProtection}
PASSED = "passed"

# Letters of `Session.marks`.
BEGINS = "b"
"""The INVITE begins a call: its media belongs to this branch of a fork, and to no other."""
OF_BRANCH = "v"
FORKED = "f"
"""Others with the same Call-ID may come, for the phones of one station."""
GUARDED = "g"
"""The media guard may know a side."""
ANSWERED = "a"
KEYED = "k"
"""The offer holds keys beside plain RTP, and may go out again without them."""
KEYLESS = "l"
"""It did, since somebody refused it with them."""
OFFERED = "o"
"""The INVITE brought a session description: its answer brings one back."""


class Session:
    """`marks`: letters, above.  `toward`: what the caller speaks, PASSED where another edge has its media, empty
    where no session is at hand.  `winner`: the tag of whose answer went through.
    """

    __slots__ = ("_kept", "marks", "toward", "winner")

    def __init__(self, marks: str = "", toward: str = "", winner: str = "", kept: str | None = None) -> None:
        self.marks, self.toward, self.winner, self._kept = marks, toward, winner, kept

    @property
    def caller_speaks(self) -> MediaProtection | None:
        """What the caller's side speaks, None where another edge has the media."""
        return None if self.toward == PASSED else _SPOKEN[self.toward]

    def keep(self) -> None:
        """Remember it with the transaction at hand."""
        # The tag comes last: it may hold anything.
        written = f"{self.marks} {self.toward} {self.winner}"
        if written != self._kept:
            self._kept = written
            KSR.pv.sets(_VARIABLE, written)


def remembered() -> Session:
    """Return what the transaction at hand remembers; nothing of one that has no session."""
    kept = KSR.pv.get(_VARIABLE)
    if kept is None:
        return Session(kept="  ")
    marks, toward, winner = str(kept).split(" ", 2)
    return Session(marks, toward, winner, str(kept))
