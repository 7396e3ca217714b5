"""Who may register and call, and where calls go: requests in, decisions out."""

from dataclasses import replace

import pytest
from edge_views import KNOWS_NOTHING, places, view_of

from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway, MediaProtection
from callmodel.ids import E164, Extension, SiteId, TenantId, TrunkId
from callmodel.numbers import DiallingPlan, plan_of_country
from edge_proxy import registration, routing, screening, trunking
from edge_proxy.certificates import is_headquarters, site_of_certificate
from edge_proxy.decisions import (
    Authenticate,
    HqSeen,
    Peer,
    PeerKind,
    Reject,
    Request,
    SaveContact,
    ToHq,
    ToMediaNode,
    ToNextHqEdge,
    ToRoute,
    ToStation,
    ToTrunk,
)
from edge_proxy.trunkbook import TrunkBook

ACME, OTHER = "acme.test", "other.test"
DID = "+862155550001"
SOURCE = "192.0.2.10"


def station(extension: str, domain: str = ACME, tenant: str = "acme", site: str = "hq") -> EdgeStation:
    return EdgeStation(TenantId(tenant), domain, Extension(extension), f"ha1-{extension}", SiteId(site))


SNAPSHOT = EdgeSnapshot(
    version=3,
    domains={ACME: TenantId("acme"), OTHER: TenantId("other")},
    stations=(station("1001"), station("2001", site="branch-1"), station("1001", OTHER, "other")),
    trunks=(
        EdgeTrunk(
            TrunkId("t1"), (Gateway("gw.example"), Gateway(SOURCE, 5080, "tcp")), "t1.example", sources=(SOURCE,)
        ),
        EdgeTrunk(TrunkId("t2"), (), "t2.example", sources=("198.51.100.0/24", "no address")),
    ),
    numbers=(E164(DID),),
    branches=(SiteId("branch-1"),),
)
VIEW = view_of(SNAPSHOT)

OUTSIDE = Peer(PeerKind.OUTSIDE, "203.0.113.7")
NODE = Peer(PeerKind.NODE, "10.0.0.1")
BRANCH = Peer(PeerKind.BRANCH, "203.0.113.9", "branch-1")
HQ = Peer(PeerKind.HQ, "203.0.113.1")

DIALS = Request("INVITE", OUTSIDE, "1001", ACME, target_user="013812345678", target_domain=ACME)
REGISTERS = Request("REGISTER", OUTSIDE, "1001", ACME, "1001", ACME)


def code_of(decision: object) -> int:
    assert isinstance(decision, Reject)
    return decision.code


def registered(request: Request, *, branch_role: bool = False):
    return registration.decide_register(VIEW, request, branch_role=branch_role)


def test_phone_registers_after_its_digest():
    assert registered(REGISTERS) == Authenticate(ACME, "1001", "ha1-1001")
    assert registered(REGISTERS._replace(authenticated=True)) == SaveContact()
    assert registered(REGISTERS._replace(authenticated=True), branch_role=True) == SaveContact(forward=True)


def test_nobody_learns_which_extensions_exist():
    unknown = REGISTERS._replace(from_user="9999", to_user="9999")

    assert registered(unknown) == Authenticate(ACME, "9999", None)


def test_nobody_registers_for_somebody_else():
    assert code_of(registered(REGISTERS._replace(to_user="2001"))) == 403
    assert code_of(registered(REGISTERS._replace(to_domain=OTHER))) == 403
    assert registered(REGISTERS._replace(from_domain="x.test", to_domain="x.test")) == Reject(
        403, "Unknown Domain", strike=True
    )


def test_branch_registers_stations_of_its_own_site_only():
    own = Request("REGISTER", BRANCH, "2001", ACME, "2001", ACME)

    assert registered(own) == SaveContact()
    assert code_of(registered(own._replace(to_user="1001"))) == 403
    assert code_of(registered(own._replace(peer=BRANCH._replace(site_id="branch-9")))) == 403


@pytest.mark.parametrize(
    ("asked", "granted"),
    [("", 120), ("0", 0), ("5", 30), ("300", 300), ("99999999999", 600), ("-1", 120), ("x", 120)],
)
def test_expiry_is_kept_within_bounds(asked, granted):
    assert registration.granted_expires(asked) == granted


def test_without_a_snapshot_nothing_is_decided():
    empty = KNOWS_NOTHING

    assert code_of(registration.decide_register(empty, REGISTERS, branch_role=False)) == 503
    assert code_of(routing.decide_invite(empty, DIALS)) == 503
    assert code_of(routing.decide_branch_invite(empty, DIALS, site_id="b", hq=HqSeen(alive=True))) == 503


def test_station_that_dials_goes_to_a_media_node():
    assert routing.decide_invite(VIEW, DIALS) == Authenticate(ACME, "1001", "ha1-1001")

    decision = routing.decide_invite(VIEW, DIALS._replace(authenticated=True))

    assert decision == ToMediaNode(
        "013812345678",
        (
            ("origin", "station"),
            ("tenant", "acme"),
            ("station", "1001"),
            ("site", "hq"),
        ),
    )


def test_tenants_do_not_reach_each_other():
    foreign = DIALS._replace(authenticated=True, target_domain=OTHER)

    assert code_of(routing.decide_invite(VIEW, foreign)) == 403


@pytest.mark.parametrize(
    ("identity", "wanted"),
    [
        ("", None),
        ("<sip:+862155550001@acme.test>", "+862155550001"),
        ('"Sales" <sip:+86-21-5555-0001@acme.test>', "+862155550001"),
        ("<tel:+862155550001>", "+862155550001"),
        ("<sip:1001@acme.test>", None),
        ("sip:anonymous@anonymous.invalid", None),
        ("<sip:+8621\r\nX-Evil: 1@acme.test>", None),
    ],
)
def test_caller_number_that_the_phone_asks_for(identity, wanted):
    decision = routing.decide_invite(VIEW, DIALS._replace(authenticated=True, preferred_identity=identity))

    assert isinstance(decision, ToMediaNode)
    assert dict(decision.vouched).get("caller") == wanted


def test_branch_speaks_for_its_own_stations_only():
    call = Request(
        "INVITE", BRANCH, "2001", ACME, target_user="1001", target_domain=ACME, station="2001", site="branch-1"
    )

    assert isinstance(routing.decide_invite(VIEW, call), ToMediaNode)
    assert code_of(routing.decide_invite(VIEW, call._replace(station="1001", from_user="1001"))) == 403
    assert code_of(routing.decide_invite(VIEW, call._replace(from_user="2002"))) == 403
    assert code_of(routing.decide_invite(VIEW, call._replace(site="branch-2"))) == 403


def test_carrier_brings_calls_to_our_numbers_only():
    call = Request("INVITE", Peer(PeerKind.OUTSIDE, SOURCE), "013912345678", "c.example", target_user="02155550001")

    assert routing.decide_invite(VIEW, call) == ToMediaNode(
        DID, (("origin", "trunk"), ("trunk", "t1")), "+8613912345678"
    )
    assert code_of(routing.decide_invite(VIEW, call._replace(target_user="02155559999"))) == 404
    assert routing.decide_invite(VIEW, call._replace(peer=OUTSIDE)) == Reject(403, "Forbidden", strike=True)


def test_carrier_that_calls_the_registered_contact_names_the_number_in_to():
    peer = Peer(PeerKind.OUTSIDE, "198.51.100.77")
    call = Request("INVITE", peer, "anonymous", "anonymous.invalid", "862155550001", "hq", "t2", "hq")

    assert routing.decide_invite(VIEW, call) == ToMediaNode(
        DID, (("origin", "trunk"), ("trunk", "t2"), ("withheld", "1")), "anonymous"
    )


def test_a_call_that_asks_for_another_goes_to_whichever_node_has_it():
    link = "media-1~call-3~1001~dialog~~~~~"
    asked = Request("INVITE", NODE, target_user="1001", target="link", tenant=ACME, link=link)

    assert routing.decide_invite(VIEW, asked) == ToMediaNode(
        "1001", (("origin", "link"), ("tenant", ACME), ("link", link)), any_node=True
    )


@pytest.mark.parametrize("kind", [PeerKind.OUTSIDE, PeerKind.BRANCH, PeerKind.EDGE])
def test_only_a_media_node_asks_for_a_call(kind):
    asked = DIALS._replace(authenticated=True, peer=Peer(kind, "10.0.0.9", "b1"), target="link", link="a~b~c~d~~~~~")

    decision = routing.decide_invite(VIEW, asked)

    assert dict(getattr(decision, "vouched", ())).get("origin") != "link"


def test_media_node_rings_a_station_or_calls_out():
    ring = Request("INVITE", NODE, target_user="1001", target_domain=ACME, target="station", tenant="acme")
    out = Request("INVITE", NODE, target_user="+8613812345678", target="trunk", trunk="t1", caller=DID)

    assert routing.decide_invite(VIEW, ring) == ToStation("1001", ACME, MediaProtection.RTP)
    assert code_of(routing.decide_invite(VIEW, ring._replace(tenant="other"))) == 404
    assert code_of(routing.decide_invite(VIEW, ring._replace(target_user="9999"))) == 404
    assert routing.decide_invite(VIEW, out) == ToTrunk("t1", "+8613812345678", DID, "t1.example")
    assert code_of(routing.decide_invite(VIEW, out._replace(trunk="t9"))) == 503
    assert code_of(routing.decide_invite(VIEW, out._replace(trunk="t2"))) == 503
    assert code_of(routing.decide_invite(VIEW, out._replace(caller="1001"))) == 403
    assert code_of(routing.decide_invite(VIEW, out._replace(target_user="evil"))) == 484
    assert code_of(routing.decide_invite(VIEW, out._replace(target_user="13812345678"))) == 484
    assert routing.decide_invite(VIEW, out._replace(target_user="10086")) == ToTrunk("t1", "10086", DID, "t1.example")
    assert code_of(routing.decide_invite(VIEW, out._replace(target="nowhere"))) == 400


def test_branch_sends_its_calls_up_and_serves_itself_without_headquarters():
    dials = DIALS._replace(authenticated=True)

    def decide(request: Request, *, hq_alive: bool):
        return routing.decide_branch_invite(VIEW, request, site_id="branch-1", hq=HqSeen(hq_alive))

    assert decide(DIALS, hq_alive=True) == Authenticate(ACME, "1001", "ha1-1001")
    up = ToHq((("station", "1001"), ("site", "branch-1")))
    assert decide(dials, hq_alive=True) == up
    assert code_of(decide(dials, hq_alive=False)) == 503
    assert decide(dials._replace(target_user="2001"), hq_alive=False) == ToStation("2001", ACME, MediaProtection.RTP)
    down = Request("INVITE", HQ, to_user="2001", to_domain=ACME)
    assert decide(down, hq_alive=True) == ToRoute(MediaProtection.RTP)
    assert code_of(decide(down._replace(to_user="9999"), hq_alive=True)) == 404
    assert code_of(decide(dials._replace(peer=BRANCH), hq_alive=True)) == 403


CALLS_COLLEAGUE = DIALS._replace(authenticated=True, target_user="2001")
COLLEAGUE = ToStation("2001", ACME, MediaProtection.RTP)


def test_branch_does_not_wait_for_a_quiet_headquarters_with_a_call_to_a_colleague():
    def decide(request: Request, quiet_seconds: float):
        seen = HqSeen(alive=True, quiet_seconds=quiet_seconds)
        return routing.decide_branch_invite(VIEW, request, site_id="branch-1", hq=seen)

    assert isinstance(decide(CALLS_COLLEAGUE, 1.1), ToHq)
    assert decide(CALLS_COLLEAGUE, 3.0) == COLLEAGUE
    assert isinstance(decide(DIALS._replace(authenticated=True), 3.0), ToHq)


def test_call_that_headquarters_did_not_take_goes_to_the_colleague_only_if_it_said_nothing_at_all():
    def ways(request: Request, *, answered: bool, heard: bool):
        return routing.ways_without_hq(VIEW, request, answered=answered, heard=heard)

    outside = DIALS._replace(authenticated=True)
    for heard in (True, False):
        assert ways(CALLS_COLLEAGUE, answered=True, heard=heard) == (ToNextHqEdge(), routing.UNREACHABLE)
        assert ways(outside, answered=False, heard=heard) == (ToNextHqEdge(), routing.UNREACHABLE)
    assert ways(CALLS_COLLEAGUE, answered=False, heard=True) == (ToNextHqEdge(), COLLEAGUE)
    assert ways(CALLS_COLLEAGUE, answered=False, heard=False) == (COLLEAGUE,)


def test_branch_does_not_ring_again_for_a_call_that_headquarters_took_too_late():
    def decide(*, rung_here: bool):
        ring = Request("INVITE", HQ, to_user="2001", to_domain=ACME)
        return routing.decide_branch_invite(VIEW, ring, site_id="branch-1", hq=HqSeen(True), rung_here=rung_here)

    assert decide(rung_here=False) == ToRoute(MediaProtection.RTP)
    assert code_of(decide(rung_here=True)) == 486


@pytest.mark.parametrize(
    ("code", "reason", "silent", "another"),
    [
        (408, "", True, True),
        (500, "", False, True),
        (503, "Q.850;cause=42", False, True),
        (503, "Q.850;cause=34", False, False),
        (503, 'SIP;cause=503, Q.850 ;cause=34;text="x"', False, False),
        (486, "", False, False),
    ],
)
def test_another_node_is_tried_only_where_no_conductor_took_the_call(code, reason, silent, another):
    assert routing.tries_next_node(code, reason, silent=silent) is another


def test_gateways_are_tried_in_order_and_without_an_address_passed_over():
    trunk = SNAPSHOT.trunks[0]
    resolved = TrunkBook(SNAPSHOT.trunks, places((Gateway("gw.example"), "192.0.2.1")))

    first = trunking.attempt_at(resolved, trunk, DID, "call-1")
    second = trunking.attempt_at(resolved, trunk, DID, "call-1", [first.next_hop])
    known_alone = trunking.attempt_at(VIEW.trunks, trunk, DID, "call-1")

    assert first and (first.place, first.target_uri, first.next_hop) == (
        1, f"sip:{DID}@gw.example:5060", "sip:192.0.2.1:5060;transport=udp"
    )  # fmt: skip
    assert second and (second.place, second.next_hop) == (2, f"sip:{SOURCE}:5080;transport=tcp")
    assert known_alone and known_alone.next_hop == second.next_hop
    assert trunking.attempt_at(resolved, trunk, DID, "call-1", [first.next_hop, second.next_hop]) is None


@pytest.mark.parametrize(("code", "timed_out", "tries"), [
    (503, False, True), (500, False, True), (302, False, True), (407, False, True), (408, True, True),
    (486, False, False), (404, False, False), (603, False, False), (408, False, False),
])  # fmt: skip
def test_next_gateway_is_for_failures_of_the_carrier(code, timed_out, tries):
    assert trunking.tries_next_gateway(code, timed_out=timed_out) is tries


def test_certificate_speaks_for_one_site():
    def site(**values):
        return site_of_certificate(
            **{"verified": True, "common_name": "b1", "san_uri": "urn:trunkline:site:b1", **values}
        )

    assert site() == "b1"
    assert site(verified=False) is None
    assert site(common_name="b2") is None
    assert site(san_uri="urn:trunkline:site:b1;x") is None
    assert is_headquarters(verified=True, san_uri="")
    assert not is_headquarters(verified=True, san_uri="urn:trunkline:site:b1")
    assert not is_headquarters(verified=False, san_uri="")


@pytest.mark.parametrize(
    ("code", "has_sdp", "rings"),
    [(100, False, False), (180, False, True), (181, False, True), (182, False, True), (183, False, False),
     (183, True, True), (199, False, False)],
)  # fmt: skip
def test_a_gateway_rings_when_the_caller_hears_something(code, has_sdp, rings):
    assert trunking.is_ringing(code, has_sdp=has_sdp) is rings


HELP = DIALS._replace(authenticated=True, target_user="110")


@pytest.mark.parametrize("user", ["110", "+86110", "1-1-0", "%2B86110", "0086110"])
def test_a_call_for_help_is_known_as_one(user):
    decision = routing.decide_invite(VIEW, HELP._replace(target_user=user))

    assert isinstance(decision, ToMediaNode) and decision.any_node


@pytest.mark.parametrize("user", ["1001", "10086", "013812345678", "1100", "alice"])
def test_other_calls_are_not(user):
    assert not routing.is_emergency(VIEW, HELP._replace(target_user=user))


@pytest.mark.parametrize("method", ["ACK", "BYE", "MESSAGE", "REGISTER"])
def test_only_a_call_calls_for_help(method):
    assert routing.is_emergency(VIEW, HELP)
    assert not routing.is_emergency(VIEW, HELP._replace(method=method))


def test_what_is_dialled_for_help_follows_the_site_then_the_tenant():
    manila = replace(
        SNAPSHOT,
        dialling={TenantId("acme"): DiallingPlan()},
        site_dialling={SiteId("branch-1"): plan_of_country("63")},
    )
    view = view_of(manila)

    assert view.is_emergency(ACME, "1001", "119")
    assert not view.is_emergency(ACME, "2001", "119")
    assert view.is_emergency(ACME, "2001", "911")
    assert not view.is_emergency("nobody.test", "1001", "110")


def test_a_call_for_help_still_needs_a_known_station():
    assert routing.decide_invite(VIEW, HELP._replace(authenticated=False)) == Authenticate(ACME, "1001", "ha1-1001")
    assert code_of(routing.decide_invite(VIEW, HELP._replace(from_domain="nobody.test"))) == 403
    assert isinstance(routing.decide_invite(VIEW, HELP._replace(target_domain=OTHER)), ToMediaNode)


@pytest.mark.parametrize("kind", [PeerKind.OUTSIDE, PeerKind.BRANCH])
def test_an_edge_that_drains_keeps_a_call_for_help(kind):
    assert not screening.leaves_to_others(kind, "INVITE", registers=False, emergency=True)
    assert screening.leaves_to_others(kind, "INVITE", registers=False)


@pytest.mark.parametrize("method", ["INVITE", "MESSAGE", "ACK"])
def test_an_edge_that_drains_lets_pass_what_media_nodes_and_edges_send_but_for_questions_whether_it_lives(method):
    for kind in (PeerKind.NODE, PeerKind.EDGE):
        assert not screening.leaves_to_others(kind, method, registers=False)
        assert screening.leaves_to_others(kind, "OPTIONS", registers=False)
