"""The dialogs that Kamailio keeps, and who still vouches for their calls."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from callmodel.ids import CallId

CALL_VARIABLE = "call"
"""The dialog's variable with our own id of its call."""
FORSAKEN_SECONDS = 20.0
"""So long nobody has to name a call: longer than a standby needs to take over, and than a new call to be named."""

_ADDRESS = re.compile(r"sips?:(?:[^@>]*@)?([^;>]+)")

Key = tuple[int, int]


@dataclass(frozen=True)
class Dialog:
    """As Kamailio keeps it.  key: what names it there; node: `host:port` of the media node that began it."""

    key: Key
    call_id: CallId
    node: str


@dataclass(frozen=True)
class Heard:
    """Who says what now.

    named: the calls of each living node that tells of them, by its address.  answering: the nodes whose Asterisk
    answers this edge: a call may go on there while nobody tells of it.
    """

    named: Mapping[str, Collection[CallId]]
    answering: Collection[str]

    def vouches_for(self, dialog: Dialog) -> bool:
        """Say whether the dialog's call may still go on.  A call may have moved: any node may name it."""
        if any(dialog.call_id in names for names in self.named.values()):
            return True
        return dialog.node not in self.named and dialog.node in self.answering


@dataclass
class Silence:
    """Since when nobody has vouched for each dialog, in monotonic seconds."""

    since: dict[Key, float] = field(default_factory=dict)

    def note(self, dialogs: Iterable[Dialog], heard: Heard, now: float) -> list[Dialog]:
        """Bring in what is known now; return what has been silent for too long."""
        doubtful = [dialog for dialog in dialogs if not heard.vouches_for(dialog)]
        self.since = {dialog.key: self.since.get(dialog.key, now) for dialog in doubtful}
        return [dialog for dialog in doubtful if now - self.since[dialog.key] >= FORSAKEN_SECONDS]


def dialogs_in(listing: Iterable[Mapping[str, Any]]) -> list[Dialog]:
    """Return the dialogs of `dlg.list` that say which call they belong to."""
    found = []
    for entry in listing:
        said = {name: value for variable in entry["variables"] for name, value in variable.items()}
        node = _ADDRESS.match(entry["caller"]["contact"])
        if call_id := said.get(CALL_VARIABLE):
            key = (int(entry["h_entry"]), int(entry["h_id"]))
            found.append(Dialog(key, CallId(call_id), node[1] if node else ""))
    return found
