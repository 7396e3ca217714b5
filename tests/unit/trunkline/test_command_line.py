"""The command line teaches by --help, imports rooms only when asked, and names bad settings without a traceback."""

import os
import subprocess
import sys

import pytest

GROUPS = {
    (): ("demo", "cluster", "faults", "doctor", "edge", "media-node", "control-plane", "worker", "beat", "dialler",
         "branch", "answers", "admin", "jobs", "flow", "simulate", "import"),
    ("cluster",): ("status", "kill", "stop", "start", "add-node", "drain", "remove-node", "roll"),
    ("edge",): ("kamailio", "rtpengine", "agent"),
    ("media-node",): ("asterisk", "conductor", "drain"),
    ("control-plane",): ("api", "facts"),
    ("flow",): ("check", "simulate", "draw", "schema"),
    ("jobs",): ("list", "dead", "show", "retry", "drop"),
}  # fmt: skip


def trunkline(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "trunkline.cli", *arguments], env={**clean, "COLUMNS": "160", **(env or {})},
        capture_output=True, text=True, timeout=30, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: " ".join(group) or "trunkline")
def test_help_lists_the_commands(group: tuple[str, ...]):
    shown = trunkline(*group, "--help")

    assert shown.returncode == 0
    for command in GROUPS[group]:
        assert command in shown.stdout


def test_help_needs_no_room():
    code = "import sys, trunkline.cli; print([m for m in sys.modules if m.split('.')[0] in sys.argv[1:]])"
    rooms = ("edge_proxy", "media_nodes", "control_plane", "branch_gateway", "aiohttp", "celery", "numpy")

    ran = subprocess.run([sys.executable, "-c", code, *rooms], capture_output=True, text=True, timeout=30, check=True)

    assert ran.stdout.strip() == "[]"


def test_missing_settings_are_named_without_a_traceback():
    failed = trunkline("media-node", "conductor")

    assert failed.returncode == 2
    assert "TRUNKLINE_RUN_DIR is missing" in failed.stderr
    assert "Traceback" not in failed.stderr
