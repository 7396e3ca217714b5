"""Raw SIP over UDP or TCP: for what no decent phone sends."""

import asyncio
import re
import secrets

_LENGTH = re.compile(r"^Content-Length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)


def message(method: str, uri: str, via: str, *, headers: dict[str, str] | None = None, body: str = "") -> bytes:
    """Return a well-formed request; a header given as empty text is left out."""
    token = secrets.token_hex(6)
    values = {
        "Via": f"SIP/2.0/{via};rport;branch=z9hG4bK{token}",
        "From": f"<sip:probe@nowhere.invalid>;tag={token}",
        "To": f"<{uri}>",
        "Call-ID": token,
        "CSeq": f"1 {method}",
        "Max-Forwards": "70",
        "Contact": f"<sip:probe@{via.partition(' ')[2]}>",
        **(headers or {}),
        "Content-Length": str(len(body)),
    }
    lines = [f"{method} {uri} SIP/2.0", *(f"{name}: {value}" for name, value in values.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class UdpProbe(asyncio.DatagramProtocol):
    """One socket; `answers` holds what came back, as text."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self.answers: asyncio.Queue[str] = asyncio.Queue()

    @classmethod
    async def open(cls, bind: str, to: tuple[str, int]) -> "UdpProbe":
        loop = asyncio.get_running_loop()
        transport, probe = await loop.create_datagram_endpoint(lambda: cls(to), local_addr=(bind, 0))
        probe.transport = transport
        host, port = transport.get_extra_info("sockname")
        probe.via = f"UDP {host}:{port}"
        return probe

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self.answers.put_nowait(data.decode(errors="replace"))

    def send(self, data: bytes) -> None:
        self.transport.sendto(data, self._to)

    async def ask(self, method: str, uri: str, **values) -> int:
        """Send a request and return the status of the first answer that is final, 0 for silence of half a second."""
        self.send(message(method, uri, self.via, **values))
        return await self.status()

    async def status(self, patience_seconds: float = 0.5) -> int:
        try:
            while True:
                answer = await asyncio.wait_for(self.answers.get(), patience_seconds)
                status = int(answer.split()[1]) if answer.startswith("SIP/2.0") else 0
                if status >= 200:
                    return status
        except TimeoutError:
            return 0

    def close(self) -> None:
        self.transport.close()


class TcpProbe(asyncio.Protocol):
    """One connection, with what a UdpProbe has."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[str] = asyncio.Queue()
        self.closed = False
        self._read = b""

    @classmethod
    async def open(cls, bind: str, to: tuple[str, int]) -> "TcpProbe":
        loop = asyncio.get_running_loop()
        transport, probe = await loop.create_connection(cls, *to, local_addr=(bind, 0))
        probe.transport = transport
        host, port = transport.get_extra_info("sockname")
        probe.via = f"TCP {host}:{port}"
        return probe

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, rest = self._read.partition(b"\r\n\r\n")
            found = _LENGTH.search(head.decode())
            length = int(found.group(1)) if found else 0
            if len(rest) < length:
                return
            self.answers.put_nowait((head + b"\r\n\r\n" + rest[:length]).decode())
            self._read = rest[length:]

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed = True

    def send(self, data: bytes) -> None:
        self.transport.write(data)

    ask, status = UdpProbe.ask, UdpProbe.status

    def close(self) -> None:
        self.transport.close()
