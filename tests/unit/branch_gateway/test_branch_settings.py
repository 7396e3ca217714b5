"""Settings of a branch, and the environment its edge processes get."""

from types import SimpleNamespace

import pytest

from branch_gateway.config import BranchSettings, split_probe
from branch_gateway.supervision import BACKOFF_SECONDS, STEADY_SECONDS, next_delay
from servicekit.settings import SettingsError, load

IDENTITY = SimpleNamespace(key_file="/id/key.pem", certificate_file="/id/cert.pem", authority_file="/id/ca.pem")


@pytest.fixture
def environment(monkeypatch, tmp_path):
    values = {
        "RUN_DIR": str(tmp_path / "run"),
        "SITE_ID": "shenyang",
        "BRANCH_API_URL": "https://hq.trunkline.test:8443/",
        "HQ_EDGES": "127.1.10.1:5061,127.1.10.2:5061",
        "EDGE_ADDRESS": "127.1.20.1",
        "ENROLMENT_TOKEN": "very-secret",
        "SIP_PORT": "5070",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"TRUNKLINE_{name}", value)
    return monkeypatch


def test_edge_processes_are_a_branch_with_our_identity_and_no_token(environment, tmp_path):
    programs = load(BranchSettings).programs(IDENTITY)

    assert [program.name for program in programs] == ["rtpengine", "kamailio", "agent"]
    env = programs[0].environment
    assert env["TRUNKLINE_EDGE_ROLE"] == "branch"
    assert env["TRUNKLINE_SNAPSHOT"] == f"file:{tmp_path}/run/edge-snapshot.json"
    assert env["TRUNKLINE_TLS_KEY"] == "/id/key.pem"
    assert env["TRUNKLINE_SIP_PORT"] == "5070", "what is the edge's own passes through"
    assert "very-secret" not in str(programs)


def test_token_shows_in_no_text_of_the_settings(environment):
    assert "very-secret" not in repr(load(BranchSettings))


def test_token_file_that_was_thrown_away_is_no_trouble(environment, tmp_path):
    environment.delenv("TRUNKLINE_ENROLMENT_TOKEN")
    environment.setenv("TRUNKLINE_ENROLMENT_TOKEN_FILE", str(tmp_path / "gone"))

    assert load(BranchSettings).read_token() is None


def test_token_file_is_read(environment, tmp_path):
    environment.delenv("TRUNKLINE_ENROLMENT_TOKEN")
    (tmp_path / "token").write_text("abc\n")
    environment.setenv("TRUNKLINE_ENROLMENT_TOKEN_FILE", str(tmp_path / "token"))

    assert load(BranchSettings).read_token() == "abc"


def test_plain_http_is_refused(environment):
    environment.setenv("TRUNKLINE_BRANCH_API_URL", "http://hq.trunkline.test")

    with pytest.raises(SettingsError, match="https://"):
        load(BranchSettings)


def test_line_is_probed_at_the_first_edge_unless_told_otherwise(environment):
    assert load(BranchSettings).probe_target == ("tcp", "127.1.10.1", 5061)

    environment.setenv("TRUNKLINE_LINK_PROBE", "udp:127.1.10.1:5060")
    assert load(BranchSettings).probe_target == ("udp", "127.1.10.1", 5060)


@pytest.mark.parametrize("text", ["", "tcp", "tcp:host", "icmp:host:1", "tcp:host:0", "tcp:host:70000", "tcp::5"])
def test_malformed_probes_are_refused(text):
    with pytest.raises(ValueError):
        split_probe(text)


def test_restarts_slow_down_and_a_steady_life_forgives():
    delays, delay = [], 0.0
    for _ in range(10):
        delay = next_delay(delay, lived_seconds=0.1)
        delays.append(delay)

    assert delays[0] == BACKOFF_SECONDS[0] and delays[-1] == BACKOFF_SECONDS[1]
    assert delays == sorted(delays)
    assert next_delay(15.0, lived_seconds=STEADY_SECONDS) == BACKOFF_SECONDS[0]
