"""How keys go between us and a carrier."""

from enum import Enum


class Dtmf(Enum):
    """AUTO: as events where the carrier takes those, else as sound.  Keys by SIP INFO are always read."""

    AUTO = "auto"
    RFC4733 = "rfc4733"
    """As events, even to a carrier that has not said that it takes them."""
    INBAND = "inband"
    """As sound, and listened for in what comes."""
    INFO = "info"
    """By SIP INFO (`application/dtmf-relay`)."""
