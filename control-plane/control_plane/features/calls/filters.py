"""What a listing asks of a call, pure: on the document that is kept of it, or shown while it lives."""

from dataclasses import dataclass
from typing import Any

OF_THE_CALL = ("direction", "ending", "asked_by")
OF_A_LEG = ("extension", "site_id", "trunk_id", "caller_number")
"""The call's own, or that of any party that was in it."""


@dataclass(frozen=True)
class CallFilter:
    """None is anything."""

    direction: str | None = None
    ending: str | None = None
    asked_by: str | None = None
    extension: str | None = None
    site_id: str | None = None
    trunk_id: str | None = None
    caller_number: str | None = None

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
        return True
