"""What the edge's agent keeps of each message of a call: one line, without numbers.

Standard library and `callmodel` only: of what is long a SIP worker reads it itself (`tellings`).
"""

import re
from urllib.parse import unquote

from callmodel.ladder import HeadKind, SipHead
from callmodel.privacy import mask_number

ACCOUNT = "account:"
"""In place of a Call-ID: what was tried in an account's name."""
MOST_WORDS, MOST_NAME = 160, 128
MOST_CODECS = 8
TOLD = frozenset({"INVITE", "BYE", "CANCEL", "REFER", "UPDATE"})
_STATIC = {"0": "PCMU", "8": "PCMA", "9": "G722", "13": "CN", "18": "G729"}
# Each is tried in its one place: a pattern that looks through all of a description costs as much as the rest.
_AUDIO_LINE, _CONNECTION_LINE = "\nm=audio ", "\nc=IN IP"
_AUDIO = re.compile(r"([0-9]+) (\S+) ([0-9 ]+)")
_CONNECTION = re.compile(r"[46] ([0-9a-fA-F.:]+)")
_WAY = re.compile(r"^a=(sendonly|recvonly|inactive)\b", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_USER = re.compile(r"sips?:([^@>;]+)@|tel:([^>;]+)")
_ONLY_DIGITS = re.compile(r"\+?[0-9]+")
_NUMBER = re.compile(r"\+?[0-9](?:[-. ()/]*[0-9]){6,}")
"""With whatever phones write between digits (`telephones.number_in`)."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def shown(text: str) -> str:
    """Return what a stranger wrote as it may be kept: short, in one line, its numbers masked, escaped ones too."""
    if _ONLY_DIGITS.fullmatch(text):
        return mask_number(text)[:MOST_WORDS]
    written = unquote(text) if "%" in text else text
    return _NUMBER.sub(lambda found: mask_number(found[0]), _UNPRINTABLE.sub(" ", written))[:MOST_WORDS].strip()


def user_in(value: str) -> str:
    """Return who is named in a header such as From, masked; empty where nobody is."""
    found = _USER.search(value)
    return shown(found[1] or found[2]) if found else ""


def sound_of(sdp: str) -> str:
    """Return what a description says of the sound in a few words: where to, which codecs, which way."""
    if not sdp:
        return ""
    place, audio = _audio_of(sdp)
    if audio is None:
        return ""
    at = sdp.find(_CONNECTION_LINE, place)
    at = at if at >= 0 else sdp.find(_CONNECTION_LINE)
    connection = _CONNECTION.match(sdp, at + len(_CONNECTION_LINE)) if at >= 0 else None
    codecs = [_STATIC.get(number) or _named(sdp, number) for number in audio[3].split()[:MOST_CODECS]]
    way = _WAY.search(sdp, place) or _WAY.search(sdp) if "only" in sdp or "inactive" in sdp else None
    host = connection[1] if connection else "?"
    words = ["audio", f"{host}:{audio[1]}", "" if audio[2] == "RTP/AVP" else audio[2], *codecs, way[1] if way else ""]
    return " ".join(filter(None, words))[:MOST_WORDS]


def has_comfort_noise(sdp: str) -> bool:
    """Say whether a description has comfort noise (RFC 3389): its party may send nothing while it is silent."""
    if " 13" not in sdp and "CN/" not in sdp:
        return False
    audio = _audio_of(sdp)[1]
    numbers = audio[3].split() if audio is not None else ()
    return "13" in numbers or any(_named(sdp, number) == "CN" for number in numbers)


def _audio_of(sdp: str) -> tuple[int, re.Match[str] | None]:
    """Return where the first description of sound begins, and its port, protocol and formats."""
    place = sdp.find(_AUDIO_LINE)
    return place, _AUDIO.match(sdp, place + len(_AUDIO_LINE)) if place >= 0 else None


def _named(sdp: str, number: str) -> str:
    """Return what a description calls a format, the number where it does not."""
    label = f"\na=rtpmap:{number} "
    at = sdp.find(label)
    name = _NAME.match(sdp, at + len(label)) if at >= 0 else None
    return name[0] if name else number


def to_line(
    at_ms: int, name: str, kind: HeadKind, sender: str, address: str, words: str, sdp: str = "", call_id: str = ""
) -> bytes:
    """Return one head; name: its Call-ID, or ACCOUNT with an account; call_id: our own, where it says so."""
    name = name[:MOST_NAME].replace("\t", " ")
    line = f"{at_ms}\t{name}\t{kind.value}\t{sender}\t{address}\t{words}\t{sdp}\t{call_id[:MOST_NAME]}"
    return line.replace("\n", " ").encode("utf-8", "replace")


def name_in(line: bytes) -> tuple[str, str]:
    """Return a line's Call-ID or account, and our own id of the call where it says one."""
    fields = line.split(b"\t")
    return fields[1].decode(), fields[7].decode()


def from_line(line: bytes, edge_id: str) -> SipHead:
    """Return the head in a line."""
    at_ms, name, kind, sender, address, words, sdp, _ = line.decode().split("\t")
    return SipHead(int(at_ms), edge_id, name, HeadKind(kind), sender, address, words, sdp)
