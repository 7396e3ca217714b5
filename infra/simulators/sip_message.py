"""SIP messages and addresses: parse and serialise (RFC 3261 sections 7, 19, 20 and 25).

Pure values without I/O.  Parsing is liberal where phones are sloppy, and raises
MalformedSipError where no reply could be built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

COMPACT_FORMS = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length",
    "c": "content-type", "e": "content-encoding", "k": "supported", "s": "subject", "o": "event",
    "r": "refer-to", "b": "referred-by", "u": "allow-events", "x": "session-expires",
}  # fmt: skip
COMMA_LISTS = frozenset({"via", "route", "record-route", "contact", "path", "p-asserted-identity"})
MAX_MESSAGE_BYTES = 65_535

REASONS = {
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 183: "Session Progress", 200: "OK",
    202: "Accepted", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone",
    420: "Bad Extension", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist",
    484: "Address Incomplete", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
    491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented",
    503: "Service Unavailable", 603: "Decline",
}  # fmt: skip


class MalformedSipError(ValueError):
    """The bytes are not a SIP message that could be answered."""


@lru_cache(maxsize=512)
def canonical(name: str) -> str:
    """Return the lower-case long form of a header name."""
    lowered = name.strip().lower()
    return COMPACT_FORMS.get(lowered, lowered)


@dataclass
class SipMessage:
    """A request (`method`, `uri`) or a response (`status`, `reason`), with ordered headers."""

    method: str = ""
    uri: str = ""
    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @property
    def is_request(self) -> bool:
        return not self.status

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a header, whole even where it is a comma list."""
        wanted = canonical(name)
        return next((value for key, value in self.headers if canonical(key) == wanted), default)

    def all(self, name: str) -> list[str]:
        """Return every value of a header in order; comma lists of addresses are split."""
        wanted = canonical(name)
        values = [value for key, value in self.headers if canonical(key) == wanted]
        if wanted not in COMMA_LISTS:
            return values
        return [part for value in values for part in split_outside_quotes(value, ",")]

    def add(self, name: str, value: str) -> None:
        self.headers.append((name, value))

    def replace(self, name: str, value: str) -> None:
        """Set a header to one value, at the place of the first that it replaces."""
        wanted = canonical(name)
        places = [index for index, (key, _) in enumerate(self.headers) if canonical(key) == wanted]
        if not places:
            self.headers.append((name, value))
            return
        self.headers[places[0]] = (name, value)
        for index in reversed(places[1:]):
            del self.headers[index]

    @property
    def call_id(self) -> str:
        return self.get("call-id")

    @property
    def cseq(self) -> tuple[int, str]:
        """Return the number and the method of CSeq.  Raises MalformedSipError."""
        number, _, method = self.get("cseq").strip().partition(" ")
        if not number.isdigit() or not method:
            raise MalformedSipError("CSeq")
        return int(number), method.strip().upper()

    @property
    def from_address(self) -> Address:
        return parse_address(self.get("from"))

    @property
    def to_address(self) -> Address:
        return parse_address(self.get("to"))

    @property
    def branch(self) -> str:
        return via_parameters(self.get("via")).get("branch", "")

    def to_bytes(self) -> bytes:
        """Serialise; Content-Length is always written from the body."""
        first = f"{self.method} {self.uri} SIP/2.0" if self.is_request else f"SIP/2.0 {self.status} {self.reason}"
        body = self.body.encode()
        lines = [first]
        lines += [f"{key}: {value}" for key, value in self.headers if canonical(key) != "content-length"]
        lines += [f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode() + body


@dataclass(frozen=True)
class SipUri:
    """sip:user@host:port;parameters (RFC 3261 section 19.1); headers after `?` are dropped."""

    scheme: str
    user: str
    host: str
    port: int | None = None
    parameters: tuple[tuple[str, str], ...] = ()

    def parameter(self, name: str) -> str | None:
        return next((value for key, value in self.parameters if key.lower() == name), None)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        user = f"{self.user}@" if self.user else ""
        tail = "".join(f";{key}={value}" if value else f";{key}" for key, value in self.parameters)
        return f"{self.scheme}:{user}{host}{port}{tail}"


@dataclass(frozen=True)
class Address:
    """A name-addr with its header parameters, as in From, To, Contact and Route."""

    uri: str
    display: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    def parameter(self, name: str) -> str:
        return next((value for key, value in self.parameters if key.lower() == name), "")

    @property
    def tag(self) -> str:
        return self.parameter("tag")


def split_outside_quotes(text: str, separator: str) -> list[str]:
    """Split at a separator that stands neither in quotes nor in angle brackets."""
    if separator not in text:
        return [text.strip()] if text.strip() else []
    parts, start, depth = [], 0, 0
    for index, character in _outside_quotes(text):
        if character in "<>":
            depth += 1 if character == "<" else -1
        elif character == separator and depth <= 0:
            parts.append(text[start:index].strip())
            start = index + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def _outside_quotes(text: str) -> Iterator[tuple[int, str]]:
    """Yield places and characters that stand in no quoted string; a backslash there hides what follows it."""
    quoted = hidden = False
    for index, character in enumerate(text):
        if hidden:
            hidden = False
        elif quoted and character == "\\":
            hidden = True
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            yield index, character


def parse_parameters(text: str) -> tuple[tuple[str, str], ...]:
    """Parse `;a=b;c` into pairs; a parameter without a value has an empty one."""
    pairs = (part.partition("=") for part in split_outside_quotes(text, ";"))
    return tuple((key.strip(), value.strip().strip('"')) for key, _, value in pairs)


def parse_address(text: str) -> Address:
    """Parse a name-addr or addr-spec.  Raises MalformedSipError when it holds no URI."""
    # A display name in quotes may hold anything.
    bracket = next((index for index, character in _outside_quotes(text) if character == "<"), None)
    if bracket is not None:
        uri, closed, tail = text[bracket + 1 :].partition(">")
        if not closed:
            raise MalformedSipError("address without closing bracket")
        display = text[:bracket].strip().strip('"')
    else:
        # Without brackets every parameter belongs to the header, not to the URI (section 20).
        uri, _, tail = text.partition(";")
        display = ""
    if ":" not in uri:
        raise MalformedSipError("address without a URI")
    return Address(uri.strip(), display, parse_parameters(tail))


_URI = re.compile(r"^(sips?|tel):(?:([^@]*)@)?(\[[^\]]+\]|[^:;?]+)(?::(\d+))?((?:;[^?]*)?)", re.IGNORECASE)


def parse_uri(text: str) -> SipUri:
    """Parse a SIP, SIPS or tel URI; the number of a tel URI is its user.  Raises MalformedSipError."""
    match = _URI.match(text.strip())
    if match is None:
        raise MalformedSipError("URI")
    scheme, user, host, port, tail = match.groups()
    parameters = parse_parameters(tail)
    if scheme.lower() == "tel":
        return SipUri("tel", host, "", None, parameters)
    return SipUri(scheme.lower(), user or "", host.strip("[]"), int(port) if port else None, parameters)


def user_of(address: str) -> str:
    """Return the user part of an address's URI without its parameters, or '' when there is none."""
    try:
        return parse_uri(parse_address(address).uri).user.partition(";")[0]
    except MalformedSipError:
        return ""


def via_parameters(via: str) -> dict[str, str]:
    """Return the parameters of a Via, and its sent-by as `sent-by` and transport as `transport`."""
    head, _, tail = via.partition(";")
    protocol, _, sent_by = head.strip().partition(" ")
    found = {key.lower(): value for key, value in parse_parameters(tail)}
    found["sent-by"] = sent_by.strip()
    found["transport"] = protocol.rpartition("/")[2].upper()
    return found


def parse_message(data: bytes) -> SipMessage:
    """Parse one whole message.  Raises MalformedSipError."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise MalformedSipError("too large")
    head, separator, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not separator:
        raise MalformedSipError("no end of headers")
    text = head.decode("utf-8", "replace")
    # A folded header continues on a line that starts with white space (section 7.3.1).
    lines = re.sub(r"\r\n[ \t]+", " ", text).split("\r\n")
    message = _parse_first_line(lines[0])
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise MalformedSipError("header without a colon")
        message.headers.append((name.strip(), value.strip()))
    for required in ("via", "from", "to", "call-id", "cseq"):
        if not message.get(required):
            raise MalformedSipError(f"no {required}")
    _ = message.cseq, message.from_address, message.to_address
    length = message.get("content-length")
    if length.isdigit():
        if int(length) > len(body):
            raise MalformedSipError("body shorter than Content-Length")
        body = body[: int(length)]
    message.body = body.decode("utf-8", "replace")
    return message


def _parse_first_line(line: str) -> SipMessage:
    if line.startswith("SIP/2.0 "):
        status, _, reason = line[8:].partition(" ")
        if not (status.isdigit() and 100 <= int(status) <= 699):
            raise MalformedSipError("status line")
        return SipMessage(status=int(status), reason=reason)
    parts = line.split(" ")
    if len(parts) != 3 or parts[2] != "SIP/2.0" or not parts[0].isalpha():
        raise MalformedSipError("request line")
    return SipMessage(method=parts[0].upper(), uri=parts[1])


def build_response(request: SipMessage, status: int, reason: str = "", to_tag: str = "") -> SipMessage:
    """Build a response with the headers that RFC 3261 section 8.2.6 copies from the request."""
    response = SipMessage(status=status, reason=reason or REASONS.get(status, "Unknown"))
    response.headers += [("Via", via) for via in request.all("via")]
    response.headers += [("Record-Route", route) for route in request.all("record-route")]
    to = request.get("to")
    if to_tag and status > 100 and not request.to_address.tag:
        to += f";tag={to_tag}"
    response.headers += [("From", request.get("from")), ("To", to)]
    response.headers += [("Call-ID", request.call_id), ("CSeq", request.get("cseq"))]
    return response
