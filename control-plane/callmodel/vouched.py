"""What our own rooms tell each other about a call within SIP: one header, `X-Trunkline: origin=station;tenant=acme`.

One, because reading or adding a header costs an engine more than its length does.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

HEADER = "X-Trunkline"
_SAFE = "+@:."
_PLAIN = re.compile(r"[A-Za-z0-9_.~+@:-]*").fullmatch
"""Nearly every value is one that needs no escape."""

PAUSES = "pauses"
"""`1` where a party's description has comfort noise (RFC 3389): it may send nothing while it is silent."""

REFUSED = "refused"
"""`1` where the edge does not take the caller's description of its media: the call is to be refused, and recorded."""

Vouched = tuple[tuple[str, str], ...]
"""Names and values, such as `(("origin", "station"), ("tenant", "acme"))`."""


def to_header(vouched: Iterable[tuple[str, str]]) -> str:
    """Return the header's value; what could end a value or the header is percent-encoded (RFC 3986)."""
    return ";".join([f"{name}={value if _PLAIN(value) else quote(value, safe=_SAFE)}" for name, value in vouched])


def from_header(text: str) -> dict[str, str]:
    """Return names and values; what has no equals sign is passed over, and the first of two counts."""
    values: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            values.setdefault(name, unquote(value))
    return values
