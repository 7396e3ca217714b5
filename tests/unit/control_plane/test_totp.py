"""Codes of authenticators: those of RFC 6238, each good once, and a clock that is a little off."""

from urllib.parse import parse_qs, urlsplit

import pytest

from control_plane.people.totp import PERIOD_MS, code_at, new_recovery_codes, otpauth_uri, secret_text, step_of

SECRET = b"12345678901234567890"
"""Of RFC 6238, appendix B, which has eight digits where we have six."""
NOW_MS = 1_234_567_890_000


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str):
    assert code_at(SECRET, seconds // 30) == code


@pytest.mark.parametrize(("off", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_period_off(off: int, is_good: bool):
    step = NOW_MS // PERIOD_MS + off

    assert (step_of(SECRET, code_at(SECRET, step), NOW_MS, 0) == step) is is_good


def test_a_code_is_good_once_and_so_are_those_before_it():
    step = NOW_MS // PERIOD_MS

    assert step_of(SECRET, code_at(SECRET, step), NOW_MS, used_step=step) is None
    assert step_of(SECRET, code_at(SECRET, step - 1), NOW_MS, used_step=step) is None
    assert step_of(SECRET, code_at(SECRET, step + 1), NOW_MS, used_step=step) == step + 1


@pytest.mark.parametrize("code", ["", "000000", "0059240", "００５９２４", "abcdef"])
def test_what_is_no_code_is_none(code: str):
    assert step_of(SECRET, code, NOW_MS, 0) is None


def test_an_authenticator_reads_the_uri():
    uri = urlsplit(otpauth_uri(SECRET, "li.na@acme"))

    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Trunkline%3Ali.na%40acme")
    assert parse_qs(uri.query)["secret"] == [secret_text(SECRET)] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]


def test_recovery_codes_are_many_and_all_different():
    codes = new_recovery_codes()

    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {12}
