"""What a branch's edge sends up its TLS connection, taken by a recorder in headquarters' place.

Over a connection the length tells where a message ends: who reads it otherwise than the branch's edge meant it
executes a body as a message of the branch.
"""

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass

from tests.attack.differential import Judge, Passage
from tests.attack.ledger import Ledger, Stranger
from tests.attack.scenes import Wire, line, lines, number_in, register, response, signed, token_of

AT_ONCE = 16
MARK = re.compile(rb"REGISTER [^\r\n]*\r\n(?:[^\r\n]+\r\n)*?Call-ID: mark(\d+)@[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n")
"""A decent message, which ends the part of the stream that belongs to the twisted one before it."""


class Headquarters:
    """Takes the branch's connection; `parts`: what came before each mark."""

    def __init__(self, ledger: Ledger, branch: str) -> None:
        self._ledger = ledger
        self._via = re.compile(rb"\r\nVia: (SIP/2\.0/TLS " + branch.encode() + rb"[;:][^\r\n]*)")
        self.parts: dict[int, bytes] = {}
        self.heard = asyncio.Event()
        self.probed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int, context: ssl.SSLContext) -> asyncio.Server:
        return await asyncio.start_server(self._serve, host, port, ssl=context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got, answered = b"", 0
        with contextlib.suppress(OSError, ssl.SSLError):
            while more := await reader.read(65_536):
                got += more
                for found in self._via.finditer(got, max(0, answered - 8)):
                    end = got.find(b"\r\n\r\n", found.end())
                    if found.start() >= answered and end >= 0:
                        begin = got.rfind(b"\r\n\r\n", 0, found.start())
                        self._answer(writer, found[1], got[begin + 4 if begin >= 0 else 0 : end + 2])
                        answered = found.end()
                while mark := MARK.search(got):
                    self.parts[int(mark[1])] = got[: mark.start()]
                    got, answered = got[mark.end() :], max(0, answered - mark.end())
                    self.heard.set()
        writer.close()

    def _answer(self, writer: asyncio.StreamWriter, via: bytes, request: bytes) -> None:
        """Let the branch's edge forget the message: 200 to a probe and to a mark, 403 to what is judged."""
        sent = self._ledger.sent.get(number_in(request) or 0)
        decent = sent.decent if sent else request
        method = request.split(None, 1)[0]
        if method == b"OPTIONS":
            self.probed.set()
        vias = [b"Via: " + via, *(lines(decent, b"Via") if sent else lines(request, b"Via")[1:])]
        if sent:
            decent = decent.replace(line(decent, b"CSeq"), b"CSeq: 2 " + method)
        writer.write(response(decent, "403 Forbidden" if sent else "200 OK", tag="hq", vias=vias))


@dataclass
class Upward:
    """A phone at a branch, whose twisted requests the branch's edge takes up to headquarters."""

    ledger: Ledger
    judge: Judge
    phone: Wire
    stranger: Stranger
    headquarters: Headquarters
    domain: str
    unmarked: int = 0

    async def run(self, count: int) -> None:
        for start in range(0, count, AT_ONCE):
            numbers = [self.ledger.number() for _ in range(min(AT_ONCE, count - start))]
            marks = {number: self.ledger.number() for number in numbers}
            challenges = await self._challenged([*numbers, *marks.values()])
            for number in numbers:
                decent = self._register(token_of(number), challenges[number])
                self.ledger.send(self.phone, number, "branch", decent, ("uri", "routes", "vouched"), "")
                self.phone.send(self._register(f"mark{number}", challenges[marks[number]]))
            await self._settled(numbers)
            for number in numbers:
                await self._judge(number, self.headquarters.parts.pop(number, b""))

    async def _settled(self, numbers: list[int]) -> None:
        known = self.headquarters.parts
        try:
            async with asyncio.timeout(3):
                while not all(number in known for number in numbers):
                    self.headquarters.heard.clear()
                    await self.headquarters.heard.wait()
        except TimeoutError:
            self.unmarked += sum(number not in known for number in numbers)

    async def _judge(self, number: int, stream: bytes) -> None:
        """Compare how each divides what came, and then how each reads it."""
        sent = self.ledger.sent[number]
        if not stream:
            return
        passage = Passage("branch", sent.twists, sent.decent, sent.came, stream, sent.changed)
        single = await self.judge.judge_stream(passage)
        if single:
            self.ledger.count(sent)
            await self.judge.judge([Passage("branch", sent.twists, sent.decent, sent.came, single, sent.changed)])

    async def _challenged(self, numbers: list[int]) -> dict[int, bytes]:
        for number in numbers:
            self.phone.send(register(self.phone, "2001", self.domain, token_of(number), 1))
        known = self.stranger.challenges
        await self.phone.until(lambda: all(number in known for number in numbers), "REGISTER is challenged")
        return {number: known.pop(number) for number in numbers}

    def _register(self, token: str, challenge: bytes) -> bytes:
        credentials = signed(challenge, "REGISTER", f"sip:{self.domain}", "2001")
        return register(self.phone, "2001", self.domain, token, 2, credentials)
