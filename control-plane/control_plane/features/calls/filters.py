"""What a listing asks of a call, pure: on the document that is kept of it, or shown while it lives."""

from dataclasses import dataclass
from typing import Any

from callmodel.sight import INSIDE

OF_THE_CALL = ("direction", "ending", "asked_by", "agent_id", "queue_id")
OF_A_LEG = ("extension", "site_id", "trunk_id", "caller_number")
"""The call's own, or that of any party that was in it."""


@dataclass(frozen=True)
class CallFilter:
    """None is anything."""

    direction: str | None = None
    ending: str | None = None
    asked_by: str | None = None
    agent_id: str | None = None
    queue_id: str | None = None
    recorded: bool | None = None
    extension: str | None = None
    site_id: str | None = None
    trunk_id: str | None = None
    caller_number: str | None = None

    @property
    def names_inside(self) -> bool:
        """Whether it asks for what a client's people may not know of calls."""
        return any(getattr(self, name, None) is not None for name in INSIDE)

    @property
    def is_open(self) -> bool:
        return self == CallFilter()

    def fits(self, document: dict[str, Any]) -> bool:
        """Say whether a CDR's document is one of those that are asked for."""
        for name in OF_THE_CALL:
            wanted = getattr(self, name)
            if wanted is not None and document.get(name) != wanted:
                return False
        for name in OF_A_LEG:
            wanted = getattr(self, name)
            if wanted is not None and all(part.get(name) != wanted for part in (document, *document["legs"])):
                return False
        return self.recorded is None or self.recorded == (document.get("recording_id") is not None)
