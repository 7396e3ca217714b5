"""Which bodies a message may carry, and the session description inside of one with several parts (RFC 2046, 5621)."""

import re

SDP = "application/sdp"
_SESSIONS = frozenset({"INVITE", "ACK", "UPDATE", "PRACK"})
NEEDED_BY = _SESSIONS | {"INFO"}
"""Requests that mean nothing without their body."""
_OTHERS = {
    "INFO": frozenset({"application/dtmf-relay", "application/dtmf"}),
    "NOTIFY": frozenset({"message/sipfrag"}),
}
"""What features of ours read beside session descriptions, by method."""

_PLAIN = ("7bit", "8bit", "binary")
_FIELD = re.compile(r"^([a-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*\r?$", re.MULTILINE)
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)


def type_of(content_type: str) -> str:
    """Return a Content-Type without its parameters, in small letters and without spaces."""
    return content_type.partition(";")[0].replace(" ", "").replace("\t", "").lower()


def may_carry(method: str, content_type: str) -> bool:
    """Say whether a request of a method, or its answer, may have a body of a type."""
    kind = type_of(content_type)
    if kind == SDP:
        return True
    return kind in _OTHERS.get(method, ())


def session_part(method: str, content_type: str, body: str) -> str | None:
    """Return the one session description inside of a body with several parts, None where there is not exactly one.

    Carriers send SIP-I that way (ITU-T Q.1912.5): the other parts are for telephone exchanges.
    """
    if method not in _SESSIONS or not type_of(content_type).startswith("multipart/"):
        return None
    found = _BOUNDARY.search(content_type)
    if found is None:
        return None
    boundary = found.group(1) or found.group(2)
    _, *parts = f"\r\n{body}".split(f"\r\n--{boundary}")
    sessions = [session for part in parts if (session := _session_in(part)) is not None]
    return sessions[0] if len(sessions) == 1 else None


def _session_in(part: str) -> str | None:
    """Return the body of a part that is a session description in plain text."""
    head, gap, body = part.lstrip(" \t").removeprefix("\r\n").partition("\r\n\r\n")
    if not gap:
        return None
    said = dict(_FIELD.findall(head.lower()))
    if type_of(said.get("content-type", "")) != SDP or said.get("content-transfer-encoding", "binary") not in _PLAIN:
        return None
    return body if body.endswith("\r\n") else f"{body}\r\n"
