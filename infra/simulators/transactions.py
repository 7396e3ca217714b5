"""Client and server transactions with RFC 3261's timers (sections 17 and 13.3.1.4, RFC 6026).

Callbacks and call_later only: a transaction owns no task, so a hundred calls cost nothing while they wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from .sip_message import SipMessage, build_response
from .transport import Endpoint

Send = Callable[[SipMessage, Endpoint], None]
OnResponse = Callable[[SipMessage], None]


@dataclass(frozen=True)
class Timers:
    """T1 and T2 in seconds; everything else in RFC 3261's table 4 follows from them."""

    t1: float = 0.5
    t2: float = 4.0

    @property
    def give_up(self) -> float:
        """64*T1: timers B, F, H and J."""
        return 64 * self.t1


class _Retransmission:
    """Sends again after T1, 2*T1, 4*T1 ... up to `ceiling`, until stopped."""

    def __init__(self, send: Callable[[], None], first: float, ceiling: float) -> None:
        self._send = send
        self._wait = first
        self._ceiling = ceiling
        self._timer: asyncio.TimerHandle | None = None
        self._schedule()

    def _schedule(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._wait, self._fire)

    def _fire(self) -> None:
        self._send()
        self._wait = min(2 * self._wait, self._ceiling)
        self._schedule()

    def slow_down(self) -> None:
        """From the first provisional on, a non-INVITE request is repeated every T2 only."""
        self._wait = self._ceiling

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


class ClientTransaction:
    """One request on its way: repeats it, hands up its responses, acknowledges a refused INVITE."""

    def __init__(
        self,
        request: SipMessage,
        destination: Endpoint,
        send: Send,
        on_response: OnResponse,
        *,
        timers: Timers,
        reliable: bool,
        forget: Callable[[], None],
    ) -> None:
        self.request = request
        self.destination = destination
        self._send = send
        self._on_response = on_response
        self._timers = timers
        self._forget = forget
        self._final: int | None = None
        self._is_invite = request.method == "INVITE"
        loop = asyncio.get_running_loop()
        ceiling = timers.give_up if self._is_invite else timers.t2
        self._repeat = None if reliable else _Retransmission(self._transmit, timers.t1, ceiling)
        self._deadline = loop.call_later(timers.give_up, self._time_out)
        self._transmit()

    def _transmit(self) -> None:
        self._send(self.request, self.destination)

    def received(self, response: SipMessage) -> None:
        if response.status < 200:
            if self._final is None:
                self._provisional(response)
            return
        if self._is_invite and response.status >= 300:
            self._acknowledge(response)
        if self._final is not None:
            return
        self._finish(response)

    def _provisional(self, response: SipMessage) -> None:
        if self._is_invite:
            # Timer B covers the time to the first sign of life only; ringing may take minutes.
            self._stop_timers()
        elif self._repeat is not None:
            self._repeat.slow_down()
        self._on_response(response)

    def _finish(self, response: SipMessage) -> None:
        self._final = response.status
        self._stop_timers()
        # Timer D and K: stay to swallow, and for an INVITE to acknowledge, late repeats.
        asyncio.get_running_loop().call_later(self._timers.give_up, self._forget)
        self._on_response(response)

    def _stop_timers(self) -> None:
        self._deadline.cancel()
        if self._repeat is not None:
            self._repeat.stop()

    def _acknowledge(self, response: SipMessage) -> None:
        ack = SipMessage(method="ACK", uri=self.request.uri)
        ack.headers = [("Via", self.request.get("via"))]
        ack.headers += [("Route", route) for route in self.request.all("route")]
        ack.headers += [("From", self.request.get("from")), ("To", response.get("to"))]
        ack.headers += [("Call-ID", self.request.call_id), ("CSeq", f"{self.request.cseq[0]} ACK")]
        ack.headers += [("Max-Forwards", "70")]
        self._send(ack, self.destination)

    def connection_lost(self) -> None:
        """Fail a request that was sent into a connection which then broke (section 8.1.3.1)."""
        if self._final is None:
            self._finish(build_response(self.request, 503, "Connection lost"))

    def _time_out(self) -> None:
        self._finish(build_response(self.request, 408, "Request Timeout (no reply)"))

    def stop(self) -> None:
        self._stop_timers()


class ServerTransaction:
    """One request received: repeats its last response, and an INVITE's final one until the ACK."""

    def __init__(
        self,
        request: SipMessage,
        source: Endpoint,
        reply_to: Endpoint,
        send: Send,
        *,
        timers: Timers,
        reliable: bool,
        forget: Callable[[], None],
    ) -> None:
        self.request = request
        self.source = source
        self.arrived_at = time.monotonic()
        self._reply_to = reply_to
        self._send = send
        self._timers = timers
        self._reliable = reliable
        self._forget = forget
        self._last: SipMessage | None = None
        self._repeat: _Retransmission | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.on_unacknowledged: Callable[[], None] = lambda: None

    @property
    def is_final(self) -> bool:
        return self._last is not None and self._last.status >= 200

    def respond(self, response: SipMessage) -> None:
        """Send a response; after a final one, further ones are ignored."""
        if self.is_final:
            return
        self._last = response
        self._send(response, self._reply_to)
        if response.status < 200:
            return
        loop = asyncio.get_running_loop()
        if self.request.method == "INVITE" and (response.status < 300 or not self._reliable):
            # A 200 is repeated on every transport, because the ACK travels end to end.
            self._repeat = _Retransmission(self.repeat, self._timers.t1, self._timers.t2)
            self._deadline = loop.call_later(self._timers.give_up, self._give_up)
        loop.call_later(self._timers.give_up, self._forget)

    def repeat(self) -> None:
        """Answer a retransmitted request with the response that it has missed."""
        if self._last is not None:
            self._send(self._last, self._reply_to)

    def acknowledged(self) -> None:
        if self._repeat is not None:
            self._repeat.stop()
        if self._deadline is not None:
            self._deadline.cancel()

    def _give_up(self) -> None:
        self.acknowledged()
        self.on_unacknowledged()

    def stop(self) -> None:
        self.acknowledged()
