"""Each living call on disk, so that a killed conductor's successor goes on where it stopped.

Written without fsync: what a dead process wrote stays, and a machine that loses its power takes
its calls with it anyway.
"""

import errno
import logging
import os
import time
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any, get_args

import orjson

from callmodel.callstate import Call
from callmodel.codec import ShapeError, from_wire
from callmodel.ids import CallId
from callmodel.orders import LookUp, Order

KINDS: dict[str, Any] = {kind.__name__: kind for kind in get_args(Order)}

COMPACT_BYTES = 16 * 1024 * 1024
CATCH_UP_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A call after its last step, and that step's orders: they may or may not have been carried out.  What an away
    switch left undone of the steps before is among them.

    `instance` names the life of the switch that holds the legs.
    """

    call: Call
    orders: tuple[Order, ...]
    instance: str


class Journal:
    """An append-only file in a folder of this node's: a line for each step, the last one of a call counts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "journal.jsonl"
        self._lines: dict[str, bytes] = dict(self._load())
        self._behind_since: float | None = None
        self._bytes = 0
        self._file = self._path.open("ab", buffering=0)
        try:
            self._file = self._compact()
        except OSError as error:
            self._fall_behind(error)

    def write(self, entry: Entry) -> None:
        """Note the entry in place of the call's former one; on a full disk later, with all others."""
        # orjson writes values as `codec.to_wire` and `json` do, in a fiftieth of the time: a call has six entries.
        orders = [[type(order).__name__, _written_down(order)] for order in entry.orders]
        call = entry.call
        if call.visit is not None:
            call = replace(call, visit=call.visit.written_down())
        document = {"id": call.call_id, "call": call, "orders": orders, "instance": entry.instance}
        self._append(entry.call.call_id, orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))

    def forget(self, call_id: CallId) -> None:
        if call_id in self._lines:
            self._append(call_id, orjson.dumps({"id": call_id}, option=orjson.OPT_APPEND_NEWLINE))
            del self._lines[call_id]

    def entries(self) -> list[Entry]:
        """Return the living calls; an entry that can not be read is left out and logged."""
        found = []
        for call_id, line in self._lines.items():
            try:
                found.append(_read(orjson.loads(line)))
            except (ShapeError, ValueError, KeyError, TypeError):
                logger.exception("journal entry not readable", extra={"call_id": call_id})
        return found

    def _append(self, call_id: str, line: bytes) -> None:
        self._lines[call_id] = line
        self._bytes += len(line)
        try:
            if self._behind_since is not None:
                self._catch_up()
            elif self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            elif self._bytes > COMPACT_BYTES:
                self._file = self._compact()
        except OSError as error:
            self._fall_behind(error)

    def _fall_behind(self, error: OSError) -> None:
        """A full disk.  Calls go on; should this process be killed, its successor knows what was written so far."""
        if self._behind_since is None:
            extra = {"error": error.strerror, "alarm": "journal-behind"}
            logger.error("journal not written: calls go on without", extra=extra)
        self._behind_since = time.monotonic()

    def _catch_up(self) -> None:
        if self._behind_since is not None and time.monotonic() - self._behind_since > CATCH_UP_SECONDS:
            self._file = self._compact()
            self._behind_since = None
            logger.info("journal is written again")

    def _compact(self) -> FileIO:
        """Write the file anew with the living calls only."""
        temporary = self._path.with_suffix(".tmp")
        try:
            temporary.write_bytes(b"".join(self._lines.values()))
            temporary.replace(self._path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        self._file.close()
        self._bytes = 0
        # Unbuffered: what is written is in the kernel's hands.
        return self._path.open("ab", buffering=0)

    def _load(self) -> dict[str, bytes]:
        lines: dict[str, bytes] = {}
        if not self._path.exists():
            return lines
        for line in self._path.read_bytes().splitlines(keepends=True):
            try:
                document = orjson.loads(line)
                lines[document["id"]] = line
                if "call" not in document:
                    del lines[document["id"]]
            except (ValueError, KeyError, TypeError):
                # The last line of a process that was killed while it wrote.
                logger.error("journal line not readable")
        return lines


def _written_down(order: Order) -> Order:
    """Return an order as it may stand on a disk."""
    return replace(order, hidden={}) if isinstance(order, LookUp) and order.hidden else order


def _read(document: dict[str, Any]) -> Entry:
    listed: tuple[Order, ...] = tuple(from_wire(KINDS[name], order) for name, order in document["orders"])
    return Entry(from_wire(Call, document["call"]), listed, str(document["instance"]))
