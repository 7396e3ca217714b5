"""Which media nodes get calls: heartbeats in, destinations out."""

import re
from collections.abc import Iterable

from callmodel.edgesnapshot import NodeHealth
from edge_proxy.rendering import KNOWN_SET, MEDIA_SET, SPARE_SET
from kamailio_helpers.templates import Destination, TemplateError, check_sip_uri

SILENT_AFTER_SECONDS = 3.0
FORGOTTEN_AFTER_SECONDS = 3600.0
EVEN_WITHIN = 0.05
"""Of their capacity: nodes that differ by no more are filled in turn.  A report is a second old at times, and until
the next one a node that was passed over takes all new calls."""

_LINE = re.compile(r"^[0-9]+ (sip:\S+)", re.MULTILINE)


class NodeBook:
    """Remembers when each media node was last heard.

    The emptiest share new calls; a notably fuller one gets what they can't take, and its share again once they have
    caught up.  A node that drains, is full or falls silent gets no new calls, and stays known: its calls may still be
    going on, and the edge takes calls from known nodes only.
    """

    def __init__(self, known_uris: Iterable[str] = (), now: float = 0.0) -> None:
        self._heard: dict[str, tuple[float, float | None]] = {uri: (now, 0.0) for uri in known_uris}
        """By URI: when, and how much of its capacity was in use; None takes no calls."""

    def hear(self, reports: Iterable[NodeHealth], now: float) -> None:
        """Take in the heartbeats that are there.  `now`: monotonic seconds.  A report of nonsense is passed over."""
        for report in reports:
            uri = f"sip:{report.sip}"
            try:
                check_sip_uri(uri)
            except TemplateError:
                continue
            has_room = not report.draining and report.calls < report.capacity
            self._heard[uri] = (now, report.calls / report.capacity if has_room else None)

    def destinations(self, now: float) -> set[Destination]:
        """Return where new calls may go, and who else may send some."""
        self._heard = {uri: it for uri, it in self._heard.items() if now - it[0] <= FORGOTTEN_AFTER_SECONDS}
        loads = {uri: load for uri, (heard, load) in self._heard.items()
                 if load is not None and now - heard <= SILENT_AFTER_SECONDS}  # fmt: skip
        emptiest = min(loads.values(), default=0.0)
        groups = {uri: MEDIA_SET if load <= emptiest + EVEN_WITHIN else SPARE_SET for uri, load in loads.items()}
        return {Destination(groups.get(uri, KNOWN_SET), uri) for uri in self._heard}


def uris_in(dispatcher_list: str) -> list[str]:
    """Return the destinations of an earlier dispatcher.list."""
    return list(dict.fromkeys(_LINE.findall(dispatcher_list)))
