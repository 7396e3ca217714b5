"""How-tos and runbooks name only what is there: settings, commands, metrics, alerts, alarms, routes and files."""

import re
from pathlib import Path

import pytest
import yaml

from branch_gateway.config import BranchSettings
from control_plane.app import ROUTES
from control_plane.config import ControlPlaneSettings
from edge_proxy.config import EdgeSettings
from media_nodes.config import MediaSettings
from media_nodes.dialler.config import DiallerSettings
from tenant_portal.config import PortalSettings
from tests.unit.trunkline.deployment import SYSTEMD, check_command

ROOT = Path(__file__).resolve().parents[2]
HOWTOS = [ROOT / "docs/howto" / name for name in ("several-machines.md", "sign-in-from-a-browser.md")]
DOCUMENTS = sorted([*(ROOT / "docs/runbooks").glob("*.md"), *HOWTOS])
FIELDS = {
    name.upper()
    for settings in (
        BranchSettings,
        ControlPlaneSettings,
        DiallerSettings,
        EdgeSettings,
        MediaSettings,
        PortalSettings,
    )
    for name in settings.model_fields
}
NOT_SETTINGS = {"CONFIG", "CACHE"} | {
    name
    for path in (ROOT / "infra/trunkline").glob("*.py")
    for name in re.findall(r'envvar="TRUNKLINE_([A-Z_]+)"', path.read_text())
}
"""Where settings are, and what commands take from the environment in place of an option."""
ROOMS = ("control-plane", "edge-proxy", "media-nodes", "branch-gateway", "infra/servicekit")
CODE = "\n".join(path.read_text() for room in ROOMS for path in (ROOT / room).rglob("*.py"))
ALERTS = {
    rule["alert"]
    for group in yaml.safe_load((ROOT / "infra/dashboards/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
}
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)


@each_document
def test_settings_exist(path: Path):
    named = set(re.findall(r"TRUNKLINE_([A-Z_]+[A-Z])", path.read_text()))

    assert {name for name in named if name not in FIELDS and name.removesuffix("_FILE") not in FIELDS} <= NOT_SETTINGS


@each_document
def test_commands_exist(path: Path):
    text = path.read_text()
    for words in re.findall(r"`(?:/opt/trunkline/bin/)?trunkline ([a-z][^`]*)`", text):
        check_command(words.split())
    for words in re.findall(r"(?:^|`)admin ([a-z][^`\n#]*)", text, re.MULTILINE):
        check_command(["admin", *words.split()])


@each_document
def test_metrics_alerts_and_alarms_exist(path: Path):
    text = path.read_text()
    telemetry = (ROOT / "docs/telemetry.md").read_text()

    assert [name for name in re.findall(r"`(trunkline\.[a-z_.]+)`", text) if f"`{name}`" not in telemetry] == []
    assert [name for name in re.findall(r'"alarm": "([^"]+)"', text) if f'"alarm": "{name}"' not in CODE] == []
    assert {name for name in re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", text)} <= ALERTS


@each_document
def test_routes_units_and_files_exist(path: Path):
    text = path.read_text()
    routes = {re.sub(r"{\w+}", "{}", route.path) for route in ROUTES}
    named = re.findall(r"/api/v1(/[a-z0-9/{}_-]+)", text)

    assert [route for route in named if re.sub(r"{\w+}", "{}", route) not in routes] == []
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (path.parent / link).exists(), link
    for unit in re.findall(r"trunkline-[a-z-]+@?[\w-]*\.(?:service|target)", text):
        assert (SYSTEMD / re.sub(r"@[\w-]+", "@", unit)).exists(), unit
