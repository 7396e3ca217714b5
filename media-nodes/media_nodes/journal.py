"""Each living call as a file, so that a killed conductor's successor goes on where it stopped.

Written with a rename and without fsync: what a dead process wrote stays, and a machine that loses its power takes
its calls with it anyway.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from callmodel import orders
from callmodel.callstate import Call
from callmodel.codec import ShapeError, from_wire
from callmodel.ids import CallId
from callmodel.orders import Order

KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        orders.ClaimTrunk,
        orders.ReleaseTrunk,
        orders.DialTrunk,
        orders.DialStation,
        orders.Ring,
        orders.PassEarlyMedia,
        orders.Answer,
        orders.Bridge,
        orders.StartRecording,
        orders.HangUp,
        orders.Announce,
    )
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A call after its last step, and that step's orders: they may or may not have been carried out.

    `instance` names the life of the switch that holds the legs.
    """

    call: Call
    orders: tuple[Order, ...]
    instance: str


class Journal:
    """One file for each living call in a folder of this node's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, entry: Entry) -> None:
        """Put the entry in place of the call's former one.  Raises OSError."""
        # orjson writes values as `codec.to_wire` and `json` do, in a hundredth of the time: a call has six entries.
        orders = [[type(order).__name__, order] for order in entry.orders]
        text = orjson.dumps({"call": entry.call, "orders": orders, "instance": entry.instance})
        path = self._path(entry.call.call_id)
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(text)
        temporary.replace(path)

    def forget(self, call_id: CallId) -> None:
        self._path(call_id).unlink(missing_ok=True)

    def entries(self) -> list[Entry]:
        """Return what a former conductor left; a file that can not be read is set aside and logged."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                found.append(_read(orjson.loads(path.read_bytes())))
            except (ShapeError, ValueError, KeyError, TypeError):
                logger.exception("journal entry not readable", extra={"file": path.name})
                path.replace(path.with_suffix(".broken"))
        return found

    def _path(self, call_id: CallId) -> Path:
        return self._folder / f"{call_id}.json"


def _read(document: dict[str, Any]) -> Entry:
    listed: tuple[Order, ...] = tuple(from_wire(KINDS[name], order) for name, order in document["orders"])
    return Entry(from_wire(Call, document["call"]), listed, str(document["instance"]))
