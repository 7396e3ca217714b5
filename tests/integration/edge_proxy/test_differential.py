"""What passes the edge is one message for all who read it: Kamailio, the pjsip of our Asterisk, and we."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fuzzed_edges import READER, differential

from tests.attack.differential import Judge, Passage
from tests.attack.kamailio_parser import KamailioParser
from tests.attack.pjsip_parser import PjsipParser
from trunkline.plan import asterisk_folder

MESSAGES = 2_000
SEED = 3261
FORGED = "X-Trunkline: origin=station;tenant=other;station=1001;site=hq"
OWN = "X-Trunkline: origin=trunk;trunk=trunk-1"


@pytest.mark.timeout(120)
async def test_whatever_passes_is_read_the_same_by_all(tmp_path: Path):
    found = await differential(tmp_path / "fuzz", MESSAGES, SEED)

    assert {each["what"]: each["examples"][0] for each in found["read_differently"]} == {}
    assert found["well_formed_that_did_not_pass"] == {}
    assert found["strays"] == [], "nobody has sent these"
    assert sum(found["passed"].values()) > MESSAGES / 10, "a gate that lets nothing through proves nothing"


@pytest.fixture
async def judge(tmp_path: Path) -> AsyncIterator[Judge]:
    async with PjsipParser(asterisk_folder(), tmp_path) as pjsip, KamailioParser(READER, tmp_path) as kamailio:
        yield Judge(pjsip, kamailio)


def passage(header: str, body: str = "") -> Passage:
    """Return a call of a carrier with one more header, as if it had passed as it came."""
    lines = [
        "INVITE sip:+862155550001@192.0.2.1 SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1",
        "Max-Forwards: 70",
        "From: <sip:+8613812345678@192.0.2.7>;tag=1",
        "To: <sip:+862155550001@192.0.2.1>",
        "Call-ID: 1@192.0.2.7",
        "CSeq: 1 INVITE",
        header,
        "Contact: <sip:+8613812345678@192.0.2.7>",
        OWN,
        f"Content-Length: {len(body)}",
    ]
    data = ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")
    return Passage("call", "", data, data, data, vouched=OWN.partition(": ")[2])


@pytest.mark.parametrize(
    "header",
    [
        "Subject: hello",
        "Subject: folded\r\n line",
        "s: \xc4\xe3\xba\xc3",
        'P-Asserted-Identity: "a\\"<sip:evil@x>, b" <sip:a@b>',
        "Allow: INVITE,ACK",
    ],
)
async def test_judge_finds_nothing_in_what_all_read_alike(judge: Judge, header: str):
    await judge.judge([passage(header)])

    assert (judge.judged, judge.findings, judge.dropped) == (1, {}, {})


@pytest.mark.parametrize(
    ("header", "body", "field"),
    [
        (f"Subject: hi\r{FORGED}", "", "vouched"),
        (f"Expires: 60&{FORGED}", "", "vouched"),
        ("X-%: 1", "", "contacts"),
        ("Subject: hi\r", "", "vouched"),
        ("Min-SE: 90&Contact: <sip:evil@192.0.2.66>", "", "contacts"),
        ("Subject: hi", "body", "body"),
    ],
    ids=["bare-cr", "ampersand", "odd-name", "cr-cr-lf", "second-contact", "untyped-body"],
)
async def test_judge_finds_what_is_known_to_be_read_differently(judge: Judge, header: str, body: str, field: str):
    await judge.judge([passage(header, body)])

    assert f"call: pjsip and Kamailio: {field}" in judge.findings


@pytest.mark.parametrize("header", ["Subject: a\0b", "Session-Expires: x", "Call-ID: 2", "Content-Type: x"])
async def test_judge_sees_what_asterisk_drops_without_a_word(judge: Judge, header: str):
    await judge.judge([passage(header)])

    assert len(judge.dropped) == 1


async def test_length_that_two_read_differently_is_found_in_a_stream(judge: Judge):
    hidden = passage("Subject: hidden").left
    folded = passage(f"l:\r\n {len(hidden)}").left.replace(b"Content-Length: 0\r\n", b"")

    await judge.judge_stream(Passage("call", "", folded, folded, folded + hidden))

    assert list(judge.findings) == ["call: one message is divided otherwise"]
