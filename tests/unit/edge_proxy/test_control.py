"""Who may command an edge: where it listens for commands, and the token that each must bring."""

import hashlib
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from edge_proxy.config import EdgeSettings
from edge_proxy.launch import configuration_of, secrets_of
from edge_proxy.rendering import render_kamailio

TEMPLATE = (Path(__file__).resolve().parents[3] / "edge-proxy/kamailio/kamailio.cfg.in").read_text()


def settings(folder: Path, address: str = "203.0.113.10", **values: str) -> EdgeSettings:
    return EdgeSettings(edge_address=address, run_dir=folder, **values)


def test_commands_come_by_loopback_unless_told(tmp_path: Path):
    assert settings(tmp_path).control_address == "127.0.0.1"
    assert settings(tmp_path, "127.9.10.1").control_address == "127.9.10.1"
    assert settings(tmp_path, control_address="10.9.0.1").control_address == "10.9.0.1"


@pytest.mark.parametrize("address", ["203.0.113.10", "anywhere", "fd00::1"])
def test_commands_never_come_where_phones_do(tmp_path: Path, address: str):
    with pytest.raises(ValidationError, match=r"CONTROL_ADDRESS|an IPv4 address"):
        settings(tmp_path, control_address=address)


def test_an_edge_says_that_it_takes_no_ipv6_address(tmp_path: Path):
    with pytest.raises(ValidationError, match="an IPv4 address"):
        settings(tmp_path, "2001:db8::1")


def test_configuration_holds_the_tokens_hash_and_not_the_token(tmp_path: Path):
    configuration = configuration_of(settings(tmp_path))
    rendered = render_kamailio(TEMPLATE, configuration)

    assert configuration.rpc_token == json.loads((tmp_path / "edge-1" / "secrets.json").read_text())["rpc"]
    assert configuration.rpc_token not in rendered
    assert hashlib.sha256(f"Bearer {configuration.rpc_token}".encode()).hexdigest() in rendered


def test_token_is_another_for_each_edge_also_of_those_that_share_a_secret(tmp_path: Path):
    (tmp_path / "shared").write_text("5e" * 32)
    tokens = [
        secrets_of(settings(tmp_path, edge_id=edge, **shared))["rpc"]
        for edge in ("edge-1", "edge-2")
        for shared in ({}, {"edge_secret_file": str(tmp_path / "shared")})
    ]

    assert len(set(tokens)) == 4


def test_secrets_of_an_earlier_release_stay_and_get_a_token(tmp_path: Path):
    """Calls in progress go by them.  Whoever reads them first, Kamailio or rtpengine, adds the same."""
    earlier = {name: name[0].encode().hex() * 32 for name in ("nonce", "topology", "seal")}
    path = settings(tmp_path).secrets_file
    path.parent.mkdir()
    path.write_text(json.dumps(earlier))

    first, again = secrets_of(settings(tmp_path)), secrets_of(settings(tmp_path))

    assert first == again == json.loads(path.read_text()) and earlier.items() < first.items()
    assert path.stat().st_mode & 0o777 == 0o600
