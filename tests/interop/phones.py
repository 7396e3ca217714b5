"""What any phone that others wrote can do, and as whom it signs in."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from trunkline.conditions import until

READY_SECONDS = 20.0


@dataclass(frozen=True)
class Seat:
    """As whom a phone signs in, where (an edge's address), in which tone it speaks, and over what.

    transport: `udp`, `tcp`, `tls` (with SRTP, keys in SDP) or `wss` (with DTLS).
    """

    extension: str
    domain: str
    password: str
    edge: str
    tone_hz: int
    transport: str = "udp"
    encrypts: bool = False
    """Whether it asks for SRTP, and speaks plain RTP where that is not to be had."""


class ForeignPhone(ABC):
    """A phone with one account, which signs in on entering; `folder` is its own and must not be there yet."""

    transports = ("udp",)
    attends = False
    """Whether it can bring the parties of two calls together (REFER with Replaces)."""

    def __init__(self, seat: Seat, folder: Path) -> None:
        self.seat, self.folder = seat, folder

    @property
    @abstractmethod
    def told(self) -> str:
        """Everything that it has told of what it does."""

    async def tells(self, words: str, since: int = 0) -> None:
        """Wait until it tells some words, after the first `since` characters."""

        async def said() -> bool:
            return words in self.told[since:]

        assert await until(said, READY_SECONDS, pause_seconds=0.2), f"no {words!r} in: {self.told[since:][-3000:]}"

    async def receives(self) -> None:
        """Wait until sound comes in, whatever it is: after a re-INVITE baresip writes nothing of it any more."""
        before = await self._received()

        async def more() -> bool:
            return await self._received() > before

        assert await until(more, READY_SECONDS, pause_seconds=0.2), "nothing comes in"

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(self, *_: object) -> None: ...

    @abstractmethod
    async def hears(self, wanted_hz: set[int], candidates_hz: Iterable[int], seconds: float = 15.0) -> None:
        """Wait until exactly the wanted ones of the candidates sound in half a second that it hears from now on."""

    @abstractmethod
    async def _received(self) -> int:
        """Return how much sound of the call has come in so far, in any unit."""

    @abstractmethod
    async def dial(self, number: str) -> None: ...

    @abstractmethod
    async def answer(self) -> None:
        """Wait for a call, and take it."""

    @abstractmethod
    async def hold(self) -> None: ...

    @abstractmethod
    async def resume(self) -> None: ...

    @abstractmethod
    async def press(self, keys: str) -> None:
        """Press keys in the call."""

    @abstractmethod
    async def transfer(self, extension: str) -> None:
        """Hand the call over without a word."""

    async def transfer_to_call(self, call: int, other: int) -> None:
        """Leave the parties of two calls to each other; calls count from 1, in the order of their beginning."""
        raise NotImplementedError(type(self).__name__)

    @abstractmethod
    async def hang_up(self) -> None: ...
