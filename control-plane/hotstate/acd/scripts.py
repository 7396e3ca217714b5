"""The scripts of the package: each is put together from the parts that it needs."""

from pathlib import Path

from servicekit.redisio import LuaScripts

FOLDER = Path(__file__).with_name("lua")
CORE = ("base", "today", "match")
PARTS = {
    "sign_in": ("signing", "legs"),
    "sign_out": ("signing",),
    "change": ("signing",),
    "mode": (),
    "join": (),
    "widen": (),
    "place": (),
    "leave": (),
    "close_offer": ("spoken",),
    "note_spoken": ("spoken",),
    "last_agent": (),
    "outstanding": (),
    "see": (),
    "views": (),
    "seat_busy": ("legs",),
    "lapse": ("signing", "legs", "losing"),
    "prove": ("legs", "losing"),
    "forget_node": ("legs", "losing"),
}
"""Each script, and what it stands on beside the core."""


def register(scripts: LuaScripts) -> None:
    """Register every script under its name with a prefix, as traces and errors show it."""
    for name in PARTS:
        scripts.register(script_name(name), source_of(name))


def script_name(name: str) -> str:
    """Return the name under which a script is registered."""
    return f"acd.{name}"


def source_of(name: str) -> str:
    """Return a script's whole text."""
    return "\n".join((FOLDER / f"{part}.lua").read_text(encoding="utf-8") for part in (*CORE, *PARTS[name], name))
