"""The one lexical gate: a message is read the same by everybody, or refused before anybody parses it.

Kamailio, pjsip, rtpengine, a carrier and we ourselves must see the same lines, the same headers that frame a message
or name a party or a way, and the same body (RFC 3261, 7 and 25).  What they read differently is refused; what is only
written oddly (a folded Subject, a space before the colon) is written anew, once, for all that come after.

Text is a `str` with the bytes that are no UTF-8 as lone surrogates (PEP 383): names in GBK or Latin-1 are common, and
pass where a name or free text may stand.
"""

import re
from collections.abc import Set
from dataclasses import dataclass, field

from edge_proxy import bodies, plain
from edge_proxy.grammar import (
    COMPACT,
    CONTROL,
    CSEQ,
    FREE_TEXT,
    GRAMMAR,
    HEADER_NAME,
    METHODS,
    NEVER_FOLDED,
    NOT_UTF8,
    ONCE,
    ONE_PARTY,
    ONE_TAG,
    QUOTED_OR_URI,
    REQUEST_LINE,
    REQUIRED,
    STATUS_LINE,
)

REFUSED_TABLE = "refused"
"""Where the SIP workers count what was refused, by reason."""
MAX_HEADERS, MAX_LINE = 128, 4096
"""More than any phone writes, and less than stops one of the engines that read after us."""
BAD_REQUEST = (400, "Bad Request")
UNSUPPORTED_BODY = (415, "Unsupported Media Type")

_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNFRAMED = re.compile(r"\r(?!\n)|(?<!\r)\n")
_NAMES_OF_PARTIES = frozenset(GRAMMAR) - {"via", "call-id", "cseq", "max-forwards", "content-length", "content-type"}
_NEEDED = ("from", "to", "call-id", "cseq")
_TOLD = {name: GRAMMAR[name] for name in ("via", "from", "to", "call-id")} | {
    "cseq": re.compile(r"[0-9]{1,40}[ \t]+[A-Za-z0-9\-.!%*_+`'~]+"),
    "user-agent": re.compile(r"[\t -~]*"),
}
_MAX_CSEQ = 2**31
_SPACE = " \t"
_MASK = ";branch=z9hG4bKsr-"
_ALSO_OURS = ("OPTIONS", "REGISTER", "BYE", "CANCEL")
_WAY = re.compile(r"\r\n(?:via|v)[ \t]*:|,[ \t]*SIP[ \t]*/", re.IGNORECASE)
_SPOILT = re.compile(rf"{_MASK}[\w.*-]*+(?![ \t]*(?:\r\n|,))")


class UnreadableError(ValueError):
    """Nobody is to read the message.  The text is one word, to count by; never anything of the message."""

    error_id = "sip-unreadable"


@dataclass(slots=True)
class Message:
    """What the gate saw of a message that may pass.

    `method`: of a response, that of its request.  `rewritten`: the message as all others are to read it, None where
    it stays as it came.  `fault`: code and reason for a request that is answered and not carried out.
    """

    method: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    """The first value of each, by its name, long and in small letters."""
    several_contacts: bool = False
    rewritten: str | None = None
    fault: tuple[int, str] | None = None
    session: str = ""
    """The session description that it carries."""

    is_plain = False

    @property
    def has_session(self) -> bool:
        return self.session != ""

    def said(self, name: str) -> str:
        """Return the first value of a header by its name, long and in small letters, empty where there is none."""
        return self.headers.get(name, "")

    def names(self, wanted: Set[str], start: str | tuple[str, ...]) -> list[str]:
        """Return which of the wanted headers there are, and which begin so; names are long and in small letters."""
        return [name for name in self.headers if name in wanted or name.startswith(start)]

    def names_us(self, hosts: tuple[str, ...]) -> bool:
        """Say whether a response's topmost Via is one of ours: else it answers nothing that we have asked.

        hosts: ours, each with the colon or semicolon that may follow it.
        """
        return self.said("via").partition(" ")[2].lstrip(_SPACE).startswith(hosts)


Reading = plain.Plain | Message


def leads_back(text: str, method: str) -> bool:
    """Say whether a response leads on to who asked through us, by the Vias below ours, which come back as they went.

    method: of its request.  Some requests are our own, and have none.  topoh masks each as one branch, no more.
    """
    if _MASK in text and _SPOILT.search(text) is not None:
        return False
    # Two lines, or two on one as nearly all write them; the pattern finds the others.
    usual = text.count("\r\nVia: ") + text.count(", SIP/2.0/")
    return method in _ALSO_OURS or usual > 1 or len(_WAY.findall(text)) > 1


def read(text: str, *, streamed: bool = False) -> Reading:
    """Return what a message says.  Raises UnreadableError.

    streamed: came over TCP or TLS, where the length tells where the next message begins (RFC 3261, 18.3).
    """
    return plain.read(text) or read_closely(text, streamed=streamed)


def read_closely(text: str, *, streamed: bool) -> Message:
    """Return what a message says that is not written as nearly all are.  Raises UnreadableError."""
    head, gap, body = text.partition("\r\n\r\n")
    if not gap:
        raise UnreadableError("no-end")
    start, *lines = head.split("\r\n")
    first = (STATUS_LINE if start.startswith("SIP/") else REQUEST_LINE).fullmatch(start)
    if first is None:
        raise UnreadableError("first-line")
    if len(lines) > MAX_HEADERS or max(map(len, lines), default=0) > MAX_LINE:
        raise UnreadableError("too-long")
    for line in lines:
        if CONTROL.search(line):
            raise UnreadableError("bare-line-end" if _UNFRAMED.search(line) else "control-character")
    folded = "\r\n " in head or "\r\n\t" in head
    if folded:
        lines = _unfolded(lines)
    headers, several_contacts, respelled = _headers_of(lines, all_ascii=text.isascii())
    status = int(start[8:11]) if start.startswith("SIP/") else 0
    method = _framed(first.group(1) if not status else "", headers)
    if several_contacts and method != "REGISTER" and not 300 <= status < 400:
        raise UnreadableError("several-contacts")
    kept, fault = _body_of(method, status, headers, body, streamed=streamed)
    respelled |= streamed and "content-length" not in headers
    anew = _written(start, lines, headers, body, kept) if folded or respelled or kept is not body else None
    is_session = bool(kept) and (kept is not body or bodies.type_of(headers["content-type"]) == bodies.SDP)
    return Message(method, status, headers, several_contacts, anew, fault, kept if is_session else "")


def told_off(text: str) -> Message | None:
    """Return the least of an unreadable request that can be answered with 400, None where nothing can.

    Holds what each reader needs to find its way back, as far as it is well written, and nothing else of the message.
    """
    start, *lines = text.partition("\r\n\r\n")[0].split("\r\n")
    first = REQUEST_LINE.fullmatch(start)
    if first is None or first.group(1) == "ACK":
        return None
    headers = {name: f"<sip:unreadable.invalid>;tag={name}" for name in ("from", "to")}
    found: dict[str, str] = {}
    ways: list[str] = []
    for line in lines[:MAX_HEADERS]:
        if len(line) > MAX_LINE:
            continue
        name, _, value = line.partition(":")
        name, value = _long(name), value.strip(_SPACE)
        pattern = _TOLD.get(name)
        if pattern is None or pattern.fullmatch(value) is None:
            continue
        if name == "via":
            ways.append(value)
        else:
            found.setdefault(name, value)
    if not ways or "call-id" not in found or "cseq" not in found:
        return None
    headers |= found
    whole = [start, *(f"Via: {way}" for way in ways), *(f"{name.title()}: {headers[name]}" for name in _NEEDED)]
    anew = "\r\n".join([*whole, "Max-Forwards: 70", "Content-Length: 0", "", ""])
    headers["via"] = ways[0]
    return Message(first.group(1), 0, headers, rewritten=anew, fault=BAD_REQUEST)


def _unfolded(lines: list[str]) -> list[str]:
    """Return the headers, each on one line (RFC 3261, 7.3.1).  Raises UnreadableError for what frames or names."""
    whole: list[str] = []
    for line in lines:
        if line[:1] not in (" ", "\t"):
            whole.append(line)
            continue
        if not whole or _long(whole[-1].partition(":")[0]) in NEVER_FOLDED:
            raise UnreadableError("folded")
        whole[-1] = f"{whole[-1].rstrip(_SPACE)} {line.strip(_SPACE)}"
    return whole


def _long(name: str) -> str:
    lowered = name.rstrip(_SPACE).lower()
    return COMPACT.get(lowered, lowered)


def _headers_of(lines: list[str], *, all_ascii: bool) -> tuple[dict[str, str], bool, bool]:
    """Return the first value of each header, whether Contact names several, and whether a name is spelled oddly."""
    headers: dict[str, str] = {}
    several_contacts = respelled = False
    for line in lines:
        spelled, colon, value = line.partition(":")
        name = _long(spelled)
        if not colon or HEADER_NAME.fullmatch(name) is None:
            raise UnreadableError("header-name")
        respelled |= spelled[-1:] in (" ", "\t")
        value = value.strip(_SPACE)
        respelled |= name == "call-id" and line[-1] in _SPACE
        grammar = GRAMMAR.get(name)
        if grammar is not None and grammar.fullmatch(value) is None:
            raise UnreadableError(name)
        if name in ("from", "to") and ONE_TAG.fullmatch(QUOTED_OR_URI.sub("", value)) is None:
            raise UnreadableError("tag")
        if value[:1] == ":":
            raise UnreadableError("colon")
        if not all_ascii and name not in FREE_TEXT and name not in _NAMES_OF_PARTIES and NOT_UTF8.search(value):
            raise UnreadableError("not-utf-8")
        if name not in headers:
            headers[name] = value
        elif name in ONCE:
            raise UnreadableError("repeated")
        if name == "contact":
            several_contacts |= headers[name] is not value or ("," in value and ONE_PARTY.fullmatch(value) is None)
    return headers, several_contacts, respelled


def _framed(method: str, headers: dict[str, str]) -> str:
    """Return the method that request line and CSeq agree on.  Raises UnreadableError."""
    if not all(name in headers for name in REQUIRED):
        raise UnreadableError("missing")
    found = CSEQ.fullmatch(headers["cseq"])
    assert found is not None
    number, of_cseq = found.groups()
    # Kamailio takes Invite for INVITE, others for a method of its own.
    spelled_oddly = of_cseq not in METHODS and of_cseq.upper() in METHODS
    if (method and method != of_cseq) or int(number) >= _MAX_CSEQ or spelled_oddly:
        raise UnreadableError("cseq")
    return of_cseq


def _body_of(
    method: str, status: int, headers: dict[str, str], body: str, *, streamed: bool
) -> tuple[str, tuple[int, str] | None]:
    """Return the body to carry on, and the fault of a request that has one which nobody here reads.

    Raises UnreadableError.
    """
    told = headers.get("content-length")
    length = len(body) if body.isascii() else len(body.encode("utf-8", "surrogateescape"))
    if int(told) != length if told is not None else streamed and body:
        raise UnreadableError("length")
    if not body:
        return body, None
    content_type = headers.get("content-type", "")
    if "content-encoding" not in headers:
        if bodies.may_carry(method, content_type):
            if _hides(body):
                raise UnreadableError("body")
            return _readable(body), None
        session = bodies.session_part(method, content_type, body)
        if session is not None and not _hides(session):
            return _readable(session), None
    # What nobody here reads goes no further: most stand without it, a call is not half understood.
    return "", UNSUPPORTED_BODY if not status and method in bodies.NEEDED_BY else None


def _hides(body: str) -> bool:
    """Say whether a body holds what some readers take for the end of a line or of all."""
    return _BODY_CONTROL.search(body) is not None or body.count("\r") != body.count("\r\n")


def _readable(body: str) -> str:
    """Return a body with a question mark for each byte that is no UTF-8: a session's name is for nobody."""
    return body if body.isascii() else NOT_UTF8.sub("?", body)


def _written(start: str, lines: list[str], headers: dict[str, str], body: str, kept: str) -> str:
    """Return the message with each header on one line, no space before the colon, and its body's true length."""
    whole = [start]
    for line in lines:
        spelled, _, value = line.partition(":")
        name = _long(spelled)
        if name == "content-length" or (kept is not body and name.startswith(("content-", "mime-version"))):
            continue
        whole.append(f"{spelled.rstrip(_SPACE)}: {value.strip(_SPACE)}")
    if kept and kept is not body:
        same = bodies.may_carry("", headers.get("content-type", ""))
        whole.append(f"Content-Type: {headers['content-type'] if same else bodies.SDP}")
    length = len(kept.encode("utf-8", "surrogateescape"))
    return "\r\n".join([*whole, f"Content-Length: {length}", "", kept])
