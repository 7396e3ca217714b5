"""Screening, media flags, rendering, node book, state file, carrier registrations."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from edge_views import view_of

from callmodel.codec import to_wire
from callmodel.edgesnapshot import EdgeSnapshot, EdgeTrunk, Gateway, NodeHealth, TrunkCredentials, tables_of
from callmodel.entries import PLATFORM_PART
from callmodel.ids import NodeId, TenantId, TrunkId
from edge_proxy import media, screening, view
from edge_proxy.carrierregistrations import registrations_of
from edge_proxy.config import EdgeSettings
from edge_proxy.decisions import Reject
from edge_proxy.dispatching import NodeBook, uris_in
from edge_proxy.hops import Found, Hop
from edge_proxy.launch import configuration_of, script_environment
from edge_proxy.rendering import (
    KNOWN_SET,
    MEDIA_SET,
    SPARE_SET,
    EdgeConfiguration,
    TlsFiles,
    branch_host,
    render_kamailio,
    render_tls,
    rtpengine_arguments,
    site_of_branch_host,
)
from edge_proxy.trunkbook import TrunkBook
from edge_proxy.view import ADDRESS, ADDRESSES_PART, LOOK_SECONDS, StateFile
from kamailio_helpers.templates import Destination, TemplateError, render_dispatcher
from servicekit.snapshotcopy import Part, SnapshotCopy

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = (ROOT / "edge-proxy/kamailio/kamailio.cfg.in").read_text()
SECRET = "0123456789abcdef" * 4
TLS = TlsFiles("/etc/tl/cert.pem", "/etc/tl/key.pem", "/etc/tl/ca.pem")
HQ = EdgeConfiguration(
    role="hq",
    address="203.0.113.10",
    control_address="127.0.0.1",
    rpc_token="c" * 64,
    platform_domain="trunkline.test",
    run="/run/trunkline/hq",
    script="/srv/route.py",
    modules="/usr/lib/kamailio",
    nonce_secret=SECRET,
    topology_secret=SECRET,
)


# -- screening


def screened(user_agent: str = "Yealink", **values):
    return screening.screen(user_agent, **{"banned": False, "trusted": False, "size_bytes": 900, **values})


def test_scanners_offend_and_the_banned_are_ignored():
    assert screened("friendly-scanner") == screening.Offend(screening.SCANNER)
    assert screened("SIPVicious/0.3") == screening.Offend(screening.SCANNER)
    assert screened(banned=True) == screening.IGNORE
    assert screened() == screening.LISTEN


def test_those_we_trust_are_never_banned_and_never_oversized():
    assert screened("friendly-scanner", trusted=True) == screening.LISTEN
    assert screened(trusted=True, size_bytes=20_000) == Reject(513, "Message Too Large")


def test_an_offence_hits_only_whom_it_surely_comes_from_and_who_lives_alone():
    assert screening.is_punished(proven=True, spared=False)
    assert not screening.is_punished(proven=False, spared=False)
    assert not screening.is_punished(proven=True, spared=True)


def test_flood_limit_fits_into_kamailio_s_counter(tmp_path):
    needed = {"edge_address": "203.0.113.10", "run_dir": tmp_path}

    most = EdgeSettings(**needed, flood_requests_per_second=32_000).flood_requests_per_second
    assert most * 2 < 2**16, "pike counts the requests of two seconds in 16 bits"
    with pytest.raises(ValueError, match="32000"):
        EdgeSettings(**needed, flood_requests_per_second=32_001)


@pytest.mark.parametrize(("allowed", "taken"), [(65_536, 8_192), (4_096, 3_072), (1_024, 512)])
def test_an_edge_takes_no_more_connections_than_files_may_be_open(tmp_path, monkeypatch, allowed, taken):
    monkeypatch.setattr("resource.getrlimit", lambda _: (1_024, allowed))
    settings = EdgeSettings(edge_address="203.0.113.10", run_dir=tmp_path)
    given = json.loads(script_environment(settings)["EDGE_SCRIPT_SETTINGS"])

    assert configuration_of(settings).connections == taken
    assert given["strangers"] == taken // 2
    assert given["stream_ports"] == [5060, 5061, 5062], "where a branch connects from is no listener"


def test_a_socket_has_as_many_workers_as_can_run_at_once_and_never_just_one(tmp_path, monkeypatch):
    def workers(processors: int, **told: int) -> int:
        monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(processors)))
        return configuration_of(EdgeSettings(edge_address="203.0.113.10", run_dir=tmp_path, **told)).workers

    assert (workers(1), workers(2), workers(8), workers(2, edge_workers=5)) == (2, 2, 8, 5)


# -- media

PLAIN = "m=audio 4000 RTP/AVP 0 8 101\r\n"


def test_offer_is_turned_into_what_the_other_side_speaks():
    assert "RTP/SAVP" in media.offer_flags(media.SRTP, PLAIN)
    assert "RTP/AVP" in media.offer_flags(media.RTP, PLAIN)
    assert "RTP/" not in media.answer_flags(media.RTP, media.RTP)
    assert all(
        "ICE=remove" in flags
        for flags in (
            media.offer_flags(media.RTP, PLAIN),
            media.answer_flags(media.RTP, media.SRTP),
        )
    )


@pytest.mark.parametrize(
    ("spoken", "offered"),
    [
        ((media.RTP,), media.RTP),
        ((media.SRTP, media.SRTP), media.SRTP),
        ((media.RTP, media.SRTP), media.OPTIONAL),
        ((media.SRTP, media.OPTIONAL), media.OPTIONAL),
        ((media.WEBRTC, media.SRTP), media.WEBRTC),
        ((media.SRTP, media.WEBRTC), media.SRTP),
    ],
)
def test_an_offer_to_all_phones_of_a_station_can_be_turned_for_each(spoken, offered):
    assert media.offer_for_all(spoken) is offered
    rung = [each for each in spoken if each is offered or (offered, each) in media.TURNED]
    assert set(rung) == set(spoken) or media.WEBRTC in spoken


def test_browser_gets_ice_and_dtls_and_everybody_else_neither():
    offered = media.offer_flags(media.WEBRTC, PLAIN)
    answered = media.answer_flags(media.WEBRTC, media.RTP)
    for flags in (offered, answered):
        assert "ICE=force" in flags and "UDP/TLS/RTP/SAVPF" in flags and "SDES-off" in flags
        assert "DTLS=off" not in flags

    assert "DTLS=off" in media.offer_flags(media.RTP, PLAIN)
    # The browser's own answer brings a fingerprint, which must count.
    from_browser = media.answer_flags(media.RTP, media.WEBRTC)
    assert "ICE=remove" in from_browser and "DTLS=off" not in from_browser


def test_keys_that_need_padding_have_it():
    for flags in (media.offer_flags(media.SRTP, PLAIN), media.answer_flags(media.SRTP, media.RTP)):
        assert "pad-crypto" in flags


def test_only_a_browser_may_speak_opus_and_only_where_it_has_nothing_else():
    both, opus = (f"m=audio 9 UDP/TLS/RTP/SAVPF {formats}\r\n" for formats in ("111 63 9 0 8 13", "111"))

    assert "transcode-opus" in media.offer_flags(media.WEBRTC, PLAIN)
    assert "transcode-PCMA" in media.offer_flags(media.SRTP, opus)
    assert "strip-opus" in media.offer_flags(media.RTP, both)
    assert "transcode" not in media.offer_flags(media.RTP, both)
    assert "opus" not in media.offer_flags(media.RTP, PLAIN)


@pytest.mark.parametrize("hidden", ["c=IN IP4 0.0.0.0", "c=IN IP6 ::"])
def test_browser_that_hides_where_it_is_gets_an_address_and_a_hold_stays_one(hidden):
    ice = "a=ice-ufrag:V4WE\r\n"

    assert media.with_address(f"{hidden}\r\n{ice}", "198.51.100.7") == f"c=IN IP4 198.51.100.7\r\n{ice}"
    assert media.with_address(f"c=IN IP4 192.0.2.1\r\n{ice}", "198.51.100.7") == f"c=IN IP4 192.0.2.1\r\n{ice}"
    assert media.with_address(f"{hidden}\r\na=sendonly\r\n", "198.51.100.7") == f"{hidden}\r\na=sendonly\r\n"


@pytest.mark.parametrize(
    ("formats", "told"),
    [
        ("0 101", "0 101 8"),
        ("8", "8 0"),
        ("0 8 101", "0 8 101"),
        ("8 0", "8 0"),
        ("111 101", "111 101"),
        ("18", "18"),
    ],
)
def test_early_answer_leaves_room_for_the_other_codec(formats: str, told: str):
    sdp = "v=0\r\nm=audio 4000 RTP/AVP {}\r\na=rtpmap:101 telephone-event/8000\r\n"

    assert media.with_both_codecs(sdp.format(formats)) == sdp.format(told)
    assert media.with_both_codecs("v=0\r\n") == "v=0\r\n"


def test_protection_is_read_from_the_offer():
    assert media.offered_protection("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\n") is media.WEBRTC
    assert media.offered_protection("v=0\r\nm=audio 9 RTP/SAVP 0\r\n") is media.SRTP
    assert media.offered_protection("v=0\r\nm=audio 9 RTP/AVP 0\r\n") is media.RTP
    keyed = "v=0\r\nm=audio 9 RTP/AVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"
    assert media.offered_protection(keyed) is media.OPTIONAL


def test_no_offer_holds_a_suite_that_does_not_encrypt_and_keys_beside_plain_rtp_are_few():
    for toward in (media.SRTP, media.OPTIONAL):
        assert {"SDES-no-NULL_HMAC_SHA1_80", "SDES-no-NULL_HMAC_SHA1_32"} <= set(
            media.offer_flags(toward, PLAIN).split()
        )
    beside = media.offer_flags(media.OPTIONAL, PLAIN)
    assert "transport-protocol" not in beside and " RTP/AVP OSRTP-offer " in beside
    assert "SDES-no-AES_CM_128_HMAC_SHA1_80" not in beside.split()


# -- rendering


def test_templates_get_all_that_they_ask_for():
    hq = render_kamailio(TEMPLATE, replace(HQ, tls=TLS))
    branch = render_kamailio(TEMPLATE, replace(HQ, role="branch", site_id="branch-1", tls=TLS))

    assert "#!define ROLE_HQ" in hq and 'listen=tls:203.0.113.10:5061 name "siptls"' in hq
    assert "#!define ROLE_BRANCH" in branch and 'alias="branch-1.branch.trunkline.test"' in branch
    assert "enable_tls" not in render_kamailio(TEMPLATE, HQ)


@pytest.mark.parametrize(
    "values",
    [
        {"role": "both"},
        {"address": "203.0.113.10\nlisten=udp:0.0.0.0:5060"},
        {"address": "edge.example"},
        {"platform_domain": 'x"\nloadmodule "exec.so'},
        {"run": '/run/x"; exec("id")'},
        {"run": "relative"},
        {"run": "/run/$(id)"},
        {"script": "/srv/route.py\n"},
        {"modules": "/usr/lib/a b"},
        {"nonce_secret": "short"},
        {"sip_port": 0},
        {"rpc_port": 70000},
        {"rtp_range": (30000, 30001)},
        {"workers": 0},
        {"role": "branch", "site_id": "b1"},
        {"role": "branch", "site_id": 'b1"', "tls": TLS},
        {"tls": TlsFiles("/a\n/b", "/k", "/c")},
    ],
)
def test_nothing_that_could_inject_enters_a_configuration(values):
    with pytest.raises(TemplateError):
        replace(HQ, **values)


def test_destination_that_is_none_is_refused():
    assert render_dispatcher(
        [Destination(1, "sip:10.0.0.1:5060"), Destination(2, "sip:hq.example:5061;transport=tls", 9)]
    ) == ("1 sip:10.0.0.1:5060 0 0\n2 sip:hq.example:5061;transport=tls 0 9\n")
    for uri in (
        "notasip",
        "sip:10.0.0.1",
        "sip:10.0.0.1:5060 0 0\n1 sip:evil:1",
        "sip:a:99999",
        "sip:a:1;transport=x",
    ):
        with pytest.raises(TemplateError):
            render_dispatcher([Destination(1, uri)])


def test_tls_file_and_rtpengine_arguments():
    template = (ROOT / "edge-proxy/kamailio/tls.cfg.in").read_text()
    text = render_tls(template, replace(HQ, tls=TLS))

    assert "private_key = /etc/tl/key.pem" in text and "require_certificate = no" in text
    assert "verify_certificate = no" not in text
    for_browsers = render_tls(template, replace(HQ, tls=TLS, wss_port=5443, wss_files=("/etc/w.pem", "/etc/w.key")))
    assert "[server:203.0.113.10:5443]\nmethod = TLSv1.2+\nprivate_key = /etc/w.key" in for_browsers
    assert "--interface=203.0.113.10" in rtpengine_arguments(HQ)
    assert "--listen-ng=127.0.0.1:2223" in rtpengine_arguments(HQ)


def test_symbolic_name_of_a_branch_goes_both_ways():
    assert site_of_branch_host(branch_host("branch-1", "trunkline.test"), "trunkline.test") == "branch-1"
    assert site_of_branch_host("branch-1.branch.other.test", "trunkline.test") is None
    assert site_of_branch_host("10.0.0.1", "trunkline.test") is None


# -- nodes


def health(host: str, *, draining: bool = False) -> NodeHealth:
    return NodeHealth(NodeId(host), f"{host}:5060", 100, 0, draining, 0)


def groups(book: NodeBook, now: float) -> dict[str, int]:
    return {destination.uri: destination.group for destination in book.destinations(now)}


def test_draining_and_silent_nodes_stay_known():
    book = NodeBook()
    book.hear([health("10.0.0.1"), health("10.0.0.2", draining=True)], 100.0)

    assert groups(book, 101.0) == {"sip:10.0.0.1:5060": MEDIA_SET, "sip:10.0.0.2:5060": KNOWN_SET}
    assert groups(book, 104.0)["sip:10.0.0.1:5060"] == KNOWN_SET
    book.hear([health("10.0.0.1")], 105.0)
    assert groups(book, 105.0)["sip:10.0.0.1:5060"] == MEDIA_SET
    assert groups(book, 9999.0) == {}


def test_a_full_node_gets_no_new_calls_until_it_has_room():
    book = NodeBook()
    book.hear([health("10.0.0.1"), replace(health("10.0.0.2"), capacity=30, calls=30)], 100.0)

    assert groups(book, 100.0) == {"sip:10.0.0.1:5060": MEDIA_SET, "sip:10.0.0.2:5060": KNOWN_SET}
    book.hear([replace(health("10.0.0.2"), capacity=30, calls=29)], 101.0)
    assert groups(book, 101.0)["sip:10.0.0.2:5060"] == SPARE_SET


def test_the_emptiest_nodes_share_new_calls_and_a_fuller_one_helps_out():
    calls = {"10.0.0.1": 20, "10.0.0.2": 24, "10.0.0.3": 30}
    book = NodeBook()
    book.hear([replace(health(host), calls=count) for host, count in calls.items()], 0.0)
    assert set(groups(book, 0.0).values()) == {MEDIA_SET, SPARE_SET}
    assert groups(book, 0.0)["sip:10.0.0.3:5060"] == SPARE_SET

    book.hear([replace(health("10.0.0.1"), calls=26)], 1.0)
    book.hear([replace(health("10.0.0.2"), calls=26)], 1.0)
    assert set(groups(book, 1.0).values()) == {MEDIA_SET}


def test_load_is_a_share_of_what_a_node_can_carry():
    book = NodeBook()
    book.hear([replace(health("10.0.0.1"), capacity=20, calls=10), replace(health("10.0.0.2"), calls=40)], 0.0)

    assert groups(book, 0.0) == {"sip:10.0.0.1:5060": SPARE_SET, "sip:10.0.0.2:5060": MEDIA_SET}


def test_when_the_emptiest_dies_the_fuller_ones_take_its_place():
    book = NodeBook()
    book.hear([health("10.0.0.1"), replace(health("10.0.0.2"), calls=50)], 0.0)
    book.hear([replace(health("10.0.0.2"), calls=50)], 4.0)

    assert groups(book, 4.0) == {"sip:10.0.0.1:5060": KNOWN_SET, "sip:10.0.0.2:5060": MEDIA_SET}


def test_nodes_of_an_earlier_life_keep_serving_until_they_prove_silent():
    book = NodeBook(uris_in("1 sip:10.0.0.1:5060 0 0\n2 sip:10.0.0.2:5060 0 0\n"), 50.0)

    assert groups(book, 51.0) == {"sip:10.0.0.1:5060": MEDIA_SET, "sip:10.0.0.2:5060": MEDIA_SET}
    assert groups(book, 60.0) == {"sip:10.0.0.1:5060": KNOWN_SET, "sip:10.0.0.2:5060": KNOWN_SET}


def test_heartbeat_of_nonsense_is_passed_over():
    book = NodeBook()
    book.hear([replace(health("x"), sip="x:5060\n1 sip:evil:1")], 0.0)

    assert groups(book, 0.0) == {}


# -- state file


def kept(path: Path, version: int, snapshot: EdgeSnapshot) -> SnapshotCopy:
    copy = SnapshotCopy(path)
    copy.take([Part(PLATFORM_PART, version, json.dumps(tables_of(snapshot)))])
    copy.finish([PLATFORM_PART])
    return copy


def test_worker_knows_nothing_before_everything_has_come(tmp_path):
    path = tmp_path / "state.db"
    file = StateFile(str(path))
    assert not file.view(0.0).known
    SnapshotCopy(path).take([Part("tenant:a", 1, json.dumps(tables_of(EdgeSnapshot(domains={"a.test": "a"}))))])
    assert not file.view(1.0).known
    kept(path, 2, EdgeSnapshot(domains={"a.test": TenantId("a")}))
    assert file.view(2.0).known and file.view(2.0).has_domain("A.test")


def test_worker_looks_for_changes_twenty_times_a_second_and_remembers_in_between(tmp_path):
    path, carrier = tmp_path / "state.db", EdgeTrunk(TrunkId("t1"), (Gateway("192.0.2.1"),), "c.example")
    file = StateFile(str(path))
    copy = kept(path, 1, EdgeSnapshot(branches=("b-0",)))
    seen = file.view(1.0)
    assert (seen.has_branch("b-0"), seen.has_branch("b-1")) == (True, False)
    copy.take([Part(PLATFORM_PART, 2, json.dumps(tables_of(EdgeSnapshot(trunks=(carrier,), branches=("b-1",)))))])

    seen = file.view(1.0 + LOOK_SECONDS / 2)
    assert (seen.has_branch("b-0"), seen.has_branch("b-1")) == (True, False)
    assert not seen.trunks.is_carrier("192.0.2.1")
    seen = file.view(2.0)
    assert (seen.has_branch("b-0"), seen.has_branch("b-1")) == (False, True)
    assert seen.trunks.is_carrier("192.0.2.1")


def test_what_a_worker_remembers_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(view, "MOST_REMEMBERED", 2)
    known = view_of(EdgeSnapshot(branches=tuple(f"b-{number}" for number in range(5))))

    assert [known.has_branch(f"b-{number}") for number in (0, 1, 2, 3, 4, 5, 0)] == [True] * 5 + [False, True]
    assert len(known._remembered) <= 2
    assert not known.has_branch("x" * 101)
    assert ("branch", "x" * 101) not in known._remembered


def test_trunks_are_indexed_anew_only_when_they_changed(tmp_path):
    path, carrier = tmp_path / "state.db", EdgeTrunk(TrunkId("t1"), (Gateway("gw.example"),), "c.example")
    file, copy = StateFile(str(path)), kept(path, 1, EdgeSnapshot(trunks=(carrier,)))
    before = file.view(1.0)
    copy.take([Part("tenant:a", 2, json.dumps(tables_of(EdgeSnapshot(domains={"a.test": "a"}))))])
    after = file.view(2.0)
    assert after is not before and after.trunks is before.trunks

    found = Found(Gateway("gw.example"), (Hop("192.0.2.7"),), ("192.0.2.6",))
    addresses = {ADDRESS: {"older": {"name": "gw.example", "address": "192.0.2.9"}, "gw": to_wire(found)}}
    copy.take([Part(ADDRESSES_PART, 3, json.dumps(addresses))])
    seen = file.view(3.0).trunks
    assert seen.is_carrier("192.0.2.7") and seen.is_carrier("192.0.2.6") and not seen.is_carrier("192.0.2.9")
    assert [hop.address for hop in seen.hops_of(Gateway("gw.example"))] == ["192.0.2.7"]


def test_worker_turns_nobody_away_over_a_file_that_broke_and_reads_the_one_that_replaces_it(tmp_path):
    path, problems = tmp_path / "state.db", []
    file = StateFile(str(path), problems.append)
    kept(path, 1, EdgeSnapshot(domains={"a.test": TenantId("a")})).close()
    assert file.view(1.0).known
    (tmp_path / "new").write_text("{" * 10_000)
    (tmp_path / "new").replace(path)
    assert not file.view(2.0).known and not file.view(3.0).known
    assert len(problems) == 1

    kept(path, 2, EdgeSnapshot(domains={"a.test": TenantId("a")}))
    assert file.view(4.0).known and file.view(4.0).has_domain("a.test")


# -- carriers


def test_only_trunks_that_want_it_register_and_only_with_harmless_words():
    def trunk(name: str, **values) -> EdgeTrunk:
        known = {"credentials": TrunkCredentials("u", "r", "h"), "registers": True, **values}
        return EdgeTrunk(TrunkId(name), (Gateway("192.0.2.1"),), "c.example", **known)

    trunks = (
        trunk("t1"),
        trunk("t2", registers=False),
        trunk("t3", credentials=None),
        trunk("t4", credentials=TrunkCredentials("u u", "r", "h")),
    )
    wanted = registrations_of(TrunkBook(trunks))

    assert list(wanted) == ["t1"]
    assert wanted["t1"].proxy == "sip:192.0.2.1:5060;transport=udp"


# -- where it runs


def test_decisions_run_on_the_bare_interpreter():
    modules = "routing registration screening digest guessing bans trunking media rendering view trunkbook decisions"
    code = "; ".join(f"import edge_proxy.{name}" for name in [*modules.split(), "certificates", "dispatching"])
    bare = ["/usr/bin/python3", "-I", "-S", "-c", f"import sys; sys.path[:0] = {PATHS!r}; {code}"]

    assert subprocess.run(bare, capture_output=True, timeout=20).stderr == b""


PATHS = [str(ROOT / room) for room in ("edge-proxy", "control-plane", "infra")]
