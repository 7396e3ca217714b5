"""What the tests of compose files and units share: commands of the command line, settings, and the example files."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from branch_gateway.config import BranchSettings
from control_plane import admin
from control_plane.config import ControlPlaneSettings
from control_plane.jobs import commands
from edge_proxy.config import EdgeSettings
from media_nodes.config import MediaSettings
from media_nodes.dialler.config import DiallerSettings
from servicekit.settings import CONFIG_VARIABLE, ENV_PREFIX, ServiceSettings, _is_secret, load
from tenant_portal.config import PortalSettings
from trunkline import answers, cli
from trunkline.plan import REPOSITORY

COMPOSE = REPOSITORY / "infra" / "compose"
SYSTEMD = REPOSITORY / "infra" / "systemd"
EXAMPLES = SYSTEMD / "env"

SETTINGS: dict[str, type[ServiceSettings]] = {
    "edge": EdgeSettings,
    "media-node": MediaSettings,
    "control-plane": ControlPlaneSettings,
    "worker": ControlPlaneSettings,
    "beat": ControlPlaneSettings,
    "dialler": DiallerSettings,
    "admin": ControlPlaneSettings,
    "branch": BranchSettings,
    "portal": PortalSettings,
}
DRAINED = {"conductor", "conductor-standby", "kamailio", "edge-agent"}
"""They end with 0 once they are drained, and a supervisor must not bring them back."""
PASSED_ON = {"admin": admin.app, "jobs": commands.app}
"""Words that hand over to a command line of the control plane's."""
ENGINES = ("edge rtpengine", "edge kamailio", "media-node asterisk")
"""What becomes an engine, and has no health page of ours."""


def check_command(words: list[str]) -> None:
    """Fail unless `trunkline WORDS` is a command."""
    command: Any = typer.main.get_command(cli.app)
    for word in words:
        if word == "answers":
            kind, address = words[1:3]
            assert answers.Kind(kind) and address.rpartition(":")[2].isdigit(), words
        if not isinstance(command, TyperGroup):
            break
        assert word in command.commands, f"there is no `trunkline {' '.join(words)}`"
        command = typer.main.get_command(PASSED_ON[word]) if word in PASSED_ON else command.commands[word]
    assert not isinstance(command, TyperGroup), f"`trunkline {' '.join(words)}` is not a whole command"


def read_env(path: Path) -> dict[str, str]:
    """Return the variables of an environment file, which systemd, Compose and a shell read alike."""
    return dict(word.split("=", 1) for word in shlex.split(path.read_text(), comments=True))


def example_of(path: str) -> Path:
    """Return the example of a file that an operator writes: of /etc/trunkline/media-node-1.env it is media's."""
    return EXAMPLES / f"{Path(path).name.replace('-node-1', '')}.example"


def settings_of(
    words: list[str], environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> ServiceSettings:
    """Return the settings that a process finds, loaded as it loads them.

    Fails for a variable that is no setting, for one that is missing or wrong, and for a secret in the environment.
    """
    wanted = SETTINGS[words[0]]
    fields = {**wanted.model_fields, **(EdgeSettings.model_fields if wanted is BranchSettings else {})}
    secrets = {name for name, field in wanted.model_fields.items() if _is_secret(field)}
    known = {ENV_PREFIX + name.upper() for name in fields.keys() - secrets}
    files = {f"{ENV_PREFIX}{name.upper()}_FILE" for name in secrets}
    ours = {name: value for name, value in environment.items() if name.startswith(ENV_PREFIX)}
    assert ours.keys() <= known | files | {CONFIG_VARIABLE}, f"not settings of {' '.join(words)}"
    assert f"{ENV_PREFIX}REDIS_URL" not in ours, "it holds a password"

    secret = tmp_path / "secret"
    secret.write_text("a-secret")
    with monkeypatch.context() as patch:
        for name, value in ours.items():
            if name == CONFIG_VARIABLE:
                value = str(EXAMPLES / f"{Path(value).name}.example")
            patch.setenv(name, str(secret) if name in files else value)
        return load(wanted)


def stop_seconds_of(words: list[str], settings: ServiceSettings) -> float:
    """Return how long a process may take to stop, after what it waits for in the order refuse, wait, close."""
    if words[0] == "worker":
        return float(getattr(settings, "worker_stop_seconds", 60)) + 10
    return 5 if " ".join(words) in ENGINES else settings.shutdown_seconds + 10


def health_of(words: list[str], settings: ServiceSettings) -> tuple[str, int]:
    """Return where a process of ours says whether it is ready."""
    if isinstance(settings, ControlPlaneSettings) and words == ["control-plane", "api"]:
        return settings.api_host, settings.api_port
    return settings.health_host, settings.health_port


def listeners_of(words: list[str], settings: ServiceSettings) -> set[tuple[str, int]]:
    """Return the addresses and ports on which a process listens."""
    match settings, words[-1]:
        case EdgeSettings(), "kamailio":
            ports = (settings.sip_port, settings.sip_tls_port, settings.internal_port, settings.peer_port)
            browsers = {settings.sip_ws_port, settings.sip_wss_port} - {0}
            control = {(settings.control_address, settings.rpc_port)}
            return control | {(settings.edge_address, port) for port in {*ports, *browsers}}
        case EdgeSettings(), "rtpengine":
            return {(settings.control_address, settings.ng_port)}
        case MediaSettings(), "asterisk":
            control = {(settings.control_address, port) for port in (settings.ari_port, settings.ami_port)}
            return control | {(settings.node_address, settings.node_sip_port)}
        case ControlPlaneSettings(), "api":
            return {health_of(words, settings), (settings.branch_api_host, settings.branch_api_port)}
        case PortalSettings(), _:
            return {health_of(words, settings), (settings.portal_host, settings.portal_port)}
        case _:
            return {health_of(words, settings)}
