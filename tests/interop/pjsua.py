"""PJSUA2, as a program of its own: what PJSIP does when it can not go on ends its process, not the tests'."""

import json
import sys
from pathlib import Path

from tests.interop.programs import LOCAL, Program, samples_of

SCRIPT = Path(__file__).with_name("pjsua_phone.py")


class Pjsua(Program):
    """Of PyPI's pjsua2-python, whose PJSIP is 2.15.  Its calls count from 1."""

    transports = ("udp", "tcp", "tls")
    attends = True
    quits = "quit"

    def _configured(self) -> list[str]:
        settings = vars(self.seat) | {"folder": str(self.folder), "local": LOCAL}
        return [sys.executable, str(SCRIPT), json.dumps(settings)]

    async def _sign_in(self) -> None:
        await self.tells("registration 200")

    def _heard_files(self) -> list[Path]:
        return list(self.folder.glob("heard.wav"))

    async def _received(self) -> int:
        return sum(len(samples_of(path)) for path in self._heard_files())

    async def dial(self, number: str) -> None:
        await self._type(f"dial sip:{number}@{self.seat.domain}")

    async def answer(self) -> None:
        await self.tells("incoming")
        await self._type("answer")

    async def hold(self) -> None:
        await self._type("hold")

    async def resume(self) -> None:
        await self._type("resume")

    async def press(self, keys: str) -> None:
        await self._type(f"press {keys}")

    async def transfer(self, extension: str) -> None:
        await self._type(f"transfer sip:{extension}@{self.seat.domain}")

    async def transfer_to_call(self, call: int, other: int) -> None:
        await self._type(f"attend {call} {other}")

    async def hang_up(self) -> None:
        await self._type("hangup")
