"""What the line to headquarters is like: a probe a second, a sliding window, a report every few seconds."""

import asyncio
import itertools
import logging
import secrets
import statistics
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from branch_gateway.ports import Headquarters, HeadquartersAwayError, LinkReport, Probe, RefusedError, Registrar

PROBE_SECONDS = 1.0
LOST_AFTER_SECONDS = 0.9
WINDOW = 30
REPORT_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LinkQuality:
    """`loss` is 0..1.  Round trip (median) and jitter are None while nothing comes back."""

    rtt_ms: float | None
    jitter_ms: float | None
    loss: float
    samples: int


def quality_of(samples: Sequence[float | None]) -> LinkQuality:
    """Return the quality of a window of round trips in milliseconds, None for one that was lost.

    Jitter is the mean difference between neighbours that both came back, as RFC 3550 (6.4.1) takes it, without its
    smoothing: the window does that here.
    """
    returned = [sample for sample in samples if sample is not None]
    pairs = itertools.pairwise(samples)
    steps = [abs(later - earlier) for earlier, later in pairs if earlier is not None and later is not None]
    return LinkQuality(
        rtt_ms=round(statistics.median(returned), 2) if returned else None,
        jitter_ms=round(statistics.fmean(steps), 2) if steps else None,
        loss=round(1 - len(returned) / len(samples), 4) if samples else 0.0,
        samples=len(samples),
    )


class TcpProbe:
    """Round trip of a TCP handshake with an edge's port; nothing is sent."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def probe(self) -> float | None:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(LOST_AFTER_SECONDS):
                _, writer = await asyncio.open_connection(self._host, self._port)
        except OSError:  # TimeoutError is one
            return None
        elapsed = (time.perf_counter() - started) * 1000
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return elapsed


class OptionsProbe(asyncio.DatagramProtocol):
    """Round trip of a SIP OPTIONS over UDP (RFC 3261, 11): each packet is its own witness, as with voice."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._awaited = b""
        self._answered: asyncio.Future[None] | None = None

    def datagram_received(self, data: bytes, _address: object) -> None:
        if self._answered is not None and not self._answered.done() and self._awaited in data:
            self._answered.set_result(None)

    async def probe(self) -> float | None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LOST_AFTER_SECONDS):
                transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(self._host, self._port))
                try:
                    self._answered = loop.create_future()
                    call_id = secrets.token_hex(12)
                    self._awaited = call_id.encode()
                    started = time.perf_counter()
                    transport.sendto(self._request(call_id, *transport.get_extra_info("sockname")[:2]))
                    await self._answered
                    return (time.perf_counter() - started) * 1000
                finally:
                    transport.close()
        except OSError:
            return None

    def _request(self, call_id: str, host: str, port: int) -> bytes:
        lines = [
            f"OPTIONS sip:{self._host}:{self._port} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{call_id};rport",
            "Max-Forwards: 10",
            f"From: <sip:link@{host}>;tag={call_id[:8]}",
            f"To: <sip:{self._host}:{self._port}>",
            f"Call-ID: {call_id}",
            "CSeq: 1 OPTIONS",
            "Content-Length: 0",
        ]
        return "\r\n".join([*lines, "", ""]).encode()


class LinkWatch:
    """Probes, remembers a window, reports."""

    def __init__(
        self,
        probe: Probe,
        registrar: Registrar,
        headquarters: Headquarters,
        snapshot_version: Callable[[], int],
        *,
        probe_seconds: float = PROBE_SECONDS,
        report_seconds: float = REPORT_SECONDS,
    ) -> None:
        self._probe = probe
        self._registrar = registrar
        self._headquarters = headquarters
        self._snapshot_version = snapshot_version
        self._probe_seconds = probe_seconds
        self._report_seconds = report_seconds
        self._window: deque[float | None] = deque(maxlen=WINDOW)

    async def run(self) -> None:
        """Watch for ever; a report that is not taken is dropped, for the next one says more."""
        await self._look()  # so that the first report has something to say
        async with asyncio.TaskGroup() as group:
            group.create_task(_every(self._probe_seconds, self._look))
            group.create_task(_every(self._report_seconds, self._report))

    async def _look(self) -> None:
        self._window.append(await self._probe.probe())

    async def _report(self) -> None:
        if not self._window:
            return
        quality = quality_of(list(self._window))
        report = LinkReport(
            quality.rtt_ms,
            quality.jitter_ms,
            quality.loss,
            quality.samples,
            await self._registrar.registrations(),
            self._snapshot_version(),
        )
        try:
            await self._headquarters.report_link(report)
        except HeadquartersAwayError:
            logger.debug("link report not delivered")
        except RefusedError as error:
            logger.warning("link report refused", extra={"error_id": error.error_id})


async def _every(seconds: float, step: Callable[[], Awaitable[None]]) -> None:
    """Run a step at a steady beat; one that takes longer delays the next and makes no crowd."""
    due = time.monotonic()
    while True:
        await step()
        due = max(due + seconds, time.monotonic())
        await asyncio.sleep(due - time.monotonic())
