"""The doctor finds what is broken, says it in plain words with a way to mend it, and exits accordingly."""

import json
import socket
from pathlib import Path

import pytest

from tenant_portal import config, pages
from trunkline import consoles, doctor, leftovers, machine
from trunkline.consoles import check_console
from trunkline.diagnosis import Level, first_line_of
from trunkline.engines import check_asterisk, version_of
from trunkline.plan import AddressPlan

BLOCK = 251


def test_a_taken_port_blocks_and_is_named():
    plan = AddressPlan(BLOCK)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as squatter:
        squatter.bind((plan.edge, 5060))

        (finding,) = machine.check_ports(plan)

    assert finding.level is Level.BLOCKS
    assert f"edge SIP ({plan.edge}:5060/udp)" in finding.text
    assert "DEMO_BLOCK=252" in finding.mend


def test_free_ports_are_fine():
    (finding,) = machine.check_ports(AddressPlan(BLOCK))

    assert finding.level is Level.FINE


def test_a_missing_asterisk_names_its_folder_and_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path))

    (finding,) = check_asterisk()

    assert finding.level is Level.BLOCKS
    assert str(tmp_path) in finding.text
    assert finding.mend == "make setup"


def test_a_configured_redis_that_is_away_blocks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRUNKLINE_REDIS_URL", f"redis://user:hidden-word@127.{BLOCK}.99.1:1/0")

    (finding,) = machine.check_redis()

    assert finding.level is Level.BLOCKS
    assert "hidden-word" not in finding.text + finding.mend


def test_no_redis_configured_is_fine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TRUNKLINE_REDIS_URL", raising=False)

    (finding,) = machine.check_redis()

    assert finding.level is Level.FINE


def test_a_process_of_an_old_run_is_found_by_its_folder(tmp_path: Path):
    import subprocess

    folder = tmp_path / "demo"
    folder.mkdir()
    left = subprocess.Popen(
        ["sh", "-c", "echo; exec sleep 1000"],
        env={"TRUNKLINE_RUN_DIR": str(folder), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
    )
    try:
        # Its environment is to be seen a moment after it was started.
        assert left.stdout is not None and left.stdout.read(1)
        (folder / "pids.json").write_text(json.dumps({"asterisk": left.pid, "redis": 1}))

        (finding,) = leftovers.check_run_folders(tmp_path)
    finally:
        left.kill()
        left.communicate(timeout=5)

    assert finding.level is Level.BLOCKS
    assert finding.text.endswith(f"demo/asterisk (pid {left.pid})"), "pid 1 is another's, whatever the file says"
    (after,) = leftovers.check_run_folders(tmp_path)
    assert after.level is Level.FINE


def test_a_check_that_fails_itself_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def falls_ill() -> list[object]:
        raise RuntimeError("no /proc here")

    monkeypatch.setattr(doctor, "check_clock", falls_ill)

    findings = doctor.examine(AddressPlan(BLOCK), tmp_path)

    assert any("no /proc here" in finding.text for finding in findings)
    assert len(findings) > 5


def test_json_says_whether_the_machine_is_fit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path))

    code = doctor.main(as_json=True, block=BLOCK)

    answer = json.loads(capsys.readouterr().out)
    assert code == 1
    assert answer["ok"] is False
    assert {"subject", "level", "text", "mend"} == answer["findings"][0].keys()


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("version: kamailio 5.6.3 (x86_64/linux)", (5, 6)),
        ("Asterisk 22.10.1", (22, 10)),
        ("Redis server v=7.0.15 sha=00000000:0", (7, 0)),
        ("nothing here", None),
    ],
)
def test_versions_are_read_from_what_engines_say(line: str, version: tuple[int, int] | None):
    assert version_of(line) == version


def test_a_command_that_is_not_there_says_nothing():
    assert first_line_of("/nonexistent/engine", "-v") is None


@pytest.mark.parametrize(
    ("page", "level"),
    [
        (None, Level.WARNING),
        ("<script src=/assets/x.js>", Level.WARNING),
        ('<script nonce="__CSP_NONCE__">', Level.FINE),
    ],
    ids=["not built", "without a nonce", "built"],
)
def test_the_console_is_built_and_names_a_nonce(tmp_path: Path, page: str | None, level: Level):
    if page is not None:
        (tmp_path / "index.html").write_text(page)

    [finding] = check_console(tmp_path)

    assert (finding.subject, finding.level) == ("console", level)
    assert (consoles.CONSOLE, consoles.NONCE) == (config.CONSOLE, pages.NONCE)
