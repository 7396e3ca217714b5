"""A carrier's session border controller: authenticates, plays the called parties, and remembers calls.

What a call does is `behaviours.behaviour_of(number)`; nothing else here knows a number plan.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from .behaviours import Behaviour, behaviour_of, tone_of
from .call import Line, PhoneCall
from .call_media import MediaSettings
from .call_table import CallTable
from .dialog import Dialog, endpoint_of
from .digest import DigestServer
from .g711 import PCMA, PCMU, RATE
from .media import silent, tone_sound
from .sip_message import parse_address, parse_uri, user_of
from .tasks import Tasks
from .tones import loudest_tones, machine_frames, ringback_frames
from .transactions import ServerTransaction, Timers
from .transport import Endpoint, StreamTransport, Transport, UdpTransport
from .user_agent import UserAgent

REMEMBERED_CALLS = 10_000
CALLS_WITH_AUDIO = 200
HEARD_SECONDS = 10.0
LONGEST_EXPIRY_SECONDS = 3600
logger = logging.getLogger(__name__)


@dataclass
class CallRecord:
    """One INVITE that the carrier judged; `arrived_at` is monotonic seconds, as is `line.times`.

    `tone_hz` is what the party at the carrier speaks with, `heard_hz` what it heard in the last seconds
    of the call, to 4 Hz.
    """

    arrived_at: float
    direction: Literal["to-carrier", "from-carrier"]
    from_number: str
    asserted_number: str
    dialled: str
    request_uri: str
    source: Endpoint
    headers: list[tuple[str, str]]
    behaviour: str
    account: str = ""
    refused_with: int | None = None
    line: PhoneCall | None = field(default=None, repr=False)
    tone_hz: int | None = None
    heard_hz: list[int] = field(default_factory=list)

    @property
    def final_code(self) -> int | None:
        return self.refused_with or (self.line.final_code if self.line else None)

    def to_json(self) -> dict[str, Any]:
        times = self.line.times if self.line else {}
        return {
            "direction": self.direction,
            "from": self.from_number,
            "asserted": self.asserted_number,
            "dialled": self.dialled,
            "request_uri": self.request_uri,
            "source": f"{self.source[0]}:{self.source[1]}",
            "account": self.account,
            "behaviour": self.behaviour,
            "state": self.line.state if self.line else "refused",
            "final_code": self.final_code,
            "ended_by": self.line.ended_by if self.line else "local",
            "tone_hz": self.tone_hz,
            "heard_hz": self.heard_hz,
            "arrived_at": self.arrived_at,
            "times": {name: round(at - self.arrived_at, 4) for name, at in times.items()},
            "digits": self.line.digits if self.line else "",
            "packets_heard": self.line.media.endpoint.reception.total_packets if self.line else 0,
        }


class Carrier:
    """Takes calls from HQ's trunk, and makes calls to HQ's numbers.

    `accounts` maps user to password: REGISTER is challenged with 401, INVITE with 407.  Callers from
    `ip_authentication` need no password; anybody else gets 403.  More than `limit` calls at once get 503.
    """

    def __init__(
        self,
        bind: str = "127.0.0.1",
        port: int = 0,
        transport: Literal["udp", "tcp", "tls"] = "udp",
        *,
        accounts: dict[str, str] | None = None,
        ip_authentication: Collection[str] = (),
        realm: str = "carrier.example",
        behaviour: Callable[[str], Behaviour] = behaviour_of,
        limit: int = 1000,
        payload_types: tuple[int, ...] = (PCMA, PCMU),
        server_tls: ssl.SSLContext | None = None,
        client_tls: ssl.SSLContext | None = None,
        timers: Timers | None = None,
        trace: bool = False,
        on_event: Callable[[str, CallRecord], None] = lambda event, record: None,
        wrap_transport: Callable[[Transport], Transport] = lambda transport: transport,
    ) -> None:
        self.realm = realm
        self.calls: deque[CallRecord] = deque(maxlen=REMEMBERED_CALLS)
        self.bindings: dict[str, tuple[str, Endpoint, float]] = {}
        self.challenges_sent = 0
        self._with_audio: deque[PhoneCall] = deque()
        self._accounts = accounts or {}
        self._trusted = frozenset(ip_authentication)
        self._digest = DigestServer(realm, self._accounts)
        self._behaviour = behaviour
        self._limit = limit
        self._on_event = on_event
        self._media = MediaSettings(bind, payload_types=payload_types)
        network: Transport
        if transport == "udp":
            network = UdpTransport((bind, port))
        else:
            network = StreamTransport((bind, port), listen=True, server_tls=server_tls, client_tls=client_tls)
        self._table = CallTable(self._on_invite, self._on_register)
        self._agent = UserAgent(
            wrap_transport(network),
            self._table.on_request,
            self._table.on_ack,
            user_agent="Carrier-SBC",
            timers=timers,
            trace=trace,
        )
        self._table.serve(self._agent)
        self._tasks = Tasks()

    # -- life

    async def start(self) -> None:
        await self._agent.start()

    async def close(self) -> None:
        await self._table.close()
        await self._tasks.close()
        await self._agent.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def address(self) -> Endpoint:
        return self._agent.transport.local

    @property
    def active(self) -> int:
        """Calls in progress."""
        return len(self._table.active)

    @property
    def messages(self) -> list[tuple[float, str, str]]:
        return list(self._agent.messages)

    @property
    def malformed(self) -> int:
        """Messages that could not be parsed."""
        return self._agent.malformed

    def calls_to(self, number: str) -> list[CallRecord]:
        return [record for record in self.calls if record.dialled == number]

    # -- who may call

    def _on_register(self, server: ServerTransaction) -> None:
        verdict = self._digest.verify(server.request, 401)
        if verdict in ("absent", "stale"):
            self.challenges_sent += 1
            self._agent.respond(server, 401, headers=[self._digest.challenge(401, verdict == "stale")])
            return
        user = user_of(server.request.get("to"))
        if verdict == "wrong" or self._digest.user_of(server.request, 401) != user:
            self._agent.respond(server, 403)
            return
        contacts = server.request.all("contact")
        address = parse_address(contacts[0]) if contacts and contacts[0] != "*" else None
        asked = (address.parameter("expires") if address else "0") or server.request.get("expires") or "3600"
        expires = min(int(asked) if asked.isdigit() else 3600, LONGEST_EXPIRY_SECONDS)
        if address is None or expires == 0:
            self.bindings.pop(user, None)
            self._agent.respond(server, 200)
            return
        self.bindings[user] = (address.uri, server.source, time.monotonic() + expires)
        self._agent.respond(server, 200, headers=[("Contact", f"<{address.uri}>;expires={expires}")])

    def _admit(self, server: ServerTransaction) -> str | None:
        """Return the account ('' by address) that may call, or None after having refused."""
        if server.source[0] in self._trusted:
            return ""
        if self._accounts:
            verdict = self._digest.verify(server.request, 407)
            if verdict == "right":
                return self._digest.user_of(server.request, 407)
            if verdict != "wrong":
                self.challenges_sent += 1
                self._agent.respond(server, 407, headers=[self._digest.challenge(407, verdict == "stale")])
                return None
        self._refuse(server, 403)
        return None

    def _record(self, server: ServerTransaction, behaviour: str) -> CallRecord:
        invite = server.request
        asserted = invite.all("p-asserted-identity")
        record = CallRecord(
            arrived_at=server.arrived_at,
            direction="to-carrier",
            from_number=user_of(invite.get("from")),
            asserted_number=user_of(asserted[0]) if asserted else "",
            dialled=parse_uri(invite.uri).user,
            request_uri=invite.uri,
            source=server.source,
            headers=list(invite.headers),
            behaviour=behaviour,
        )
        self.calls.append(record)
        return record

    def _refuse(self, server: ServerTransaction, status: int) -> None:
        record = self._record(server, "refused by the carrier")
        record.refused_with = status
        self._agent.respond(server, status)
        self._on_event("refused", record)

    # -- what happens to a call

    def _on_invite(self, server: ServerTransaction) -> None:
        account = self._admit(server)
        if account is None:
            return
        if self.active >= self._limit:
            self._refuse(server, 503)
            return
        dialled = parse_uri(server.request.uri).user
        behaviour = self._behaviour(dialled)
        record = self._record(server, behaviour.name)
        record.account = account
        if not behaviour.replies:
            self._agent.ignore(server)
            self._on_event("ignored", record)
            return
        call = PhoneCall.incoming(self._agent, self._line(dialled), server)
        call.trying()
        record.line = call
        self._table.add(call)
        self._on_event("invite", record)
        self._tasks.start(self._play(call, behaviour, record), "called party")

    def _line(self, number: str) -> Line:
        return Line(number, f"sip:{number}@{self.realm}", self._media)

    async def _play(self, call: PhoneCall, behaviour: Behaviour, record: CallRecord) -> None:
        """Be the network and the called party, until the call has ended."""
        if await self._ended_within(call, behaviour.post_dial_delay_seconds):
            return self._ended(record)
        if behaviour.progress == "early-media":
            call.media.endpoint.play(ringback_frames)
            call.progress()
        elif behaviour.progress == "ringing":
            call.ring()
        if await self._ended_within(call, behaviour.ring_seconds):
            return self._ended(record)
        if behaviour.final_code != 200:
            call.reject(behaviour.final_code)
            return self._ended(record)
        self._speak(call, behaviour, record)
        call.answer()
        self._on_event("answered", record)
        if not await self._ended_within(call, behaviour.talk_seconds):
            await call.hang_up()
        return self._ended(record)

    def _ended(self, record: CallRecord) -> None:
        """Note what was heard; only the newest calls keep their audio, the records stay."""
        if record.line is not None:
            record.heard_hz = loudest_tones(record.line.heard(HEARD_SECONDS), RATE)
            self._with_audio.append(record.line)
            if len(self._with_audio) > CALLS_WITH_AUDIO:
                self._with_audio.popleft().media.endpoint.reception.forget()
        self._on_event("ended", record)

    def _speak(self, call: PhoneCall, behaviour: Behaviour, record: CallRecord) -> None:
        endpoint = call.media.endpoint
        match behaviour.voice:
            case "tone":
                record.tone_hz = tone_of(record.dialled)
                endpoint.play(tone_sound(record.tone_hz))
            case "machine":
                endpoint.play(machine_frames, loop=False)
            case "silence":
                endpoint.play(silent)

    @staticmethod
    async def _ended_within(call: PhoneCall, seconds: float | None) -> bool:
        """Let so much of the party's time pass (None: all of it); say whether the call ended meanwhile."""
        if seconds is None:
            seconds = 24 * 3600.0
        with contextlib.suppress(TimeoutError):
            await call.wait_for("ended", seconds)
        return call.ended

    # -- calls to HQ

    async def place_call(
        self,
        to_number: str,
        from_number: str,
        target: Endpoint | str,
        headers: dict[str, str] | None = None,
        timeout: float | None = 120.0,
        display_name: str = "",
    ) -> PhoneCall:
        """Call one of HQ's numbers: at a trunk's address, or where the account `target` is registered.

        The caller speaks with the tone of `from_number`, and says a name of theirs, without quotes in it.  Raises
        KeyError for an account that is not registered.
        """
        if isinstance(target, str):
            contact, source, expires_at = self.bindings[target]
            if expires_at < time.monotonic():
                raise KeyError(target)
            hop = source if self._agent.transport.reliable else endpoint_of(contact, source)
        else:
            hop = target
        uri = f"sip:{to_number}@{hop[0]}:{hop[1]}"
        host = self.address[0]
        named = f'"{display_name}" ' if display_name else ""
        local = f"{named}<sip:{from_number}@{host}>"
        line = Line(from_number, f"sip:{from_number}@{host}", self._media)
        call = PhoneCall(self._agent, line, Dialog.outgoing(local, uri, hop))
        call.media.endpoint.play(tone_sound(tone_of(from_number)))
        self._table.add(call)
        await call.start({"P-Asserted-Identity": local, **(headers or {})}, timeout)
        assert call.invite is not None
        record = CallRecord(
            time.monotonic(), "from-carrier", from_number, from_number, to_number, uri, hop,
            list(call.invite.headers), "the carrier calls in", line=call, tone_hz=tone_of(from_number),
        )  # fmt: skip
        self.calls.append(record)
        self._on_event("placed", record)
        self._tasks.start(self._watch(call, record), "calling party")
        return call

    async def _watch(self, call: PhoneCall, record: CallRecord) -> None:
        await self._ended_within(call, None)
        self._ended(record)
