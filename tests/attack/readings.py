"""One shape for what each parser read in a message, and where two of them differ."""

import re
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import unquote_to_bytes

from simulators.sip_message import (
    MalformedSipError,
    SipMessage,
    parse_address,
    parse_message,
    parse_uri,
    split_outside_quotes,
)
from tests.attack.kamailio_parser import KamailioReading

Uri = tuple[str, str, int]
"""User (unescaped), host, port; 0 for none.  Of another scheme: its text, the scheme, 0."""
STAR: Uri = ("*", "", 0)
UNREADABLE: Uri = ("", "unreadable", 0)


@dataclass(frozen=True)
class Reading:
    """What decides who calls whom, where answers go, and what is said; text is Latin-1, so that no byte is lost."""

    method: str
    uri: Uri
    sender: tuple[str, str]
    """User and host of From; `target`: of To."""
    sender_tag: str
    target: tuple[str, str]
    target_tag: str
    call_id: str
    cseq: tuple[int, str]
    contacts: tuple[Uri, ...]
    routes: tuple[Uri, ...]
    vouched: tuple[str, ...]
    body: bytes


def differences(one: Reading, other: Reading, *ignored: str) -> list[str]:
    """Return the names of what two have read differently."""
    names = [each.name for each in fields(Reading)]
    return [name for name in names if name not in ignored and getattr(one, name) != getattr(other, name)]


def of_pjsip(reading: dict[str, Any]) -> Reading | None:
    """Return None for what Asterisk drops: pjsip stumbled over a header, or one that it needs is not there once."""
    if reading["errors"]:
        return None
    headers = [(name.lower(), value) for name, value in reading["headers"]]

    def all_of(name: str) -> list[Any]:
        return [value for each, value in headers if each == name]

    try:
        sender, target = (_first_of(all_of(name)) for name in ("from", "to"))
        number, method = _first_of(all_of("cseq"))
        return Reading(
            method=reading.get("method") or str(reading["status"]),
            uri=_pjsip_uri(reading["uri"]) if "uri" in reading else ("", "", 0),
            sender=_pjsip_uri(sender)[:2],
            sender_tag=sender["tag"],
            target=_pjsip_uri(target)[:2],
            target_tag=target["tag"],
            call_id=_first_of(all_of("call-id")),
            cseq=(number, method),
            contacts=tuple(map(_pjsip_uri, all_of("contact"))),
            routes=tuple(map(_pjsip_uri, all_of("route"))),
            vouched=_values(",".join(all_of("x-trunkline"))),
            body=reading.get("body", "").encode("latin-1"),
        )
    except MalformedSipError:
        return None


def _first_of(values: list[Any]) -> Any:
    """What Asterisk acts on is the last of some and the first of others: where two stand, it is neither."""
    if len(values) != 1:
        raise MalformedSipError("not one")
    return values[0]


def _pjsip_uri(parts: dict[str, Any]) -> Uri:
    if parts.get("star"):
        return STAR
    if "text" in parts:
        return (parts["text"].partition(":")[2], parts["scheme"], 0)
    return (parts["user"], parts["host"].lower(), _port(parts["scheme"], parts["port"]))


def _port(scheme: str, port: int | None) -> int:
    return 0 if port == (5061 if scheme == "sips" else 5060) else port or 0


def of_kamailio(reading: KamailioReading | None) -> Reading | None:
    """Return None for what Kamailio does not read."""
    if reading is None:
        return None
    text = {name: (value or b"").decode("latin-1") for name, value in reading.items()}
    number, _, method = _collapsed(text["cseq"]).partition(" ")
    is_request = not text["status"]
    return Reading(
        method=text["method"] if is_request else text["status"],
        uri=_kamailio_uri(text) if is_request else ("", "", 0),
        sender=(_unescaped(text["from_user"]), text["from_host"].lower()),
        sender_tag=text["from_tag"],
        target=(_unescaped(text["to_user"]), text["to_host"].lower()),
        target_tag=text["to_tag"],
        call_id=text["call_id"],
        cseq=(int(number) if number.isdigit() else -1, method),
        contacts=_uris(text["contact"]),
        routes=_uris(text["route"]),
        vouched=_values(text["x-trunkline"]),
        body=reading["body"] or b"",
    )


def _kamailio_uri(text: dict[str, str]) -> Uri:
    scheme = text["uri_scheme"].lower()
    if scheme not in ("sip", "sips"):
        return (_unescaped(text["uri_user"]), scheme, 0)
    port = int(text["uri_port"]) if text["uri_port"].isdigit() else 0
    return (_unescaped(text["uri_user"]), text["uri_host"].lower(), _port(scheme, port))


def of_ours(data: bytes) -> Reading | None:
    """Return None for what our own parser refuses."""
    try:
        message = parse_message(data)
        return _of_message(message, data)
    except (MalformedSipError, ValueError):
        return None


def _of_message(message: SipMessage, data: bytes) -> Reading:
    sender, target = (parse_address(_bytewise(message.get(name))) for name in ("from", "to"))
    return Reading(
        method=message.method or str(message.status),
        uri=_uri(_bytewise(message.uri)) if message.is_request else ("", "", 0),
        sender=_party(sender.uri),
        sender_tag=sender.tag,
        target=_party(target.uri),
        target_tag=target.tag,
        call_id=_bytewise(message.call_id),
        cseq=message.cseq,
        contacts=_uris(_bytewise(",".join(message.all("contact")))),
        routes=_uris(_bytewise(",".join(message.all("route")))),
        vouched=_values(_bytewise(",".join(message.all("x-trunkline")))),
        # It decodes what it reads: the bytes are those that stand at the end.
        body=data[len(data) - len(body) :] if (body := data.lstrip(b"\r\n").partition(b"\r\n\r\n")[2]) else b"",
    )


def _bytewise(text: str) -> str:
    return text.encode().decode("latin-1")


def _party(uri: str) -> tuple[str, str]:
    user, host, _ = _uri(uri)
    return user, host


def _uris(value: str) -> tuple[Uri, ...]:
    return tuple(_uri_of_address(each) for each in split_outside_quotes(value, ","))


def _uri_of_address(value: str) -> Uri:
    if value == "*":
        return STAR
    try:
        return _uri(parse_address(value).uri)
    except MalformedSipError:
        return UNREADABLE


def _uri(text: str) -> Uri:
    scheme, _, rest = text.partition(":")
    if scheme.lower() not in ("sip", "sips", "tel"):
        return (rest, scheme.lower(), 0)
    uri = parse_uri(text)
    if uri.scheme == "tel":
        return (_unescaped(uri.user), "tel", 0)
    return (_unescaped(uri.user.partition(":")[0]), uri.host.lower(), _port(uri.scheme, uri.port))


def _unescaped(text: str) -> str:
    return unquote_to_bytes(text.encode("latin-1")).decode("latin-1")


def _values(joined: str) -> tuple[str, ...]:
    # Kamailio tells the values of several headers in one; it tells an empty one from none only by where it stands.
    return tuple(value for each in joined.split(",") if (value := _collapsed(each)))


def _collapsed(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
