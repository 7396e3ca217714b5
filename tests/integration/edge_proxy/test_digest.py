"""Credentials count once, for the address that was asked, for the number that was dialled."""

import contextlib

import pytest
from digest_probe import Account, ask, challenged, credentials, probe_at, request, signed_in
from edge_harness import DOMAIN, address

PHONE, THIEF = address("61.1"), address("61.2")
DIALLED, DEAR = f"sip:13812345678@{DOMAIN}", f"sip:0088213812345678@{DOMAIN}"
NO_NODE = 503
"""What a call gets that was let in: no media node answers in these tests."""


@pytest.fixture
async def phone():
    with contextlib.closing(await probe_at(PHONE)) as made:
        yield made


@pytest.fixture
async def thief():
    with contextlib.closing(await probe_at(THIEF)) as made:
        yield made


@pytest.mark.parametrize("left_out", ["qop", "nc", "cnonce"])
async def test_an_answer_without_count_is_refused_for_everybody(hq, phone, left_out):
    fields = dict.fromkeys(("qop", "nc", "cnonce") if left_out == "qop" else (left_out,), "")
    for account in (Account(), Account("9999", "guessed")):
        said = credentials(await challenged(phone, account=account), "REGISTER", account, **fields)
        answer = await ask(phone, request(phone, "REGISTER", f"sip:{DOMAIN}", account, said))

        assert (answer.status, answer.reason) == (403, "Digest Without qop=auth")


async def test_credentials_are_taken_once(hq, phone):
    said = credentials(await challenged(phone, "INVITE", uri=DIALLED), "INVITE", Account(), uri=DIALLED)

    assert (await ask(phone, request(phone, "INVITE", DIALLED, Account(), said), 3)).status == NO_NODE
    again = await ask(phone, request(phone, "INVITE", DIALLED, Account(), said))
    assert (again.status, again.challenge.get("stale")) == (407, "true")


async def test_nonce_serves_many_requests_that_are_counted(hq, phone):
    challenge = await challenged(phone)
    for count in range(1, 12):
        said = credentials(challenge, "REGISTER", Account(), nc=f"{count:08x}")
        assert (await ask(phone, request(phone, "REGISTER", f"sip:{DOMAIN}", Account(), said))).status == 200


async def test_credentials_of_another_address_are_asked_for_anew(hq, phone, thief):
    said = credentials(await challenged(phone, "INVITE", uri=DIALLED), "INVITE", Account(), uri=DIALLED)

    stolen = await ask(thief, request(thief, "INVITE", DIALLED, Account(), said))
    assert (stolen.status, stolen.challenge.get("stale")) == (407, "true")
    assert await hq.rpc.htable_get("strikes", THIEF) is None
    # The phone's own still count, and so does who has moved and knows the password.
    assert (await ask(phone, request(phone, "INVITE", DIALLED, Account(), said), 3)).status == NO_NODE
    moved = credentials(stolen.challenge, "INVITE", Account(), uri=DIALLED)
    assert (await ask(thief, request(thief, "INVITE", DIALLED, Account(), moved), 3)).status == NO_NODE


async def test_credentials_for_one_number_dial_no_other(hq, phone):
    said = credentials(await challenged(phone, "INVITE", uri=DIALLED), "INVITE", Account(), uri=DIALLED)

    answer = await ask(phone, request(phone, "INVITE", DEAR, Account(), said))
    assert (answer.status, answer.reason) == (403, "Digest For Another URI")
    assert await hq.rpc.htable_get("strikes", PHONE) is None


@pytest.mark.parametrize("said", [f"{DIALLED}:5060", f"{DIALLED};transport=udp", f"{DIALLED};user=phone"])
async def test_phone_that_writes_its_uri_a_little_differently_is_taken(hq, phone, said):
    answer = credentials(await challenged(phone, "INVITE", uri=DIALLED), "INVITE", Account(), uri=said)

    assert (await ask(phone, request(phone, "INVITE", DIALLED, Account(), answer), 3)).status == NO_NODE


async def test_nonce_that_is_not_ours_proves_nothing(hq, phone, thief):
    theirs = (await challenged(phone))["nonce"]
    for nonce in ("Zm9yZ2VkLW5vbmNl", "YQ==", "%%%", theirs[:40], theirs[:40] + "A" * 20):
        said = credentials({"nonce": nonce}, "REGISTER", Account(password="guessed"))
        answer = await ask(thief, request(thief, "REGISTER", f"sip:{DOMAIN}", Account(), said))
        assert answer.status == 401
    assert await hq.rpc.htable_get("strikes", THIEF) is None


async def test_what_two_readers_could_read_in_two_ways_is_no_answer(hq, phone):
    said = credentials(await challenged(phone), "REGISTER", Account())
    for twisted in (f'{said}, username="1002"', said.replace('username="', 'username="\\'), f"{said},,"):
        assert (await ask(phone, request(phone, "REGISTER", f"sip:{DOMAIN}", Account(), twisted))).status == 401


@pytest.mark.parametrize("twist", [lambda said: f"{said},,", lambda said: said.replace('realm="acme', 'realm="ACME')])
async def test_stolen_credentials_do_not_hide_behind_ones_own(hq, phone, thief, twist):
    """Two headers: if we looked at the one and Kamailio at the other, the one's address would vouch for the other."""
    stolen = credentials(await challenged(phone, "INVITE", uri=DIALLED), "INVITE", Account(), uri=DIALLED)
    guessed = Account(password="guessed")
    own = credentials(await challenged(thief, "INVITE", uri=DIALLED), "INVITE", guessed, uri=DIALLED)
    both = f"{twist(stolen)}\r\nProxy-Authorization: {own}"

    assert (await ask(thief, request(thief, "INVITE", DIALLED, Account(), both))).status == 407


async def test_phone_registers_and_its_home_is_known(hq, phone):
    assert (await signed_in(phone)).status == 200

    assert await hq.rpc.htable_get("homes", PHONE) is not None
    assert await hq.rpc.htable_get("familiar", f"{PHONE}|1001@{DOMAIN}") is not None
