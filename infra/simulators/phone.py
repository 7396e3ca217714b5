"""A SIP softphone: registers, dials, is dialled, and keeps what it hears.

async with Softphone("1001", "acme.example", "secret", proxy=("127.0.0.1", 5060), tone_hz=440) as phone:
    await phone.register()
    call = await phone.dial("13812345678")
    await call.wait_for("answered")
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Literal, Self

from .call import Line, PhoneCall
from .call_media import CallMedia, MediaSettings
from .call_table import CallTable
from .dialog import Dialog
from .g711 import PCMA, PCMU
from .media import tone_sound
from .sip_message import SipMessage, parse_address
from .tasks import Tasks
from .transactions import ServerTransaction, Timers
from .transferee import outcome_of, replaced_call, sipfrag_notify, target_of
from .transport import Endpoint, StreamTransport, Transport, UdpTransport, client_tls_context
from .user_agent import METHODS, UserAgent
from .websocket import WebSocketTransport

TransportName = Literal["udp", "tcp", "tls", "ws", "wss"]
InvitePolicy = Callable[[PhoneCall], Coroutine[Any, Any, None]]

RENEW_AT = 0.8
RETRY_SECONDS = 2.0
RECONNECT_SECONDS = (0.1, 0.5)
WAITING_CALLS = 100
logger = logging.getLogger(__name__)


class RegistrationError(Exception):
    """The registrar refused; `status` is its final response."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status


def answer_after(seconds: float = 0.0) -> InvitePolicy:
    """Ring, and answer after so many seconds unless the caller gives up."""

    async def policy(call: PhoneCall) -> None:
        call.ring()
        if seconds:
            with contextlib.suppress(TimeoutError):
                await call.wait_for("ended", seconds)
        call.answer()

    return policy


def reject_with(status: int) -> InvitePolicy:
    """Refuse at once: 486 is busy, 603 declined, 480 do not disturb."""

    async def policy(call: PhoneCall) -> None:
        call.reject(status)

    return policy


async def ring_forever(call: PhoneCall) -> None:
    """Ring until the caller gives up; a test may still `call.answer()` by hand."""
    call.ring()


class Softphone:
    """One account on one phone.

    `proxy` is where everything is sent (default: the domain itself, port 5060 or 5061).  `nat` is a private
    (host, port) that the phone believes to have: it goes into Via, Contact and SDP.  `ca` verifies a TLS
    server, which must be `server_name` (default: the domain); without it, and without `ssl_context`, the
    phone trusts anybody.  Over `ws` and `wss` it comes from a page of `origin`.  `port` 0 takes a free one.
    With `trace`, `messages` holds every message as (monotonic seconds, "sent" or "received", text).
    """

    def __init__(
        self,
        user: str,
        domain: str,
        password: str = "",
        *,
        proxy: Endpoint | None = None,
        transport: TransportName = "udp",
        bind: str = "127.0.0.1",
        port: int = 0,
        tone_hz: int | None = None,
        srtp: bool | Literal["optional"] = False,
        nat: Endpoint | None = None,
        ssl_context: ssl.SSLContext | None = None,
        ca: str | None = None,
        certificate: tuple[str, str] | None = None,
        server_name: str | None = None,
        origin: str = "",
        payload_types: tuple[int, ...] = (PCMU, PCMA),
        timers: Timers | None = None,
        trace: bool = False,
        keep_alive_seconds: float | None = None,
        wrap_transport: Callable[[Transport], Transport] = lambda transport: transport,
        open_media: Callable[[MediaSettings], CallMedia] = CallMedia,
    ) -> None:
        self.user = user
        self.domain = domain
        self.proxy = proxy or (domain, 5061 if transport == "tls" else 5060)
        self.on_invite: InvitePolicy = answer_after()
        self.registered = False
        self.incoming: asyncio.Queue[PhoneCall] = asyncio.Queue(WAITING_CALLS)
        advertised = nat[0] if nat else ""
        media = MediaSettings(bind, advertised, srtp, payload_types, tone_sound(tone_hz))
        self._line = Line(user, f"sip:{user}@{domain}", media, password, open_media)
        self._table = CallTable(self._on_invite)
        # Reading the system's authorities takes long; most phones speak UDP.
        encrypted = transport in ("tls", "wss") and ssl_context is None
        context = client_tls_context(ca, certificate) if encrypted else ssl_context
        network = _build_transport(transport, (bind, port), context, server_name or domain, origin)
        self._connection_lost = asyncio.Event()
        network.lost_listeners.append(lambda addresses: self._connection_lost.set())
        self._agent = UserAgent(
            wrap_transport(network),
            self._table.on_request,
            self._table.on_ack,
            nat=nat,
            timers=timers,
            trace=trace,
        )
        self._table.serve(self._agent)
        self._tasks = Tasks()
        self._renewal: asyncio.Task[Any] | None = None
        self._keep_alive_seconds = keep_alive_seconds
        self._register_call_id = secrets.token_hex(12)
        self._register_cseq = 0
        self._started = False

    # -- life

    async def start(self) -> None:
        """Bind the socket; register and dial do it by themselves."""
        if not self._started:
            self._started = True
            await self._agent.start()
            if self._keep_alive_seconds is not None:
                self._tasks.start(self._keep_alive(self._keep_alive_seconds), f"keep-alive {self.user}")

    async def _keep_alive(self, seconds: float) -> None:
        """Keep the NAT's mapping open with a double CRLF (RFC 5626 section 4.4.1)."""
        while True:
            await asyncio.sleep(seconds)
            self._agent.transport.send(b"\r\n\r\n", self.proxy)

    async def close(self) -> None:
        """Hang up, unregister and let go of the sockets."""
        if not self._started:
            return
        await self._table.close()
        if self.registered:
            with contextlib.suppress(RegistrationError, OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await self.unregister()
        await self._tasks.close()
        await self._agent.close()
        self._started = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def address(self) -> Endpoint:
        """The local address that the phone is bound to."""
        return self._agent.transport.local

    @property
    def calls(self) -> list[PhoneCall]:
        """Calls in progress."""
        return self._table.active

    @property
    def messages(self) -> list[tuple[float, str, str]]:
        return list(self._agent.messages)

    # -- registration

    async def register(self, expires: int = 300) -> None:
        """Register, and stay registered: renews at 80 % of what was granted, and when a connection is lost.

        Raises RegistrationError, or OSError and TimeoutError when a stream can't be opened.
        """
        granted = await self._register_once(expires)
        self.registered = True
        if self._renewal is not None:
            self._renewal.cancel()
        self._renewal = self._tasks.start(self._renew(expires, granted), f"renew {self.user}")

    async def unregister(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
        self.registered = False
        await self._register_once(0)

    async def _renew(self, expires: int, granted: int) -> None:
        wait = granted * RENEW_AT
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._connection_lost.wait()
                    # The far end may be starting again: give it, and its other phones, a moment.
                    await asyncio.sleep(random.uniform(*RECONNECT_SECONDS))
            try:
                wait = await self._register_once(expires) * RENEW_AT
                self.registered = True
            except (RegistrationError, OSError, TimeoutError) as error:
                self.registered = False
                logger.warning("registration was not renewed", extra={"error": type(error).__name__})
                wait = RETRY_SECONDS

    async def _register_once(self, expires: int) -> int:
        await self.start()
        self._connection_lost.clear()
        await self._agent.transport.connect(self.proxy)

        def build() -> SipMessage:
            self._register_cseq += 1
            register = SipMessage(method="REGISTER", uri=f"sip:{self.domain}")
            register.headers = [
                ("From", f"<{self._line.uri}>;tag={secrets.token_hex(5)}"),
                ("To", f"<{self._line.uri}>"),
                ("Call-ID", self._register_call_id),
                ("CSeq", f"{self._register_cseq} REGISTER"),
                ("Contact", self._agent.contact(self.user)),
                ("Expires", str(expires)),
                ("Max-Forwards", "70"),
                ("Allow", METHODS),
                ("Supported", "path"),
            ]
            return register

        response = await self._agent.request_with_credentials(build, self.proxy, self.user, self._line.password)
        if response.status != 200:
            raise RegistrationError(response.status, response.reason)
        return _granted_seconds(response, self._agent.contact(self.user), expires)

    # -- calls

    async def dial(
        self, number: str, headers: dict[str, str] | None = None, timeout: float | None = 120.0
    ) -> PhoneCall:
        """Call a number of our domain, or a whole SIP URI; returns once the INVITE is sent.

        The call is cancelled when nobody answers within `timeout` seconds.  Raises OSError or TimeoutError
        when a stream transport can't connect.
        """
        await self.start()
        uri = number if number.startswith(("sip:", "sips:", "tel:")) else f"sip:{number}@{self.domain}"
        call = PhoneCall(self._agent, self._line, Dialog.outgoing(f"<{self._line.uri}>", uri, self.proxy))
        self._take(call)
        await call.start(headers or {}, timeout)
        return call

    def _take(self, call: PhoneCall) -> None:
        call.on_refer = lambda server: self._on_refer(call, server)
        self._table.add(call)

    def become_another_branch(self, call: PhoneCall) -> None:
        """Go on with an unanswered call under another tag, as a forking proxy's other branch does."""
        call.dialog.take_another_tag()
        self._table.add(call)

    async def wait_for_call(self, timeout: float = 10.0) -> PhoneCall:
        """Return the next incoming call that has not ended yet.  Raises TimeoutError.

        Calls that came and went unnoticed, refused ones too, are passed over; `incoming` holds them all.
        """
        async with asyncio.timeout(timeout):
            while (call := await self.incoming.get()).ended:
                pass
            return call

    def _on_invite(self, server: ServerTransaction) -> None:
        call = PhoneCall.incoming(self._agent, self._line, server)
        replaced = replaced_call(server.request, self._table.active)
        self._take(call)
        if self.incoming.full():
            self.incoming.get_nowait()
        self.incoming.put_nowait(call)
        if replaced is not None:
            call.answer()
            self._tasks.start(replaced.hang_up(), f"replaced call of {self.user}")
            return
        self._tasks.start(self._meet(call, server.request.body), f"call to {self.user}")

    async def _meet(self, call: PhoneCall, offer_text: str) -> None:
        await call.media.prepare(offer_text)
        await self.on_invite(call)

    def _on_refer(self, call: PhoneCall, server: ServerTransaction) -> None:
        uri, headers = target_of(server.request.get("refer-to"))
        self._agent.respond(server, 202)
        self._tasks.start(self._follow(call, uri, headers), f"transfer of {self.user}")

    async def _follow(self, call: PhoneCall, uri: str, headers: dict[str, str]) -> None:
        """Call whom we were referred to, and notify the transferor while the old call lasts."""
        hop = call.dialog.next_hop()
        await self._agent.request(sipfrag_notify(call, 100), hop)
        status = await outcome_of(await self.dial(uri, headers))
        if not call.ended:
            await self._agent.request(sipfrag_notify(call, status), hop)


def _granted_seconds(response: SipMessage, contact: str, asked: int) -> int:
    """Return the expiry of our own binding among those that the registrar lists (section 10.3)."""
    own = parse_address(contact).uri
    for value in response.all("contact"):
        listed = parse_address(value)
        if listed.uri == own and listed.parameter("expires").isdigit():
            return int(listed.parameter("expires"))
    expires = response.get("expires")
    return int(expires) if expires.isdigit() else asked


def _build_transport(
    name: TransportName, local: Endpoint, context: ssl.SSLContext | None, server_hostname: str, origin: str
) -> Transport:
    match name:
        case "udp":
            return UdpTransport(local)
        case "tcp":
            return StreamTransport(local)
        case "tls":
            return StreamTransport(local, client_tls=context, server_hostname=server_hostname)
        case "ws":
            return WebSocketTransport(local[0], origin)
        case "wss":
            return WebSocketTransport(local[0], origin, context)
