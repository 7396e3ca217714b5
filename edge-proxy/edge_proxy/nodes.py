"""Which media nodes get calls: heartbeats in, destinations out."""

import re
from collections.abc import Iterable

from callmodel.edgesnapshot import NodeHealth
from edge_proxy.rendering import KNOWN_SET, MEDIA_SET, Destination, RenderingError, check_sip_uri

SILENT_AFTER_SECONDS = 3.0
FORGOTTEN_AFTER_SECONDS = 3600.0

_LINE = re.compile(r"^\d+ (sip:\S+)", re.MULTILINE)


class NodeBook:
    """Remembers when each media node was last heard.

    A node that drains, is full or falls silent gets no new calls, and stays known: its calls may still be going on,
    and the edge takes calls from known nodes only.
    """

    def __init__(self, known_uris: Iterable[str] = (), now: float = 0.0) -> None:
        self._heard: dict[str, tuple[float, bool]] = {uri: (now, True) for uri in known_uris}

    def hear(self, reports: Iterable[NodeHealth], now: float) -> None:
        """Take in the heartbeats that are there.  `now`: monotonic seconds.  A report of nonsense is passed over."""
        for report in reports:
            uri = f"sip:{report.sip}"
            try:
                check_sip_uri(uri)
            except RenderingError:
                continue
            self._heard[uri] = (now, not report.draining and report.calls < report.capacity)

    def destinations(self, now: float) -> set[Destination]:
        """Return where new calls may go, and who else may send some."""
        wanted = set()
        for uri, (heard, has_room) in list(self._heard.items()):
            if now - heard > FORGOTTEN_AFTER_SECONDS:
                del self._heard[uri]
            else:
                serves = has_room and now - heard <= SILENT_AFTER_SECONDS
                wanted.add(Destination(MEDIA_SET if serves else KNOWN_SET, uri))
        return wanted


def uris_in(dispatcher_list: str) -> list[str]:
    """Return the destinations of an earlier dispatcher.list."""
    return list(dict.fromkeys(_LINE.findall(dispatcher_list)))
