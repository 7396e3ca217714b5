"""The systemd units for real hosts: whole, hardened, with settings that exist, and stopped as slowly as they need."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.trunkline.deployment import (
    DRAINED,
    ENGINES,
    SYSTEMD,
    check_command,
    example_of,
    health_of,
    listeners_of,
    read_env,
    settings_of,
    stop_seconds_of,
)

PROGRAM = "/opt/trunkline/bin/trunkline"
DRAIN = "/usr/local/bin/drain-media-node"
INSTANCE = "node-1"
WORST_EXPOSURE = 20
"""Tenths, as `systemd-analyze security` counts: 0 is shut, 100 is open."""

UNITS = sorted(path.name for path in SYSTEMD.glob("*.service"))
TARGETS = sorted(path.name for path in SYSTEMD.glob("*.target"))
each_unit = pytest.mark.parametrize("name", UNITS)


def directives_of(path: Path) -> dict[str, list[str]]:
    """Return all values of each directive; no name stands in two sections here."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value.replace("%i", INSTANCE).replace("%d", "/run/credentials"))
    return found


def environment_of(unit: dict[str, list[str]]) -> dict[str, str]:
    """Return what the process gets: files win over the unit's own."""
    own = dict(pair.split("=", 1) for line in unit.get("Environment", []) for pair in line.split())
    for file in unit["EnvironmentFile"]:
        own |= read_env(example_of(file))
    return own


@each_unit
def test_commands_and_settings_are_trunkline_s(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    unit = directives_of(SYSTEMD / name)
    program, *words = unit["ExecStart"][0].split()
    assert program == PROGRAM
    check_command(words)

    settings = settings_of(words, environment_of(unit), monkeypatch, tmp_path)

    assert int(unit["TimeoutStopSec"][0]) >= stop_seconds_of(words, settings)
    assert " ".join(words) in ENGINES or health_of(words, settings)[1] != 0
    for line in unit.get("ExecStartPost", []):
        for variable, value in environment_of(unit).items():
            line = line.replace(f"${{{variable}}}", value)
        asked = line.split()
        check_command(asked[1:])
        host, _, port = asked[3].rpartition(":")
        assert asked[0] == PROGRAM and (host, int(port)) in listeners_of(words, settings)


@each_unit
def test_secrets_are_credentials(name: str):
    unit = directives_of(SYSTEMD / name)

    loaded = dict(line.split(":") for line in unit.get("LoadCredential", []))
    used = {value for value in environment_of(unit).values() if value.startswith("/run/credentials/")}
    assert used == {f"/run/credentials/{credential}" for credential in loaded}
    assert all(path == f"/etc/trunkline/secrets/{credential}" for credential, path in loaded.items())


@each_unit
def test_a_unit_is_bounded_and_comes_back(name: str):
    unit = directives_of(SYSTEMD / name)

    assert unit["MemoryMax"][0][-1] in "MG"
    part = name.removeprefix("trunkline-").partition(".")[0].rstrip("@")
    assert unit["Restart"] == ["on-failure" if part in DRAINED else "always"]
    assert "User" not in unit and "StartLimitBurst" not in unit, "that is said once, for all, in hardening.conf"


def test_workers_alone_give_way_to_calls():
    units = {name: directives_of(SYSTEMD / name) for name in UNITS}

    giving_way = {name for name, unit in units.items() if int(unit.get("CPUWeight", ["100"])[0]) < 100}
    assert giving_way == {name for name, unit in units.items() if unit["ExecStart"][0].split()[1:] == ["worker"]}


def test_asterisk_stops_first_and_lets_calls_end():
    asterisk = directives_of(SYSTEMD / "trunkline-asterisk@.service")

    # systemd stops in the reverse order of After.
    assert f"trunkline-conductor@{INSTANCE}.service" in asterisk["After"][0].split()
    assert asterisk["ExecStop"] == [f"-{DRAIN}"]
    assert int(asterisk["TimeoutStopSec"][0]) > 7200, "as long as drain-media-node waits, and a little more"


def test_targets_want_all_units_and_no_others():
    wanted = [unit for target in TARGETS for unit in directives_of(SYSTEMD / target)["Wants"][0].split()]

    hq = set(UNITS) - {"trunkline-branch.service"}
    assert sorted(unit.replace(f"@{INSTANCE}", "@") for unit in wanted) == sorted(hq)
    for unit in hq:
        (target,) = directives_of(SYSTEMD / unit)["PartOf"]
        assert target.replace(f"@{INSTANCE}", "@") in TARGETS


@pytest.fixture
def as_installed(tmp_path: Path) -> Path:
    """The units with programs that exist here, and templates as instances."""
    for path in SYSTEMD.rglob("trunkline-*.*"):
        if path.suffix in (".service", ".target"):
            text = path.read_text().replace(PROGRAM, "/bin/true").replace(DRAIN, "/bin/true")
            (tmp_path / path.name).write_text(text)
            (tmp_path / path.name.replace("@", f"@{INSTANCE}")).write_text(text)
    shutil.copytree(SYSTEMD / "trunkline-.service.d", tmp_path / "trunkline-.service.d")
    return tmp_path


def test_systemd_finds_nothing_wrong(as_installed: Path):
    # Where there is no systemd there is nobody to ask, and the tests above are what there is.
    if (analyze := shutil.which("systemd-analyze")) is None:
        return
    units = sorted(str(path) for path in as_installed.iterdir() if path.is_file() and "@." not in path.name)

    verified = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, timeout=60, check=False
    )
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")

    for unit in units:
        if unit.endswith(".service"):
            judged = subprocess.run(
                [analyze, "security", "--offline=true", f"--threshold={WORST_EXPOSURE}", "--no-pager", unit],
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert judged.returncode == 0, judged.stdout[-300:]
