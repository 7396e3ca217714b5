# ruff: noqa: ASYNC220 - started once, before anything waits
"""How Kamailio reads a message: the edge's own program with a configuration that only tells what it has read."""

import asyncio
import contextlib
import hashlib
import itertools
import subprocess
from collections.abc import Sequence
from pathlib import Path

MODULES = ("kex", "pv", "corex", "textops")
FIELDS = {
    "method": "$rm", "status": "$rs", "reason": "$rr", "uri_scheme": "$(ru{uri.scheme})", "uri_user": "$rU",
    "uri_host": "$rd",
    "uri_port": "$rp", "from_user": "$fU", "from_host": "$fd", "from_tag": "$ft", "to_user": "$tU", "to_host": "$td",
    "to_tag": "$tt", "call_id": "$ci", "cseq_number": "$cs", "cseq": "$hdr(CSeq)", "contact": "$(hdr(Contact)[*])",
    "route": "$(hdr(Route)[*])", "x-trunkline": "$(hdr(X-Trunkline)[*])", "body": "$rb",
}  # fmt: skip
ANSWER_SECONDS = 5.0
STREAM_SECONDS = 1.0
START_ROUNDS = 200
NOTHING = "<null>"
CONFIGURATION = """#!KAMAILIO
debug=-2
log_stderror=yes
corelog=6
sip_parser_log=6
children=1
tcp_children=1
auto_aliases=no
disable_core_dump=yes
pv_buffer_size=200000
listen=udp:{host}:{port}
listen=tcp:{host}:{port}
mpath="{modules}"
{load}
request_route {{ route(TELL); }}
onreply_route {{ route(TELL); drop; }}
route[TELL] {{ send_data("sip:{listener[0]}:{listener[1]}", "$(mb{{s.md5}}) {values}"); }}
"""
SENTINEL = (
    "OPTIONS sip:sentinel SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKs\r\nFrom: <sip:s@s>;tag=s\r\n"
    "To: <sip:s@s>\r\nCall-ID: sentinel{}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)

KamailioReading = dict[str, bytes | None]


class KamailioParser(asyncio.DatagramProtocol):
    """Use as an async context manager.  folder: where its configuration may lie."""

    def __init__(self, host: str, folder: Path, port: int = 5060, modules: str = "") -> None:
        self._address = (host, port)
        self._folder = folder
        self._modules = modules or str(next(Path("/usr/lib").glob("*/kamailio/modules")))
        self._readings: dict[str, KamailioReading] = {}
        self._divided: list[bytes] = []
        self._heard = asyncio.Event()
        self._numbers = itertools.count()

    async def __aenter__(self) -> "KamailioParser":
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self._address[0], 0))
        path = self._folder / "reader.cfg"
        path.write_text(
            CONFIGURATION.format(
                host=self._address[0],
                port=self._address[1],
                modules=self._modules,
                load="\n".join(f'loadmodule "{each}.so"' for each in MODULES),
                listener=self._transport.get_extra_info("sockname"),
                values=" ".join(_in_hexadecimal(each) for each in (*FIELDS.values(), "$mb")),
            )
        )
        run = str(self._folder)
        command = ["kamailio", "-f", str(path), "-DD", "-E", "-w", run, "-Y", run, "-m", "64", "-M", "32"]
        with (self._folder / "reader.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(START_ROUNDS):
            if await self._sentinel(0.1):
                return self
        await self.__aexit__()
        raise RuntimeError(
            "Kamailio, the reader, does not start: " + (self._folder / "reader.log").read_text()[-2000:]
        )

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()
        self._process.terminate()
        self._process.wait(5)

    def datagram_received(self, data: bytes, _addr: object) -> None:
        key, *values = data.decode("latin-1").split(" ")
        read = (None if value == NOTHING else bytes.fromhex(value) for value in values)
        *fields, whole = read
        self._divided.append(whole or b"")
        self._readings[key] = dict(zip(FIELDS, fields, strict=True))
        self._heard.set()

    async def read(self, messages: Sequence[bytes]) -> list[KamailioReading | None]:
        """Return what Kamailio reads in each datagram (by `FIELDS`), None for what it refuses to read."""
        self._readings.clear()
        for message in messages:
            self._transport.sendto(message, self._address)
        # It has one worker: once it has read what came last, it has read all.
        if not await self._sentinel(ANSWER_SECONDS):
            raise RuntimeError("Kamailio, the reader, does not answer")
        return [self._readings.get(_key(message)) for message in messages]

    async def divide(self, stream: bytes) -> list[bytes]:
        """Return the messages that Kamailio finds in what comes over a connection, in order.

        A message of ours stands at the end; where it is not read for itself, it is returned within what swallowed it.
        """
        self._divided.clear()
        last = SENTINEL.format(next(self._numbers)).encode()
        _, writer = await asyncio.open_connection(*self._address)
        writer.write(stream + last)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STREAM_SECONDS):
                while _key(last) not in self._readings:
                    self._heard.clear()
                    await self._heard.wait()
        writer.transport.abort()
        swallowed = _key(last) not in self._readings
        return [*self._divided[: None if swallowed else -1], *([last] if swallowed else [])]

    async def _sentinel(self, patience_seconds: float) -> bool:
        last = SENTINEL.format(next(self._numbers)).encode()
        self._transport.sendto(last, self._address)
        try:
            async with asyncio.timeout(patience_seconds):
                while _key(last) not in self._readings:
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            return False
        return True


def _key(message: bytes) -> str:
    # It takes away a NUL at the end before it reads.
    return hashlib.md5(message.removesuffix(b"\0")).hexdigest()


def _in_hexadecimal(variable: str) -> str:
    inner = variable.removeprefix("$")
    inner = inner[1:-1] if inner.startswith("(") else inner
    return f"$({inner}{{s.encode.hexa}})"
