"""Several edges at HQ: settings, shared keys, what the template gets, and who may pass calls on."""

from dataclasses import replace
from pathlib import Path

import pytest
from edge_views import view_of

from callmodel.edgesnapshot import EdgeSnapshot
from edge_proxy import peering, registration, routing
from edge_proxy.config import EdgeSettings
from edge_proxy.decisions import PassOn, Peer, PeerKind, Reject, Request
from edge_proxy.launch import configuration_of, secrets_of
from edge_proxy.rendering import render_kamailio
from kamailio_helpers.templates import TemplateError

TEMPLATE = (Path(__file__).resolve().parents[3] / "edge-proxy/kamailio/kamailio.cfg.in").read_text()
SECRET = "5e" * 32


def settings(folder: Path, **values: str) -> EdgeSettings:
    """Return the settings of an edge whose run folder is `folder`."""
    return EdgeSettings(edge_address="203.0.113.10", run_dir=folder, **values)


def of_two(folder: Path, secret: str = SECRET, **values: str) -> EdgeSettings:
    (folder / "edge-secret").write_text(secret + "\n")
    return settings(
        folder, edge_peers="203.0.113.11, 203.0.113.12:5074", edge_secret_file=str(folder / "edge-secret"), **values
    )


def test_peers_have_the_usual_port_unless_told(tmp_path):
    assert of_two(tmp_path).peers == ["203.0.113.11:5064", "203.0.113.12:5074"]
    assert settings(tmp_path).peers == []


def test_peers_need_a_secret_that_they_share(tmp_path):
    with pytest.raises(ValueError, match="EDGE_SECRET_FILE"):
        settings(tmp_path, edge_peers="203.0.113.11")


@pytest.mark.parametrize("secret", ["", "short", "x" * 64])
def test_shared_secret_that_is_none_stops_the_start(tmp_path, secret):
    with pytest.raises(TemplateError, match="shared secret"):
        secrets_of(of_two(tmp_path, secret))


def test_edges_with_one_secret_have_the_same_keys_and_one_for_each_purpose(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (secrets_of(of_two(tmp_path / name)) for name in ("one", "two"))

    assert one == two
    assert len(set(one.values())) == len(one)
    assert SECRET not in one.values()


def test_single_edge_has_neither_replication_nor_a_socket_for_others(tmp_path):
    rendered = render_kamailio(TEMPLATE, configuration_of(settings(tmp_path)))

    assert "#!define PEERS" not in rendered
    assert "dmqreplicate" not in rendered


def test_each_peer_is_told_to_replication(tmp_path):
    rendered = render_kamailio(TEMPLATE, configuration_of(of_two(tmp_path)))

    assert "#!define PEERS" in rendered
    assert 'listen=udp:203.0.113.10:5064 name "peer"' in rendered
    assert '"notification_address", "sip:203.0.113.11:5064"' in rendered
    assert '"notification_address", "sip:203.0.113.12:5074"' in rendered


def test_peer_that_could_end_a_line_is_refused(tmp_path):
    with pytest.raises(TemplateError):
        replace(configuration_of(of_two(tmp_path)), peers=('x"\nlisten=udp:0.0.0.0:1',))


def test_path_leads_to_where_the_phone_was_seen():
    assert peering.path_of("203.0.113.10", 5064, ("198.51.100.7", 4711, 1)) == (
        "<sip:203.0.113.10:5064;lr;received=198.51.100.7~4711~1>"
    )
    assert "[2001:db8::1]:5064" in peering.path_of("2001:db8::1", 5064, ("198.51.100.7", 4711, 1))


def test_transport_of_a_next_hop_is_udp_unless_told():
    assert peering.transport_of("sip:198.51.100.7:4711") == "udp"
    assert peering.transport_of("sip:198.51.100.7:4711;transport=TLS") == "tls"
    assert peering.transport_of("sip:198.51.100.7:4711;transport=wss") == "wss"


def test_another_edge_passes_calls_on_and_registers_nobody():
    view = view_of(EdgeSnapshot())
    request = Request("INVITE", Peer(PeerKind.EDGE, "203.0.113.11"))

    assert routing.decide_invite(view, request) == PassOn()
    assert isinstance(registration.decide_register(view, request, branch_role=False), Reject)


def test_websocket_is_off_unless_a_port_is_given_and_then_needs_origins(tmp_path):
    assert "#!define WEBSOCKET" not in render_kamailio(TEMPLATE, configuration_of(settings(tmp_path)))
    with pytest.raises(ValueError, match="WS_ORIGINS"):
        settings(tmp_path, sip_ws_port=8088)

    given = settings(tmp_path, sip_ws_port=8088, ws_origins="https://desk.example.com, http://localhost:3000")
    rendered = render_kamailio(TEMPLATE, configuration_of(given))
    assert 'listen=tcp:203.0.113.10:8088 name "ws"' in rendered
    assert 'name "wss"' not in rendered
    assert '"^(https://desk[.]example[.]com|http://localhost:3000)$"' in rendered


@pytest.mark.parametrize("origin", ['https://x" || 1==1', "desk.example.com", "https://a.example/path"])
def test_origin_that_is_none_is_refused(tmp_path, origin):
    with pytest.raises(TemplateError):
        configuration_of(settings(tmp_path, sip_ws_port=8088, ws_origins=origin))
