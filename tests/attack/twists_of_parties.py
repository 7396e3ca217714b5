"""Twists of what names a party, a way or a dialog: addresses, URIs, Call-ID and CSeq."""

import random

from tests.attack.parts import ODD, SPACES, Parts, on_parts, within


@on_parts
def odd_display(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance, b"from", b"to", b"contact", b"f", b"t", b"m")
    name = chance.choice(
        (
            b'"a\\"<sip:evil@x>" ', b'"a<sip:evil@x>" ', b'"a\\\\" ', b'"a\\', b'"', b"a b c ", b"a(b) ",
            b"\xff\xfe ", b'"\xc4\xe3" ', b'"a\r\n b" ',
            b'"a;tag=x" ', b'"a,b" ', b"a,b ", b"a;b ", b"<", b'""', b"'a' ", b'"a" "b" ', b"*", b'"a"b ',
            b"sip:evil@x ", b'"\x00" ',
        )
    )  # fmt: skip
    header[1] = b" " + name + header[1].lstrip()


@on_parts
def odd_address(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance, b"from", b"to", b"contact", b"route", b"f", b"t", b"m")
    header[1] = within(chance, header[1], chance.choice(ODD))


@on_parts
def odd_parameters(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance, b"from", b"to", b"contact", b"via", b"f", b"t", b"m")
    header[1] += chance.choice(
        (
            b";tag=evil", b";TAG=evil", b";tag = evil", b";tag", b";tag=", b';tag="a;b"', b';x="\\"', b';x="',
            b";%74ag=evil", b";alias=192.0.2.66~5060~1",
            b";received=192.0.2.66", b";maddr=192.0.2.66", b";;", b";", b"; ;x", b";x=<sip:evil@x>",
            b";expires=1;expires=2", b" x", b" (c)", b";x=(c)",
            b"?Route=%3Csip:evil@x%3E", b">", b";\r\n tag=evil", b";x=\xff", b";x=a%0d%0aX-Trunkline:%20a", b";=x",
            b";x=y=z",
        )
    )  # fmt: skip


@on_parts
def odd_uri(chance: random.Random, parts: Parts) -> None:
    method, _, rest = parts.first.partition(b" ")
    uri, _, version = rest.rpartition(b" ")
    change = chance.randrange(4)
    if change == 0:
        uri = within(chance, uri, chance.choice(ODD))
    elif change == 1:
        uri += chance.choice(
            (
                b";x=y", b";transport=tcp", b";maddr=192.0.2.66", b";user=phone", b";lr",
                b";alias=192.0.2.66~5060~1", b"?X-Trunkline=evil", b"?Route=%3Csip:e@e%3E",
                b":5060", b":05060", b":99999", b":", b";ttl=1", b";method=BYE", b";", b";;", b"#x", b"/x",
            )
        )  # fmt: skip
    elif change == 2:
        uri = chance.choice((uri.replace(b"sip:", b"SIP:"), uri.replace(b"sip:", b"sips:"), uri.replace(b"sip:",
        b"tel:"), b"<" + uri + b">", uri.replace(b"sip:", b"sip:a@"), uri.replace(b"@", b":pw@"), uri.replace(b"@",
        b";x@"), uri.replace(b"1", b"%31"), uri.upper()))  # fmt: skip
    else:
        version = chance.choice(
            (b"SIP/2.0 ", b"sip/2.0", b"SIP/2.00", b"SIP/02.0", b"SIP/2.1", b"SIP/2.0x", b"SIP/2.0\t", b" SIP/2.0")
        )
    parts.first = method + b" " + uri + b" " + version


@on_parts
def odd_method(chance: random.Random, parts: Parts) -> None:
    method, _, rest = parts.first.partition(b" ")
    parts.first = (
        chance.choice(
            (
                method.lower(),
                method.title(),
                method + b"\x00",
                method + b"X",
                b" " + method,
                b"ACK",
                b"MESSAGE",
                b"UPDATE",
            )
        )
        + b" "
        + rest
    )


@on_parts
def odd_call_id(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance, b"call-id", b"i")
    header[1] = chance.choice(
        (
            within(chance, header[1], chance.choice(ODD + SPACES)),
            header[1] + b"@a@b",
            header[1] + b" x",
            header[1] + b";x",
            b" <" + header[1][1:] + b">",
            b' "' + header[1][1:] + b'"',
        )
    )


@on_parts
def odd_cseq(chance: random.Random, parts: Parts) -> None:
    header = parts.pick(chance, b"cseq")
    number, _, method = header[1].strip().partition(b" ")
    header[1] = b" " + chance.choice(
        (
            number + b"  " + method, number + b"\t" + method, b"0" + number + b" " + method,
            b"+" + number + b" " + method, number + b" " + method + b" x",
            b"4294967297 " + method, b"2147483648 " + method, b"4294967295 " + method,
            number + b" " + method.lower(), number + b" BYE", number + b"\r\n " + method,
            number + method, number + b" " + method + b";x", b"0x1 " + method, number + b" " + method + b"X",
            number + b".0 " + method,
        )
    )  # fmt: skip
