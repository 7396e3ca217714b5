"""Twists: well-formed SIP that one reader takes for something else than the next.

Each is named, so that a difference can be told by its kind, and follows from a seed and its place.
"""

import random

from tests.attack.parts import BREAKS, ODD, OTHERS, SPACES, Parts, Twist, on_parts, within
from tests.attack.twists_of_parties import (
    odd_address,
    odd_call_id,
    odd_cseq,
    odd_display,
    odd_method,
    odd_parameters,
    odd_uri,
)

SMUGGLED = b"X-Trunkline: origin=station;tenant=other;station=1001;site=hq"
SINGLE = (
    b"From",
    b"To",
    b"Call-ID",
    b"CSeq",
    b"Max-Forwards",
    b"Contact",
    b"Content-Length",
    b"Content-Type",
    b"X-Trunkline",
)
COMPACT = {
    b"via": b"v", b"from": b"f", b"to": b"t", b"call-id": b"i", b"contact": b"m", b"content-length": b"l",
    b"content-type": b"c",
    b"subject": b"s", b"supported": b"k",
}  # fmt: skip
ADDED = (
    [b"Subject", b" hi"], [b"Expires", b" 60"], [b"Supported", b" timer"], [b"Require", b" 100rel"],
    [b"Accept", b" application/sdp"], [b"Min-SE", b" 90"], [b"Session-Expires", b" 1800"], [b"Allow", b" INVITE"],
    [b"RSeq", b" 1"], [b"Refer-To", b" <sip:a@b>"], [b"Replaces", b" a;to-tag=b;from-tag=c"],
    [b"Event", b" presence"],
    [b"Content-Disposition", b" session"], [b"Reason", b" SIP;cause=1"], [b"P-Asserted-Identity", b" <sip:a@b>"],
    [b"Retry-After", b" 1"], [b"WWW-Authenticate", b' Digest realm="a",nonce="b"'],
    [b"Authorization", b' Digest username="a"'],
)  # fmt: skip
BODIES = (
    b"", b"x", b"v=0\r\n",
    b"\r\n\r\nINVITE sip:evil@x SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKsmuggled\r\n\r\n", b"\x00\x01", b"\r\n",
)  # fmt: skip
HIDDEN = (
    b"REGISTER sip:acme.trunkline.test SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.66;branch=z9hG4bKhidden\r\n"
    b"From: <sip:2002@acme.trunkline.test>;tag=h\r\nTo: <sip:2002@acme.trunkline.test>\r\nCall-ID: hidden\r\n"
    b"CSeq: 1 REGISTER\r\nContact: <sip:evil@192.0.2.66>\r\nContent-Length: 0\r\n\r\n"
)
TYPES = (
    b"text/plain", b"multipart/mixed;boundary=x", b"application/SDP", b"application/sdp;charset=utf-8",
    b"application/sdp , text/plain",
    b"message/sip", b"", b"application", b"application/", b'multipart/mixed; boundary="\r\n"', b"*/*",
    b"application / sdp",
)  # fmt: skip


@on_parts
def smuggle_line(chance: random.Random, parts: Parts) -> None:
    """A header behind what only some take for the end of a line."""
    hidden = chance.choice(
        (SMUGGLED, b"Contact: <sip:evil@192.0.2.66>", b"Call-ID: evil", b"Content-Length: 0", b"To: <sip:e@e>;tag=e")
    )
    header = chance.choice((parts.pick(chance), list(chance.choice(ADDED))))
    if header not in parts.headers:
        parts.headers.insert(chance.randrange(len(parts.headers) + 1), header)
    # pjsip takes an ampersand for the end of a header too: it stands between those of a URI.
    header[1] += chance.choice((*BREAKS, b"&", b" &", b";x=y&", b"&")) + hidden


@on_parts
def break_value(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance)
    header[1] = within(chance, header[1], chance.choice(BREAKS))


@on_parts
def break_first_line(chance: random.Random, parts: Parts) -> None:
    parts.first = within(chance, parts.first, chance.choice(BREAKS + SPACES))


@on_parts
def fold(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance)
    at = [place for place, byte in enumerate(header[1]) if byte in b" \t;=,<>@:"] or [0]
    place = chance.choice(at)
    header[1] = header[1][:place] + chance.choice(SPACES) + header[1][place:]


@on_parts
def odd_name(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance)
    header[0] = chance.choice(
        (
            header[0].upper(), header[0].lower(), header[0].swapcase(), COMPACT.get(header[0].lower(), header[0]),
            header[0] + b" ",
            header[0] + b"\t", header[0] + b"\r\n ", b" " + header[0], header[0] + chance.choice(ODD),
            header[0].replace(b"-", b"_"),
            header[0].replace(b"i", b"\xc4\xb1"), header[0] + b"\x00", b"\t" + header[0], header[0] + b":",
        )
    )  # fmt: skip


@on_parts
def second_header(chance: random.Random, parts: Parts) -> None:
    name = chance.choice(SINGLE)
    spelled = chance.choice((name, name.upper(), COMPACT.get(name.lower(), name), name + b" "))
    same = [value for each, value in parts.headers if each.lower() == name.lower()]
    parts.insert(chance, spelled, chance.choice((OTHERS[name.lower()], *(value.strip() for value in same))))


@on_parts
def comma_joined(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(
        chance, b"contact", b"from", b"to", b"route", b"call-id", b"cseq", b"content-length", b"content-type"
    )
    other = OTHERS.get(header[0].lower(), b"<sip:evil@192.0.2.66;lr>")
    header[1] = chance.choice(
        (header[1] + b", " + other, b" " + other + b"," + header[1], header[1] + b",", b"," + header[1])
    )


@on_parts
def odd_length(chance: random.Random, parts: Parts) -> None:
    size = len(parts.body)
    parts.set_length(
        chance.choice(
            (
                b" +%d" % size, b" 0x%x" % size, b" 000%d" % size, b" %d" % (size + 9), b" %d" % max(size - 9, 0),
                b"\r\n %d" % size,
                b" %d " % size, b" %d;x" % size, b" %d\r\n 5" % size, b"", b" -1", b" 4294967296", b" %d, 0" % size,
                b" 1e1", b" %d\t" % size,
                b" %d 5" % size, b" 0", b" \xd9\xa1", b' "%d"' % size, b" 99999999999999999999%d" % size,
            )
        )
    )  # fmt: skip


@on_parts
def no_length(chance: random.Random, parts: Parts) -> None:
    parts.headers = [each for each in parts.headers if each[0].lower() not in (b"content-length", b"l")]
    if chance.random() < 0.5:
        parts.body += chance.choice(BODIES)


@on_parts
def odd_body(chance: random.Random, parts: Parts) -> None:
    parts.body = chance.choice(BODIES) if chance.random() < 0.5 else parts.body + chance.choice(BODIES)
    if chance.random() < 0.7:
        parts.set_length(b" %d" % len(parts.body))
    if chance.random() < 0.5:
        parts.headers = [each for each in parts.headers if each[0].lower() != b"content-type"]


@on_parts
def hidden_request(chance: random.Random, parts: Parts) -> None:
    """A request in the body, behind a length that not all read."""
    parts.body = HIDDEN
    size = len(HIDDEN)
    parts.set_length(
        chance.choice((b"\r\n %d" % size, b" %d" % size, b" 0", b" 0\r\n %d" % size, b" %d\r\nl: 0" % size, b""))
    )


@on_parts
def odd_type(chance: random.Random, parts: Parts) -> None:
    parts.headers = [each for each in parts.headers if each[0].lower() != b"content-type"]
    parts.insert(
        chance, chance.choice((b"Content-Type", b"c", b"CONTENT-TYPE", b"Content-type ")), chance.choice(TYPES)
    )
    if chance.random() < 0.3:
        parts.insert(chance, b"Content-Encoding", chance.choice((b"gzip", b"identity")))


@on_parts
def look_alike(chance: random.Random, parts: Parts) -> None:
    name = chance.choice(
        (
            b"X-Trunkline", b"x-trunkline", b"X-TRUNKLINE", b"X-Trunkline ", b"X-Trunkline\t", b" X-Trunkline",
            b"X-Trunkline\r\n ", b"X_Trunkline", b"X-Trunkline\x00",
            b"\x00X-Trunkline", b"X-Trunklin\xc4\x99", b"X-Trunkline-", b"P-X-Trunkline", b"X-Trunkl\xc4\xb1ne",
        )
    )  # fmt: skip
    parts.insert(
        chance, name, chance.choice((OTHERS[b"x-trunkline"], b"", b"target=trunk;trunk=trunk-1;caller=+862155550001"))
    )


@on_parts
def behind_odd_name(chance: random.Random, parts: Parts) -> None:
    """A header at the end, behind one at which some stop reading."""
    name = b"X-" + chance.choice(
        (b"%", b"`", b"'", b"~", b"!", b"*", b"+", b"_", b".", b"|", b"a%b", b"a`b", b"-", b"1", b"A" * 300)
    )
    parts.insert(chance, name, chance.choice((b"x", b"", b":", b"=", b";", b'"', b"<")))
    parts.headers.append(
        list(
            chance.choice(
                (
                    [b"X-Trunkline", b" " + OTHERS[b"x-trunkline"]],
                    [b"Contact", b" " + OTHERS[b"contact"]],
                    [b"Subject", b" x"],
                )
            )
        )
    )


@on_parts
def long_token(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance)
    header[1] = within(
        chance, header[1], chance.choice((b"A", b"%41", b";a=b", b" ", b"\\\\")) * chance.choice((70, 300, 1500))
    )


@on_parts
def more_headers(chance: random.Random, parts: Parts) -> None:
    parts.insert(
        chance,
        *chance.choice(
            (
                (b"Route", b"<sip:192.0.2.66;lr>"), (b"Record-Route", b"<sip:192.0.2.66;lr>"), (b"Subject",
                b"folded\r\n line"), (b"Subject", b"\r\n \r\n"),
                (b"Subject", b"\xc4\xe3\xba\xc3"), (b"Subject", b""), (b"Subject", b"\r\n"), (b"Require",
                b"100rel"), (b"Supported", b"timer\r\n ,100rel"), (b"Expires", b"99999999999"),
                (b"Replaces", b"a;to-tag=b;from-tag=c"), (b"Session-Expires", b"x"), (b"Min-SE", b"99999999999"),
                (b"Date", b"x"), (b"Accept", b"\x01"), (b"Allow", b"INVITE,,ACK"),
                (b"MIME-Version", b"1.0"), (b"Content-Disposition", b"session"), (b"Refer-To",
                b"<sip:a@b?Replaces=x>"), (b"Via", b"SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKevil"),
                (b"Via", b"SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKa\r\n\t;x=y, SIP / 2.0 / TCP x:70000"),
                (b"Proxy-Require", b""), (b"P-Asserted-Identity", b"<sip:evil@x>"), (b"Identity", b'"\r"'),
                (b"Privacy", b"id"), (b"Diversion", b"<sip:evil@x>"), (b"History-Info", b"<sip:a@b>;index=1"),
                (b"Authorization", b"Digest a"), (b"Event", b"\xff"), (b"X", b":"), (b"Rseq", b"-1"), (b"Rack", b"x"),
            )
        ),
    )  # fmt: skip


@on_parts
def empty_value(chance: random.Random, parts: Parts) -> None:
    parts.pick(chance)[1] = chance.choice((b"", b" ", b"\r\n ", b"\t"))


@on_parts
def shuffled(chance: random.Random, parts: Parts) -> None:
    chance.shuffle(parts.headers)


def other_line_ends(chance: random.Random, data: bytes) -> bytes:
    head, separator, body = data.partition(b"\r\n\r\n")
    if chance.random() < 0.5:
        return head.replace(b"\r\n", b"\n") + chance.choice((b"\n\n", b"\r\n\r\n")) + body
    places = [place for place in range(len(head)) if head.startswith(b"\r\n", place)]
    if not places:
        return data
    place = chance.choice(places)
    return head[:place] + chance.choice(BREAKS) + head[place + 2 :] + separator + body


def odd_start(chance: random.Random, data: bytes) -> bytes:
    return chance.choice((b"\r\n", b"\r\n\r\n", b" ", b"\n", b"\x00", b"\r", b"\xef\xbb\xbf", b"\t\r\n")) + data


def odd_end(chance: random.Random, data: bytes) -> bytes:
    return data + chance.choice((b"\x00", b"\r\n", b"\r\n\r\n", b"x", b"\x00x", b"INVITE sip:evil@x SIP/2.0\r\n\r\n"))


def flipped(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def unchanged(_chance: random.Random, data: bytes) -> bytes:
    return data


TWISTS: tuple[Twist, ...] = (
    smuggle_line, break_value, break_first_line, fold, odd_name, second_header, comma_joined, odd_length, no_length,
    odd_body, hidden_request,
    odd_type, odd_display, odd_address, odd_parameters, odd_uri, odd_method, odd_call_id, odd_cseq, look_alike,
    behind_odd_name,
    long_token,
    more_headers, empty_value, shuffled, other_line_ends, odd_start, odd_end, flipped, unchanged,
)  # fmt: skip


def twisted(seed: str, data: bytes) -> tuple[str, bytes]:
    """Return the names of one or two twists and what they make of a message, the same for the same seed."""
    chance = random.Random(seed)
    names = []
    for twist in chance.sample(TWISTS, chance.choice((1, 1, 1, 2))):
        data = twist(chance, data)
        names.append(twist.__name__)
    return "+".join(names), data
