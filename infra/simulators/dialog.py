"""A dialog's identity, sequence numbers, route set and next hop (RFC 3261 section 12)."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field

from .sip_message import MalformedSipError, SipMessage, parse_address, parse_uri
from .transport import Endpoint


def endpoint_of(uri: str, fallback: Endpoint) -> Endpoint:
    """Return where a URI is reached: its literal address, or `fallback` when it names a host.

    Softphones here resolve no DNS: a host name is reached through the outbound proxy.
    """
    try:
        target = parse_uri(uri)
        ipaddress.ip_address(target.host)
    except (MalformedSipError, ValueError):
        return fallback
    tls = target.scheme == "sips" or (target.parameter("transport") or "").lower() == "tls"
    return target.host, target.port or (5061 if tls else 5060)


@dataclass
class Dialog:
    """Both ends of one call as this side sees them."""

    call_id: str
    local: str
    remote: str
    remote_target: str
    first_hop: Endpoint
    routes: list[str] = field(default_factory=list)
    local_cseq: int = 0
    remote_cseq: int = 0
    behind_proxy: bool = False

    @classmethod
    def outgoing(cls, local_uri: str, remote_uri: str, first_hop: Endpoint) -> Dialog:
        """Start as caller, before anything is known of the other side."""
        tag = secrets.token_hex(5)
        call_id = secrets.token_hex(12)
        return cls(call_id, f"{local_uri};tag={tag}", f"<{remote_uri}>", remote_uri, first_hop)

    @classmethod
    def incoming(cls, invite: SipMessage, source: Endpoint) -> Dialog:
        """Start as callee.  Raises MalformedSipError for an INVITE without a usable Contact."""
        local = invite.get("to")
        if not invite.to_address.tag:
            local += f";tag={secrets.token_hex(5)}"
        contacts = invite.all("contact")
        if not contacts:
            raise MalformedSipError("INVITE without Contact")
        target = parse_address(contacts[0]).uri
        dialog = cls(invite.call_id, local, invite.get("from"), target, source)
        dialog.routes = invite.all("record-route")
        dialog.remote_cseq = invite.cseq[0]
        return dialog

    @property
    def local_tag(self) -> str:
        return parse_address(self.local).tag

    def take_another_tag(self) -> None:
        """Respond as another branch of a fork from now on (section 12.1.1)."""
        self.local = self.local.replace(self.local_tag, secrets.token_hex(5))

    @property
    def remote_tag(self) -> str:
        return parse_address(self.remote).tag

    def learn(self, response: SipMessage) -> None:
        """Take remote tag, target and route set from a response to our INVITE (section 12.1.2)."""
        self.remote = response.get("to")
        contacts = response.all("contact")
        if contacts:
            self.remote_target = parse_address(contacts[0]).uri
        routes = response.all("record-route")
        if routes or response.status >= 200:
            self.routes = list(reversed(routes))

    def refresh_target(self, message: SipMessage) -> None:
        """A re-INVITE, UPDATE or its 2xx may move the other side (section 12.2)."""
        contacts = message.all("contact")
        if contacts:
            self.remote_target = parse_address(contacts[0]).uri

    def next_hop(self) -> Endpoint:
        """Where an in-dialog request goes: the first route, else the remote target."""
        if self.routes:
            return endpoint_of(parse_address(self.routes[0]).uri, self.first_hop)
        return endpoint_of(self.remote_target, self.first_hop)

    def build_request(self, method: str, cseq: int | None = None) -> SipMessage:
        """Build a request in the dialog; `cseq` is given for an ACK only, else the next one is taken."""
        if cseq is None:
            self.local_cseq += 1
            cseq = self.local_cseq
        request = SipMessage(method=method, uri=self.remote_target)
        routes = self.routes
        if routes and parse_uri(parse_address(routes[0]).uri).parameter("lr") is None:
            # A strict router wants itself in the request line (section 12.2.1.1).
            request.uri = parse_address(routes[0]).uri
            routes = [*routes[1:], f"<{self.remote_target}>"]
        request.headers = [("Route", route) for route in routes]
        request.headers += [("From", self.local), ("To", self.remote), ("Call-ID", self.call_id)]
        request.headers += [("CSeq", f"{cseq} {method}"), ("Max-Forwards", "70")]
        return request
