"""Numbers in the forms that phones and carriers send, and who calls as a carrier tells it."""

from dataclasses import replace

import pytest
from edge_views import view_of
from hypothesis import given
from hypothesis import strategies as st

from callmodel.edgesnapshot import EdgeSnapshot, EdgeTrunk, Gateway
from callmodel.ids import E164, TrunkId
from callmodel.numbers import DiallingPlan, is_e164, plan_of_country
from edge_proxy import trunking
from edge_proxy.callers import Caller, Told, caller_of
from edge_proxy.decisions import Peer, PeerKind, Request, ToMediaNode
from edge_proxy.routing import decide_invite
from edge_proxy.telephones import Address, addresses_in, number_in, public_number

CHINA = DiallingPlan()
DID, MANILA_DID = "+862155550001", "+63281234567"
SOURCE = "192.0.2.10"
TRUNK = EdgeTrunk(TrunkId("t1"), (Gateway(SOURCE),), "t1.example", sources=(SOURCE,))
SNAPSHOT = EdgeSnapshot(domains={}, trunks=(TRUNK,), numbers=(E164(DID), E164(MANILA_DID)))
VIEW = view_of(SNAPSHOT)
CUSTOMER = "+8613912345678"


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("013812345678", "013812345678"),
        ("%2B86%20138", "+86138"),
        ("%2B8613812345678", "+8613812345678"),
        ("(021) 5555-0001", "02155550001"),
        ("+86-21-5555-0001", "+862155550001"),
        ("*72#", "*72#"),
        ("13812345678%23", "13812345678"),
        ("1001#", "1001"),
        ("12#34", "12#34"),
        ("110", "110"),
        ("+8613812345678;npdi;rn=+862155550000", "+8613812345678"),
        ("+8613812345678;rn=%2B862155550000;cic=+1-6789", "+8613812345678"),
        ("+8613812345678;cpc=ordinary;isup-oli=0", "+8613812345678"),
        ("2155550198;phone-context=+86", "+862155550198"),
        ("02155550198;phone-context=+86", "+862155550198"),
        ("5550198;phone-context=+86-21-5", "+862155550198"),
        ("55550198;Phone-Context=%2B8621", "+862155550198"),
        ("110;phone-context=+86", "110"),
        ("1001;phone-context=+86", "1001"),
        ("1001;phone-context=acme.example", "1001"),
        ("13812345678;phone-context=acme", "13812345678"),
        ("", None),
        ("alice", None),
        ("${EXTEN}", None),
        ("1" * 33, None),
        ("１００１", None),
        ("1001%0D%0AX:1", None),
        ("1001%3Bnpdi", None),
        ("+", None),
    ],
)
def test_number_is_what_a_telephone_can_mean(user: str, number: str | None):
    assert number_in(user) == number


@given(st.text(max_size=40))
def test_no_text_makes_a_number_that_no_phone_has(user: str):
    number = number_in(user)

    assert number is None or (number.isascii() and set(number) <= set("+0123456789*#"))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<sip:+8621@acme.test>", [Address("sip", "+8621", "acme.test")]),
        ('"A, <B>" <sip:1@A.test:5060;user=phone>;x=1', [Address("sip", "1", "a.test", ":5060;user=phone;x=1")]),
        ("<sip:1@a>, <tel:+86-139;npdi>", [Address("sip", "1", "a"), Address("tel", "+86-139;npdi", "")]),
        ("sip:1@[2001:db8::1]:5060;tag=x", [Address("sip", "1", "[2001:db8::1]", ":5060;tag=x")]),
        ("TEL:+86139", [Address("tel", "+86139", "", ";")]),
        ("<sip:a.test>", [Address("sip", "", "a.test")]),
        ("<sip:1:secret@a>", [Address("sip", "1", "a")]),
        ("", []),
    ],
)
def test_addresses_of_a_header(value: str, found: list[Address]):
    assert addresses_in(value) == found


@pytest.mark.parametrize("user", [DID, DID[1:], f"00{DID[1:]}", "02155550001", "2155550001", "+86-21-5555-0001"])
def test_carriers_write_our_number_in_many_ways(user: str):
    assert trunking.owned_number(VIEW, TRUNK, user) == DID


def test_a_number_is_read_as_where_hq_has_it_or_as_the_trunks_country_writes_it():
    chinese = replace(TRUNK, country_code="86")

    assert trunking.owned_number(VIEW, TRUNK, "0281234567") == MANILA_DID
    assert trunking.owned_number(VIEW, chinese, "0281234567") is None
    assert trunking.owned_number(VIEW, chinese, "+63281234567") == MANILA_DID


@pytest.mark.parametrize(
    ("user", "country", "number"),
    [
        ("013912345678", "86", "+8613912345678"),
        ("8613912345678", "86", "+8613912345678"),
        ("+14155550100", "86", "+14155550100"),
        ("09171234567", "63", "+639171234567"),
        ("639171234567", "63", "+639171234567"),
        ("2125550100", "1", "+12125550100"),
        ("12125550100", "1", "+12125550100"),
        ("85221234567", "852", "+85221234567"),
        ("21234567", "852", "+85221234567"),
        ("0612345678", "39", "+390612345678"),
        ("anonymous", "86", None),
        ("", "86", None),
        ("123", "86", None),
        ("+860139123456", "86", None),
        ("+86\uff11\uff13\uff1912345678", "86", None),
    ],
)
def test_a_customers_number_is_read_as_people_of_that_country_write_it(user: str, country: str, number: str | None):
    assert public_number(user, plan_of_country(country)) == number


@given(st.text("+0123456789 -%2B", max_size=24))
def test_a_customers_number_is_one_or_none(user: str):
    number = public_number(user, CHINA)

    assert number is None or is_e164(number)


def caller(told: Told, user: str = "anonymous", host: str = "c.example", *, trusted: bool = True) -> Caller:
    return caller_of(told, user, host, CHINA, trusted=trusted)


def test_the_network_says_who_an_anonymous_caller_is_and_it_stays_withheld():
    assert caller(Told(asserted=f"<sip:{CUSTOMER}@c>")) == Caller(CUSTOMER, withheld=True)
    assert caller(Told(asserted="<tel:+86-139-1234-5678>"), "x", "anonymous.invalid") == Caller(
        CUSTOMER, withheld=True
    )
    assert caller(Told()) == Caller(None, withheld=True)


def test_a_caller_whom_the_carrier_does_not_know_is_not_withheld():
    assert caller(Told(), "unknown") == Caller(None)
    assert caller(Told(asserted=f'"A, B" <sip:x@c>, <tel:{CUSTOMER}>'), "unknown") == Caller(CUSTOMER)


def test_what_the_network_asserts_comes_before_what_the_caller_says():
    assert caller(Told(asserted=f"<sip:{CUSTOMER}@c>"), "+8613000000000") == Caller(CUSTOMER)
    assert caller(Told(remote_party=f"<sip:{CUSTOMER}@c>;party=calling"), "x") == Caller(CUSTOMER)
    assert caller(Told(remote_party=f"<sip:{DID}@c>;party=called"), "013912345678") == Caller(CUSTOMER)


@pytest.mark.parametrize("privacy", ["id", "user", "header;critical", "user; id", "ID"])
def test_privacy_withholds_a_number_that_everybody_could_read(privacy: str):
    assert caller(Told(privacy=privacy), CUSTOMER) == Caller(CUSTOMER, withheld=True)


def test_privacy_none_and_session_withhold_nothing():
    assert caller(Told(privacy="none"), CUSTOMER) == Caller(CUSTOMER)
    assert caller(Told(privacy="session"), CUSTOMER) == Caller(CUSTOMER)
    assert caller(Told(remote_party=f"<sip:{CUSTOMER}@c>;privacy=full"), "x") == Caller(CUSTOMER, withheld=True)


def test_a_network_that_we_do_not_trust_asserts_nothing_but_privacy():
    told = Told(f"<sip:{CUSTOMER}@c>", f"<sip:{CUSTOMER}@c>", "id", f"<sip:{DID}@c>", f"<sip:{DID}@c?Reason=SIP>")

    assert caller(told, "013000000000", trusted=False) == Caller("+8613000000000", withheld=True)
    assert caller(told, trusted=False) == Caller(None, withheld=True)


@pytest.mark.parametrize(
    ("told", "by"),
    [
        (
            Told(diversion=f"<sip:{CUSTOMER}@c>;reason=unconditional;counter=2, <sip:{DID}@c>;reason=no-answer"),
            CUSTOMER,
        ),
        (Told(diversion=f"<tel:{CUSTOMER}>;reason=user-busy"), CUSTOMER),
        (Told(diversion=f"<sip:{CUSTOMER}@c>;privacy=full;reason=user-busy"), None),
        (Told(diversion="<sip:voicemail@c>"), None),
        (Told(history=f"<sip:{CUSTOMER}@c?Reason=SIP%3Bcause%3D302>;index=1, <sip:{DID}@h>;index=1.1"), CUSTOMER),
        (Told(history=f"<sip:{CUSTOMER}@c>;index=1, <sip:{DID}@h;cause=486>;index=1.1;mp=1"), CUSTOMER),
        (
            Told(
                history=f"<sip:+8610@a>;index=1,<sip:{CUSTOMER}@c;cause=302>;index=1.1,<sip:{DID}@h;cause=408>;index=1.2"
            ),
            CUSTOMER,
        ),
        (
            Told(
                history=f"<sip:{CUSTOMER}@c?Privacy=history&Reason=SIP%3Bcause%3D302>;index=1,<sip:{DID}@h>;index=1.1"
            ),
            None,
        ),
        (Told(history=f"<sip:{DID}@h>;index=1, <sip:{DID}@h;user=phone>;index=1.1;rc=1"), None),
        (Told(), None),
    ],
)
def test_whose_phone_sent_the_call_on(told: Told, by: str | None):
    assert caller(told, "013912345678").diverted_by == by


CALL = Request("INVITE", Peer(PeerKind.OUTSIDE, SOURCE), "013912345678", "c.example", target_user="02155550001")


def brought(**changes: object) -> ToMediaNode:
    decision = decide_invite(VIEW, CALL._replace(**changes))  # type: ignore[arg-type]
    assert isinstance(decision, ToMediaNode)
    return decision


def test_a_node_is_told_a_withheld_number_where_nobody_else_looks():
    decision = brought(from_user="anonymous", told=Told(asserted=f"<sip:{CUSTOMER}@c>", diversion=f"<sip:{DID}@c>"))

    assert decision.from_user == "anonymous"
    assert decision.vouched == (
        ("origin", "trunk"), ("trunk", "t1"), ("diverted", DID), ("withheld", "1"), ("number", CUSTOMER)
    )  # fmt: skip


def test_a_number_that_may_be_shown_is_the_callers_in_from():
    assert brought() == ToMediaNode(DID, (("origin", "trunk"), ("trunk", "t1")), CUSTOMER)
    assert brought(from_user="unknown").from_user == "anonymous"


def test_the_number_called_may_stand_in_p_called_party_id():
    decision = brought(target_user="t1", to_user="t1", told=Told(called_party=f"<sip:{DID}@hq>"))

    assert decision.target == DID


def test_each_country_of_ours_reads_its_callers():
    assert brought(target_user="0281234567", from_user="09171234567").from_user == "+639171234567"
