"""Digest credentials, guessing, and bans as tables hold them."""

import base64
import hashlib

import pytest

from callmodel.edgebans import EdgeBan
from edge_proxy import bans, digest, guessing
from edge_proxy.digest import Challenge, Check, Credentials

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
OFFICE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
TARGET = "sip:13812345678@acme.example"
KAMAILIOS = base64.b64encode((2_000_000_000).to_bytes(4, "big") + bytes(25)).decode()
NONCE = digest.bind(KAMAILIOS, OFFICE, KEY)
GOOD = Credentials("1001", "acme.example", NONCE, TARGET, "0" * 32, "auth", "00000001", "c0ffee")


def examined(target: str = TARGET, address: str = OFFICE, **changed: str):
    return digest.examine(Credentials(**{**GOOD.__dict__, **changed}), target, address, KEY)


# -- credentials


def test_phone_that_answers_a_challenge_has_its_password_looked_at():
    assert examined() == Check()
    assert examined(qop="AUTH") == Check()


def test_who_brings_nothing_is_challenged():
    assert digest.examine(None, TARGET, OFFICE, KEY) == Challenge()


def test_answer_that_could_be_said_again_is_refused_with_a_reason():
    for missing in ("qop", "nc", "cnonce"):
        assert examined(**{missing: ""}) == digest.NO_QOP
    assert examined(qop="auth-int") == digest.NO_QOP


def test_answer_from_another_address_is_asked_for_anew_under_a_new_nonce():
    assert examined(address=ELSEWHERE) == Challenge(stale=True)
    assert examined(nonce=KAMAILIOS) == Challenge(stale=True)
    assert examined(nonce=digest.bind(KAMAILIOS, OFFICE, OTHER_KEY)) == Challenge(stale=True)
    assert examined(nonce="%%%") == Challenge(stale=True)
    assert examined(nc="0000000A") == Challenge(stale=True)


def test_answer_for_one_number_calls_no_other():
    assert examined(target="sip:0088213812345678@acme.example") == digest.OTHER_URI
    assert examined(target="sip:13812345678@other.example") == digest.OTHER_URI
    assert examined(uri="sip:acme.example") == digest.OTHER_URI
    assert examined(uri="") == digest.OTHER_URI


@pytest.mark.parametrize(
    "said",
    [
        f"{TARGET}:5060",
        f"{TARGET};transport=tcp",
        f"{TARGET};user=phone",
        f"{TARGET}?Subject=x",
        "sips:13812345678@ACME.example",
        "sip:1381234567%38@acme.example",
    ],
)
def test_uri_that_means_the_same_is_the_same(said: str):
    assert digest.is_same_target(said, TARGET) and digest.is_same_target(TARGET, said)


def test_uris_that_are_none_are_the_same_only_letter_by_letter():
    assert digest.is_same_target("tel:+8613812345678", "tel:+8613812345678")
    assert not digest.is_same_target("tel:+8613812345678", "tel:+8613812345679")
    assert not digest.is_same_target("sip:a@evil@acme.example", "sip:a@acme.example")


def test_header_is_read_as_every_reader_reads_it_or_not_at_all():
    header = 'Digest username="1001", realm="acme.example",nonce="n", uri="sip:x", response="r", qop=auth, nc=01'
    read = digest.parsed(header)

    assert read == Credentials("1001", "acme.example", "n", "sip:x", "r", "auth", "01")
    backslash = header.replace('"n"', '"n\\""')
    for twisted in (f'{header}, uri="sip:y"', f'{header}, URI="sip:y"', backslash, f"{header},,"):
        assert digest.parsed(twisted) is None
    assert digest.parsed("Basic abc") is None
    assert digest.parsed(header + ', opaque="' + "x" * digest.MOST_CHARACTERS + '"') is None


def test_credentials_of_our_realm_are_taken_among_others():
    ours, theirs = 'Digest username="1001", realm="acme.example"', 'Digest username="x", realm="carrier.example"'

    assert digest.for_realm([theirs, ours], "acme.example") == Credentials("1001", "acme.example")
    assert digest.for_realm([theirs], "acme.example") is None


def test_credentials_behind_others_that_a_laxer_reader_would_take_count_for_nothing():
    ours = 'Digest username="1001", realm="acme.example"'

    assert digest.for_realm([f"{ours},,", ours], "acme.example") is None
    shouted = digest.for_realm([ours.replace("acme", "ACME"), ours], "acme.example")
    assert shouted is not None and shouted.realm == "ACME.example"


def test_nonce_is_bound_to_its_address_and_ends():
    assert digest.is_bound(NONCE, OFFICE, KEY) and not digest.is_bound(NONCE, ELSEWHERE, KEY)
    assert digest.is_fresh(NONCE, 2_000_000_000) and not digest.is_fresh(NONCE, 2_000_000_001)


def test_nonce_is_found_beside_the_phones_own():
    assert digest.nonce_in('Digest cnonce="theirs", nonce="ours"') == "ours"
    assert digest.nonce_in('Digest cnonce="theirs"') == ""


def test_seal_of_a_nonce_is_moved_to_no_other_nonce():
    other = base64.b64encode(hashlib.sha256(b"other").digest()[: digest.NONCE_BYTES]).decode()
    seal = base64.b64decode(NONCE)[digest.NONCE_BYTES :]
    forged = base64.b64encode(base64.b64decode(other) + seal).decode()

    assert not digest.is_bound(forged, OFFICE, KEY)


def test_challenge_keeps_kamailios_nonce_for_its_count():
    made = digest.challenge_with("acme.example", f'x nonce="{KAMAILIOS}"', OFFICE, KEY, stale=True)

    assert made == f'Digest realm="acme.example", nonce="{NONCE}", qop="auth", stale=true'
    with pytest.raises(ValueError, match="without nonce"):
        digest.challenge_with("acme.example", "", OFFICE, KEY, stale=False)


# -- guessing


ALLOWED = 10
UNLUCKY, LUCKY = 0.9, 0.1


def checked(draw: float = UNLUCKY, **counted) -> bool:
    return guessing.is_checked(guessing.Standing(**counted), ALLOWED, draw)


def test_user_who_mistypes_is_checked_again_and_again():
    assert all(checked(of_account=count, of_address=count) for count in range(ALLOWED))


def test_many_addresses_together_get_no_more_guesses_than_one_but_for_a_share():
    assert not checked(of_account=ALLOWED)
    assert checked(LUCKY, of_account=ALLOWED)


def test_user_under_attack_signs_in_where_he_ever_has():
    assert checked(of_account=1_000_000, familiar=True)


def test_account_that_is_locked_out_at_an_address_is_checked_by_no_luck():
    assert not checked(LUCKY, familiar=True, locked=True)


def test_office_where_somebody_goes_through_accounts_serves_those_who_work_there():
    assert checked(of_address=ALLOWED + 1, familiar=True)
    assert not checked(LUCKY, of_address=ALLOWED + 1)


def test_failures_ban_an_address_where_nobody_lives():
    failed = {"of_pair": 1, "allowed": ALLOWED, "spared": False}
    assert guessing.after_failure(of_address=ALLOWED, **failed) is guessing.Sanction.NONE
    assert guessing.after_failure(of_address=ALLOWED + 1, **failed) is guessing.Sanction.BAN


def test_failures_lock_one_account_out_where_others_live():
    failed = {"of_address": 1000, "allowed": ALLOWED, "spared": True}
    assert guessing.after_failure(of_pair=ALLOWED, **failed) is guessing.Sanction.NONE
    assert guessing.after_failure(of_pair=ALLOWED + 1, **failed) is guessing.Sanction.LOCK


def test_name_of_an_account_fills_no_table():
    assert guessing.account_of("1001", "acme.example") == "1001@acme.example"
    assert len(guessing.account_of("1" * 5000, "acme.example")) == guessing.ACCOUNT_CHARACTERS


# -- bans


def test_bans_and_locks_are_told_with_who_why_since_and_until():
    banned = {ELSEWHERE: bans.sentence("flood", 1000, 300), "192.0.2.1": bans.sentence("scanner", 100, 300)}
    locked = {guessing.pair_of(OFFICE, "1002@acme.example"): bans.sentence("guessing", 1100, 300)}

    assert bans.read(banned, locked, now=1200.0) == (
        EdgeBan(OFFICE, "1002@acme.example", "guessing", 1_100_000, 1_400_000),
        EdgeBan(ELSEWHERE, "", "flood", 1_000_000, 1_300_000),
    )


def test_entry_that_nobody_can_read_is_passed_over():
    assert bans.read({OFFICE: "flood", ELSEWHERE: "flood x y"}, {}, now=0.0) == ()


def test_a_lift_takes_the_strikes_too_or_the_next_one_would_ban_again():
    assert (bans.BANNED, OFFICE) in bans.traces_of(OFFICE, "")
    assert ("strikes", OFFICE) in bans.traces_of(OFFICE, "")
    assert ("guesses", "1002@acme.example") in bans.traces_of(OFFICE, "1002@acme.example")


@pytest.mark.parametrize(
    ("familiar", "emergency", "checked"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_locked_account_may_call_for_help_where_it_is_at_home(familiar, emergency, checked):
    standing = guessing.Standing(familiar=familiar, locked=True)

    assert guessing.is_checked(standing, 10, 0.0, emergency=emergency) is checked
