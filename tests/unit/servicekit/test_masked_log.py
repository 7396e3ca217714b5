"""What engines write, as it may be kept: real lines of Kamailio, rtpengine and Asterisk."""

import os
import subprocess
import sys

import pytest

from servicekit import maskedlog
from servicekit.maskedlog import Mask

NUMBER = "13812345678"
PARSER = " 3(10413) ERROR: <core> [core/parser/parse_via.c:2706]: parse_via(): parsing via on: <SIP/2.0/UDP ;138"


def kept(*lines: str) -> list[str]:
    mask = Mask()
    return [line for each in lines for line in mask.lines_of(each)]


def test_of_a_message_that_the_parser_quotes_nothing_is_kept():
    own = " 3(10413) WARNING: <core> [core/kemi.c:116]: sr_kemi_core_warn(): peer away"

    assert kept(PARSER, 'From: "Ana" <sip:13812345678@x>', 'Authorization: Digest response="c0ffee"', ">", own) == [
        " 3(10413) ERROR: <core> [core/parser/parse_via.c:2706]: parse_via(): parsing via on[...]", own,
    ]  # fmt: skip


def test_own_words_and_what_is_written_at_the_start_are_kept():
    lines = (
        " 7(6456) WARNING: {1 BYE 5845b983-c241-498f-8571-64428642fce3} dialog [dlg.c:1]: f(): no dialog for BYE",
        "Listening on ", "             udp: 127.91.10.1 [127.91.10.1]:5060 name sip",
        " 0(4194303) CRITICAL: <core> [core/cfg.y:3544]: yyerror_at(): parse error in config file /run/k.cfg",
        "[2026-11-30 14:44:16.123] ERROR[10413]: loader.c:2496 load_modules: res_ari.so failed at 10.0.0.21:5060",
    )  # fmt: skip

    assert kept(*lines) == list(lines)


@pytest.mark.parametrize(
    "spelling",
    [NUMBER, "+86" + NUMBER, "138-1234-5678", "138 1234 5678", "138.1234.5678", "(138) 1234-5678",
     "%31%33%38%31%32345678", "138/1234/5678", "138%2D1234%2f5678",
     "138 -- 1234 -- 5678", "1%338%2012345678", "95588", "１３８１２３４５６７８"],
)  # fmt: skip
def test_numbers_lose_their_middle_however_they_are_written(spelling: str):
    line = kept(f" 3(10413) ERROR: {{1 INVITE {spelling}@x}} sl [sl.c:1]: f(): to {spelling}")[0]

    assert spelling not in line and "2345" not in line and "****" in line
    assert line.startswith(" 3(10413) ERROR: {1 INVITE ")


def test_packet_that_asterisk_shows_is_not_kept():
    head = "[2026-11-30 14:44:16.123] ERROR[104]: pjproject: <?>: sip_transport.c Error processing 512 bytes packet:"

    assert kept(head, f"INVITE sip:{NUMBER}@x SIP/2.0", "-- end of packet.") == [head]


def test_digests_are_not_kept_and_nothing_that_steers_a_terminal():
    assert kept("response=c0ffeec0ffeec0ffeec0ffeec0ffee00 \x1b[2J") == ["response=[...] ?[2J"]


def test_process_masks_until_its_last_writer_ends_and_bounds_each_line(tmp_path):
    """Signals are for the engine: its last words come after them."""
    log = tmp_path / "log"
    code = (
        "import os, signal; from servicekit.maskedlog import stand_behind; stand_behind(); os.killpg(0, 0)\n"
        f"os.write(2, b'x' * 200000 + b'{NUMBER}\\nsecond {NUMBER}\\n'); os.write(1, b'last')"
    )
    with log.open("wb") as output:
        command = [sys.executable, "-c", code]
        subprocess.run(command, stdout=output, stderr=output, start_new_session=True, check=True)

    def lines() -> list[str]:
        return log.read_text().splitlines()

    deadline = os.times().elapsed + 10
    while "last" not in lines():
        assert os.times().elapsed < deadline, lines()
    assert [line[:9] for line in lines()] == ["xxxxxxxxx", "second 13", "last"]
    assert max(map(len, lines())) <= maskedlog.LINE_CHARACTERS and NUMBER not in log.read_text()
