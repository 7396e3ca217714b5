"""A well-formed message in parts, for twists to change; and what they change it to."""

import random
from collections.abc import Callable

BREAKS = (
    b"\r",
    b"\n",
    b"\r\r\n",
    b"\n\r",
    b"\x00",
    b"\x0b",
    b"\x0c",
    b"\x85",
    b"\xe2\x80\xa8",
    b"\x1b",
    b"\x7f",
    b"\r\n ",
    b"\n ",
    b"\r ",
)
SPACES = (b" ", b"\t", b"  ", b" \t ", b"\r\n ", b"\r\n\t", b"\r\n \r\n ", b"\xa0", b"")
ODD = (
    b'"', b"\\", b'\\"', b"<", b">", b"(", b")", b",", b";", b":", b"@", b"?", b"&", b"%00", b"%0d%0a", b"%40",
    b"%", b"%zz", b"[",
    b"]", b"\xff", b"\xc3\x28", b"\xe7\x94\xb5", b"`", b"|", b"{", b"'", b"*", b"=",
)  # fmt: skip
OTHERS = {
    b"from": b'"x" <sip:9999@evil.example>;tag=evil', b"to": b"<sip:9999@evil.example>", b"call-id": b"evil@evil",
    b"cseq": b"77 BYE", b"max-forwards": b"3", b"contact": b"<sip:evil@192.0.2.66:6666>", b"content-length": b"5",
    b"content-type": b"text/plain", b"x-trunkline": b"origin=station;tenant=other;station=1001;site=hq",
}  # fmt: skip

Twist = Callable[[random.Random, bytes], bytes]


class Parts:
    """A message as first line, headers (name, what stands between name and value, value) and body."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        self.first, *lines = head.split(b"\r\n")
        self.headers = [[*line.partition(b":")[::2]] for line in lines]

    def __bytes__(self) -> bytes:
        return (
            b"\r\n".join([self.first, *(name + b":" + value for name, value in self.headers)])
            + b"\r\n\r\n"
            + self.body
        )

    def pick(self, chance: random.Random, *names: bytes) -> list[bytes]:
        """Return one of the headers of these names, or one of all but the digest, which no twist may break."""
        known = [each for each in self.headers if each[0].lower() in names] if names else []
        decent = [each for each in self.headers if b"uthorization" not in each[0]]
        return chance.choice(known or decent or [[b"X", b""]])

    def insert(self, chance: random.Random, name: bytes, value: bytes) -> None:
        self.headers.insert(chance.randrange(len(self.headers) + 1), [name, b" " + value])

    def set_length(self, value: bytes) -> None:
        for header in self.headers:
            if header[0].lower() in (b"content-length", b"l"):
                header[1] = value


def on_parts(change: Callable[[random.Random, Parts], None]) -> Twist:
    def twist(chance: random.Random, data: bytes) -> bytes:
        parts = Parts(data)
        change(chance, parts)
        return bytes(parts)

    twist.__name__ = change.__name__
    return twist


def within(chance: random.Random, text: bytes, more: bytes) -> bytes:
    place = chance.randrange(len(text) + 1)
    return text[:place] + more + text[place:]
