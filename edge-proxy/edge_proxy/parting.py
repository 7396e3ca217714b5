"""How an edge leaves a dialog in a caller's place, when it can not pass on what the callee answered."""

import re
from dataclasses import dataclass

_ENTRY = re.compile(r"<[^>]*>[^,<]*")
_HOST = re.compile(r"sips?:(?:[^@>]*@)?(\[[^\]]*\]|[^:;>?]+)")


@dataclass(frozen=True)
class Answered:
    """A 2xx to an INVITE as it reached us: headers as text, each without its name.

    `record_routes`: of all that stayed in the path, the callee's end first.
    """

    from_: str
    to: str
    call_id: str
    cseq: int
    record_routes: str = ""


REFUSAL = "SIP/2.0 488 Not Acceptable Here"
ANSWERED_ELSEWHERE = "SIP/2.0 487 Request Terminated"
"""What whoever came second would have said, had a CANCEL been in time; nobody tries it again, as after 488."""
_OF_THE_BODY = re.compile(r"(?:content-[a-z]+|contact|[clme])\s*:", re.IGNORECASE)


def refusal_of(response: str, refusal: str = REFUSAL) -> str:
    """Return the refusal that stands for a response: the same way back, and nothing of what it brought."""
    kept: list[str] = []
    for line in response.partition("\r\n\r\n")[0].split("\r\n")[1:]:
        if line[:1] in (" ", "\t"):
            kept[-1:] = [f"{each} {line.strip()}" for each in kept[-1:]]
        else:
            kept.append(line)
    headers = [line for line in kept if not _OF_THE_BODY.match(line)]
    return "\r\n".join([refusal, *headers, "Content-Length: 0", "", ""])


def headers_for(method: str, answered: Answered, own_host: str) -> str:
    """Return the headers of an ACK, or of the BYE after it, from us to whoever answered (RFC 3261, 12.2.1.1)."""
    number = answered.cseq if method == "ACK" else answered.cseq + 1
    lines = [
        f"From: {answered.from_}",
        f"To: {answered.to}",
        f"Call-ID: {answered.call_id}",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        *(f"Route: {entry}" for entry in routes_beyond(answered.record_routes, own_host)),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def routes_beyond(record_routes: str, own_host: str) -> list[str]:
    """Return the entries between us and the callee, the nearest to us first."""
    beyond: list[str] = []
    for entry in _ENTRY.findall(record_routes):
        host = _HOST.search(entry)
        if host is not None and host.group(1) == own_host:
            break
        beyond.insert(0, entry.strip())
    return beyond
