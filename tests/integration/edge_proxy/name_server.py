"""A little name server for tests, over UDP and TCP: it tells what it was given, wrong things too."""

import asyncio
import struct
from collections import Counter
from types import TracebackType

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """records: zone-file lines, such as `gw.example. 60 IN A 192.0.2.1`.  What is not there is NXDOMAIN.

    failing: answers SERVFAIL; cut: tells over UDP only that there is more, so it is asked again over TCP.
    """

    def __init__(self, address: str, port: int = 5300) -> None:
        self.address, self.port = address, port
        self.failing = self.cut = False
        self.asked: Counter[str] = Counter()
        self._sets: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = {}

    @property
    def name(self) -> str:
        """How settings name it."""
        return f"{self.address}:{self.port}"

    def tell(self, *lines: str) -> None:
        """Have these records and no others."""
        self._sets = {}
        for line in lines:
            name, ttl, _class, kind, data = line.split(None, 4)
            key = (dns.name.from_text(name), dns.rdatatype.from_text(kind))
            found = dns.rrset.from_text(key[0], int(ttl), "IN", kind, data)
            self._sets.setdefault(key, dns.rrset.RRset(key[0], found.rdclass, key[1])).update(found)

    def answer_to(self, query: bytes, *, over_udp: bool) -> bytes:
        asked = dns.message.from_wire(query)
        question = asked.question[0]
        self.asked[f"{question.name} {dns.rdatatype.to_text(question.rdtype)}"] += 1
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        if self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif self.cut and over_udp:
            answer.flags |= dns.flags.TC
        elif found := self._sets.get((question.name, question.rdtype)):
            answer.answer.append(found)
        elif not any(name == question.name for name, _kind in self._sets):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire(max_size=65_535)

    async def __aenter__(self) -> "NameServer":
        loop = asyncio.get_running_loop()
        where = (self.address, self.port)
        self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), local_addr=where)
        self._streams = await asyncio.start_server(self._serve, *where)
        return self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        answer = self.answer_to(await reader.readexactly(length), over_udp=False)
        writer.write(struct.pack("!H", len(answer)) + answer)
        writer.close()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._datagrams.close()
        self._streams.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self._server.answer_to(data, over_udp=True), addr)
