"""What a SIP worker tells the edge agent of each message of a call: one line, without numbers.

Standard library and `callmodel` only: the worker writes it in Kamailio, the edge agent reads it.
"""

import re

from callmodel.ladder import HeadKind, SipHead
from callmodel.privacy import mask_number

PIPE_NAME = "heads.pipe"
MOST_BYTES = 4096
"""PIPE_BUF (pipe(7)): lines up to here are written whole, whoever else writes."""
ACCOUNT = "account:"
"""In place of a Call-ID: what was tried in an account's name."""
MOST_WORDS, MOST_NAME = 160, 128
MOST_CODECS = 8
FIELDS = 8
TOLD = frozenset({"INVITE", "BYE", "CANCEL", "REFER", "UPDATE"})
_STATIC = {"0": "PCMU", "8": "PCMA", "9": "G722", "13": "CN", "18": "G729"}
_AUDIO = re.compile(r"^m=audio ([0-9]+) (\S+) ([0-9 ]+)", re.MULTILINE)
_CONNECTION = re.compile(r"^c=IN IP[46] ([0-9a-fA-F.:]+)", re.MULTILINE)
_WAY = re.compile(r"^a=(sendonly|recvonly|inactive)\b", re.MULTILINE)
_NAMED = re.compile(r"^a=rtpmap:([0-9]+) ([A-Za-z0-9-]+)", re.MULTILINE)
_USER = re.compile(r"sips?:([^@>;]+)@|tel:([^>;]+)")
_NUMBER = re.compile(r"\+?[0-9](?:[-. ()]{0,2}[0-9]){6,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def shown(text: str) -> str:
    """Return what a stranger wrote as it may be kept: short, in one line, its numbers masked."""
    return _NUMBER.sub(lambda found: mask_number(found[0]), _UNPRINTABLE.sub(" ", text))[:MOST_WORDS].strip()


def user_in(value: str) -> str:
    """Return who is named in a header such as From, masked; empty where nobody is."""
    found = _USER.search(value)
    return shown(found[1] or found[2]) if found else ""


def sound_of(sdp: str) -> str:
    """Return what a description says of the sound in a few words: where to, which codecs, which way."""
    audio = _AUDIO.search(sdp)
    if audio is None:
        return ""
    connection = _CONNECTION.search(sdp, audio.end()) or _CONNECTION.search(sdp)
    numbers = audio[3].split()[:MOST_CODECS]
    named = _STATIC if _STATIC.keys() >= set(numbers) else _STATIC | dict(_NAMED.findall(sdp))
    codecs = [named.get(number, number) for number in numbers]
    way = _WAY.search(sdp)
    host = connection[1] if connection else "?"
    words = ["audio", f"{host}:{audio[1]}", "" if audio[2] == "RTP/AVP" else audio[2], *codecs, way[1] if way else ""]
    return " ".join(filter(None, words))[:MOST_WORDS]


def has_comfort_noise(sdp: str) -> bool:
    """Say whether a description has comfort noise (RFC 3389): its party may send nothing while it is silent."""
    audio = _AUDIO.search(sdp)
    if audio is None:
        return False
    numbers = audio[3].split()
    return "13" in numbers or any(name == "CN" and number in numbers for number, name in _NAMED.findall(sdp))


def to_line(
    at_ms: int, name: str, kind: HeadKind, sender: str, address: str, words: str, sdp: str = "", call_id: str = ""
) -> bytes:
    """Return one head; name: its Call-ID, or ACCOUNT with an account; call_id: our own, where it says so."""
    fields = (
        str(at_ms),
        name[:MOST_NAME].replace("\t", " "),
        kind.value,
        sender,
        address,
        words,
        sdp,
        call_id[:MOST_NAME],
    )
    return "\t".join(fields).replace("\n", " ").encode("utf-8", "replace")[: MOST_BYTES - 1] + b"\n"


def name_in(line: bytes) -> tuple[str, str]:
    """Return a line's Call-ID or account, and our own id of the call where it says one.  Raises ValueError."""
    fields = line.split(b"\t")
    if len(fields) != FIELDS:
        raise ValueError("not a head")
    return fields[1].decode(), fields[7].decode()


def from_line(line: bytes, edge_id: str) -> SipHead:
    """Return the head in a line.  Raises ValueError for what no worker wrote."""
    at_ms, name, kind, sender, address, words, sdp, _ = line.decode().split("\t")
    return SipHead(int(at_ms), edge_id, name, HeadKind(kind), sender, address, words, sdp)
