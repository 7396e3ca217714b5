"""Requests that are nearly right: a valid message, or a torture message, with one to three things broken.

Each follows from a seed and its place, so that a message that breaks something can be made again.
"""

import random
from collections.abc import Callable, Iterator

from tests.attack import torture

SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
)
METHODS = (
    "INVITE",
    "REGISTER",
    "OPTIONS",
    "BYE",
    "CANCEL",
    "ACK",
    "SUBSCRIBE",
    "REFER",
    "MESSAGE",
    "UPDATE",
    "PRACK",
)
HEADERS = (
    b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", b"Route: <sip:192.0.2.1;lr>", b"Max-Forwards: 1",
    b"Record-Route: <sip:192.0.2.1;lr;seal=x>", b"Contact: *", b"Expires: 4294967296", b"Path: <sip:192.0.2.1;lr>",
    b"X-Trunkline: target=trunk;trunk=trunk-1;caller=+862155550001", b"Require: everything", b"CSeq: 1 OPTIONS",
    b"P-Asserted-Identity: <sip:1001@acme.trunkline.test>", b"Replaces: a;to-tag=b;from-tag=c",
    b"Refer-To: <sip:+8613812345678@192.0.2.1>", b"Content-Type: multipart/mixed;boundary=x",
)  # fmt: skip
TOKENS = (
    b"\x00", b"\xff\xfe", b"%00", b"%s%n", "电话".encode(), b"\r\n", b"\n", b"\t", b"<", b">", b'"', b";;", b"@@",
    b"[::1]", b"sip:", b"\\", b"=", b"*",
)  # fmt: skip
NUMBERS = (b"-1", b"0", b"99999999999999999999", b"4294967296", b"2147483648", b"1e9", b"0x10", b"")

SHORTEST_BYTES = 8
"""What is cut down to less is broken enough."""

Mutation = Callable[[random.Random, bytes], bytes]


def valid_requests(chance: random.Random, domain: str, host: str) -> bytes:
    """Return a well-formed request as a stranger could send it."""
    method = chance.choice(METHODS)
    user, token = (
        chance.choice(("1001", "2001", "9999", "+8613812345678", "anonymous")),
        f"{chance.getrandbits(48):x}",
    )
    body = SDP if method in ("INVITE", "UPDATE") and chance.random() < 0.8 else ""
    lines = [
        f"{method} sip:{user}@{chance.choice((domain, host))} SIP/2.0",
        f"Via: SIP/2.0/UDP {host};rport;branch=z9hG4bK{token}",
        f"From: <sip:1001@{chance.choice((domain, 'nowhere.example'))}>;tag={token}",
        f"To: <sip:{user}@{domain}>" + (f";tag={token}" if chance.random() < 0.3 else ""),
        f"Call-ID: {token}@attack",
        f"CSeq: {chance.randrange(1, 9999)} {method}",
        "Max-Forwards: 70",
        f"Contact: <sip:1001@{host}>",
    ]
    if chance.random() < 0.3:
        lines.append(
            f'Authorization: Digest username="1001", realm="{domain}", nonce="{token}", uri="sip:{domain}", '
            f'response="{chance.getrandbits(128):032x}", algorithm=MD5, qop=auth, nc=00000001, cnonce="x"'
        )
    if body:
        lines.append("Content-Type: application/sdp")
    return ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body).encode()


def flip_bytes(chance: random.Random, data: bytes) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.randrange(1, 9)):
        flipped[chance.randrange(len(flipped))] = chance.randrange(256)
    return bytes(flipped)


def cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(1, len(data))]


def cut_out(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 60) :]


def double_header(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    line = chance.choice(lines)
    lines[chance.randrange(len(lines))] += b"\r\n" + line
    return b"\r\n".join(lines)


def many_headers(chance: random.Random, data: bytes) -> bytes:
    return _after_first_line(data, b"\r\n".join([chance.choice(HEADERS)] * chance.choice((2, 50, 200))))


def add_header(chance: random.Random, data: bytes) -> bytes:
    return _after_first_line(data, chance.choice(HEADERS))


def drop_header(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    del lines[chance.randrange(len(lines))]
    return b"\r\n".join(lines)


def shuffle_headers(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    chance.shuffle(lines)
    return b"\r\n".join(lines)


def lie_about_length(chance: random.Random, data: bytes) -> bytes:
    head, separator, body = data.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-length", b"l:"))]
    said = chance.choice((*NUMBERS, str(len(body) + 7).encode(), str(max(len(body) - 7, 0)).encode()))
    return b"\r\n".join([*kept, b"Content-Length: " + said]) + separator + body


def insert_token(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(TOKENS) * chance.choice((1, 1, 3, 200)) + data[place:]


def break_number(chance: random.Random, data: bytes) -> bytes:
    digits = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return data
    place = chance.choice(digits)
    return data[:place] + chance.choice(NUMBERS) + data[place + 1 :]


def grow(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return (
        data[:place]
        + chance.choice((b"A", b"\x00", b"%41", b" ", b";a=b")) * chance.choice((300, 3000, 15_000))
        + data[place:]
    )


def _after_first_line(data: bytes, more: bytes) -> bytes:
    first, separator, rest = data.partition(b"\r\n")
    return first + separator + more + b"\r\n" + rest


MUTATIONS: tuple[Mutation, ...] = (
    flip_bytes, cut, cut_out, double_header, many_headers, add_header, drop_header, shuffle_headers, lie_about_length,
    insert_token, break_number, grow,
)  # fmt: skip


def mutated(seed: str, count: int, *, domain: str, host: str) -> Iterator[bytes]:
    """Yield so many broken requests, the same for the same seed."""
    messages = [message.data for message in torture.ALL if not message.is_response]
    for place in range(count):
        chance = random.Random(f"{seed}/{place}")
        data = chance.choice(messages) if chance.random() < 0.25 else valid_requests(chance, domain, host)
        for _ in range(chance.choice((1, 1, 2, 3))):
            if len(data) > SHORTEST_BYTES:
                data = chance.choice(MUTATIONS)(chance, data)
        yield data or b"\r\n"
