"""G.711 mu-law to samples, by table: what a tapped leg says comes as Asterisk sends it."""

from array import array


def _value_of(code: int) -> int:
    code = ~code & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 132) << ((code >> 4) & 7)) - 132
    return -magnitude if code & 0x80 else magnitude


_VALUES = tuple(_value_of(code) for code in range(256))


def samples_of(payload: bytes) -> bytes:
    """Return 16-bit samples at 8 kHz of a mu-law payload."""
    return array("h", [_VALUES[code] for code in payload]).tobytes()
