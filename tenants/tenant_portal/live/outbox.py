"""What waits for one browser: of each thing only the newest word, and never more than a bound."""

import asyncio
from dataclasses import dataclass

from tenant_portal.live.scope import Place

MOST_WAITING = 1000


@dataclass(frozen=True)
class Message:
    """One event as it goes out.  `thing`: what it is about: of two messages of it the one of a later place counts.

    fetch: a call to be looked up first, as its user sees it (`text` is unused then).
    """

    thing: str
    place: Place
    text: str = ""
    fetch: str | None = None


class Outbox:
    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._waiting: dict[str, Message] = {}
        self._woken = asyncio.Event()
        self.behind = False
        """The browser is to get everything anew: it was too slow, or sees other things now."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """Let a message wait; where there are too many, forget them all, and the browser is behind."""
        if self.behind:
            return
        waiting = self._waiting.pop(message.thing, message)
        self._waiting[message.thing] = message if message.place >= waiting.place else waiting
        if len(self._waiting) > self._most:
            self.fall_behind()
        self._woken.set()

    def fall_behind(self) -> None:
        """Have the browser get a new snapshot in place of what waits."""
        self._waiting.clear()
        self.behind = True
        self._woken.set()

    def begin_anew(self) -> None:
        """Wait for what comes from now on: a snapshot is on its way."""
        self._waiting.clear()
        self.behind = False

    async def take(self) -> list[Message]:
        """Return what waits, the oldest first, as soon as there is something; nothing where the browser is behind."""
        await self._woken.wait()
        self._woken.clear()
        taken = list(self._waiting.values())
        self._waiting.clear()
        return taken
