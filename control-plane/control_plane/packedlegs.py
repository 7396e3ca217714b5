"""A leg as its row keeps it: what follows from the call, or is nearly always the same, takes no room.

Calls are most of what the store holds, and half an hour of a large tenant must fit into one partition
(docs/capacity.md).  Rows from before this are read as they are.
"""

from typing import Any

Document = dict[str, Any]

_OWN_ID = "~"
"""In place of the call's id, with which the ids of legs that we dial begin."""
_ENDED = "ended"
_TIMES = ("started_ms", "ringing_ms", "answered_ms", "ended_ms", "held_since_ms")
_MOST_OFFSET = 10**11
"""Three years: what is less was counted from the call's beginning, and not from 1970."""
_STREAM = ("packets", "lost", "jitter_ms", "mos", "dead_seconds")
_VOICE = ("round_trip_ms", "pauses", "dead_since_ms", "deaf_since_ms")


def pack_leg(leg: Document, call_id: str, began_ms: int) -> Document:
    """Return a leg of a record as its row keeps it, without what is None or False."""
    packed = {name: value for name, value in leg.items() if value is not None and value is not False}
    if leg["leg_id"].startswith(call_id):
        packed["leg_id"] = _OWN_ID + leg["leg_id"].removeprefix(call_id)
    if leg["state"] == _ENDED:
        del packed["state"]
    for name in packed.keys() & set(_TIMES):
        packed[name] -= began_ms
    if "voice" in packed:
        packed["voice"] = _pack_voice(packed["voice"])
    return packed


def unpack_leg(packed: Document, call_id: str, began_ms: int) -> Document:
    """Return the leg as it was."""
    leg = {"state": _ENDED, **packed}
    if leg["leg_id"].startswith(_OWN_ID):
        leg["leg_id"] = call_id + leg["leg_id"].removeprefix(_OWN_ID)
    for name in leg.keys() & set(_TIMES):
        leg[name] += began_ms if leg[name] < _MOST_OFFSET else 0
    if "voice" in leg:
        leg["voice"] = _unpack_voice(leg["voice"])
    return leg


def _pack_voice(voice: Document) -> list[Any]:
    figures = [voice[way][name] for way in ("sent", "heard") for name in _STREAM]
    figures += [voice[name] for name in _VOICE]
    while figures and not figures[-1]:
        figures.pop()
    return [_short(figure) for figure in figures]


def _short(figure: Any) -> Any:
    if isinstance(figure, bool) or not isinstance(figure, float):
        return figure
    return int(figure) if figure.is_integer() else figure


def _unpack_voice(figures: list[Any]) -> Document:
    names = len(_STREAM)
    whole = figures + [None] * (2 * names + len(_VOICE) - len(figures))
    streams = [
        {name: value for name, value in zip(_STREAM, whole[at : at + names], strict=True) if value is not None}
        for at in (0, names)
    ]
    rest = zip(_VOICE, whole[2 * names :], strict=True)
    sent, heard = ({"packets": 0, **stream} for stream in streams)
    return {"sent": sent, "heard": heard, **{name: value for name, value in rest if value is not None}}
