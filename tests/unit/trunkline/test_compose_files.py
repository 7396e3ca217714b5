"""The compose files for real hosts, read as Compose reads them: no engine is needed to know that they fit."""

import functools
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.config import ControlPlaneSettings
from servicekit import sentinel
from servicekit.objects.s3_client import parse_address
from servicekit.stores.cassandra_address import read_address
from tests.unit.trunkline.deployment import (
    COMPOSE,
    DRAINED,
    ENGINES,
    EXAMPLES,
    check_command,
    example_of,
    health_of,
    listeners_of,
    read_env,
    settings_of,
    stop_seconds_of,
)

Service = dict[str, Any]

ROLES = ("hq-edge.yaml", "hq-media.yaml", "hq-control.yaml", "hq-portal.yaml", "stores.yaml", "branch.yaml")
TOP_KEYS = {"name", "include", "services", "volumes", "secrets"}
# Of the Compose specification, what these files may use.
KEYS = {
    "image", "init", "command", "user", "network_mode", "read_only", "tmpfs", "cap_drop", "cap_add", "security_opt",
    "restart",
    "profiles", "stop_grace_period", "pre_stop", "logging", "environment", "env_file", "secrets", "volumes",
    "ulimits", "pids_limit", "healthcheck", "mem_limit", "cpus", "cpu_shares", "depends_on", "extends",
    "pid",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "disable"}
WITHOUT_HEALTH = {"bootstrap", "collector"}
"""One ends by itself, the other's image holds nothing that could ask."""


@functools.cache
def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((COMPOSE / name).read_text())
    return found


def merged(base: Any, over: Any) -> Any:
    """Lay one service over another as `extends` does: maps merge, lists grow, the rest is replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: merged(base.get(key), value) for key, value in over.items()}
    return [*base, *over] if isinstance(base, list) and isinstance(over, list) else over


def service_of(file: str, name: str) -> Service:
    service: Service = read(file)["services"][name]
    # Commands do not grow.
    above = {key: value for key, value in service.items() if key != "extends"}
    if "extends" in service:
        extended = service["extends"]
        below = service_of(extended.get("file", file), extended["service"])
        return {**merged(below, above), "command": above.get("command", below.get("command"))}
    return above


ALL = [(file, name) for file in ROLES for name in read(file)["services"]]
OURS = [(file, name) for file, name in ALL if file != "stores.yaml"]
every_service = pytest.mark.parametrize(("file", "name"), ALL)
each_of_ours = pytest.mark.parametrize(("file", "name"), OURS)


def environment_of(service: Service) -> dict[str, str]:
    files = [read_env(example_of(path)) for path in service.get("env_file", [])]
    return functools.reduce(dict.__or__, [*files, service.get("environment", {})], {})


def seconds(text: str) -> int:
    assert text.endswith("s"), text
    return int(text[:-1])


@pytest.mark.parametrize("file", [*ROLES, "common.yaml", "compose.yaml"])
def test_keys_are_compose_s(file: str):
    assert {key for key in read(file) if not key.startswith("x-")} <= TOP_KEYS
    for service in read(file).get("services", {}).values():
        assert service.keys() <= KEYS
        assert service.get("healthcheck", {}).keys() <= HEALTH_KEYS


@pytest.mark.parametrize("file", ROLES)
def test_what_is_used_is_declared_and_what_is_declared_is_used(file: str):
    services = [service_of(file, name) for name in read(file)["services"]]
    mounts = [mount.split(":")[0] for service in services for mount in service.get("volumes", [])]

    assert {secret for service in services for secret in service.get("secrets", [])} == set(read(file)["secrets"])
    assert {mount for mount in mounts if mount[0] not in "/."} == set(read(file).get("volumes", {}))
    assert [mount for mount in mounts if mount[0] == "." and not (COMPOSE / mount).is_file()] == []
    for service in services:
        for other, how in service.get("depends_on", {}).items():
            assert "test" in service_of(file, other)["healthcheck"] or how["condition"] == "service_started"
    for secret in read(file)["secrets"].values():
        assert secret.keys() == {"file"} and secret["file"].startswith("/etc/trunkline/secrets/")


def test_workers_alone_give_way_to_calls():
    giving_way = {name for file, name in ALL if service_of(file, name).get("cpu_shares", 1024) < 1024}

    assert giving_way == {name for file, name in OURS if service_of(file, name)["command"] == ["trunkline", "worker"]}


@every_service
def test_a_service_is_bounded_watched_and_without_privileges(file: str, name: str):
    service = service_of(file, name)
    image, _, tag = service["image"].removeprefix("${TRUNKLINE_IMAGE:-").rstrip("}").rpartition(":")

    assert tag and tag != "latest" and "." not in image.split("/")[0], "a version, and no registry"
    assert {"restart", "mem_limit", "cpus", "pids_limit", "stop_grace_period", "logging"} <= service.keys()
    assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    # rtpengine's guard reaches into the sockets of its child, and nobody else into anything.
    guards = (file, name) in (("hq-edge.yaml", "rtpengine"), ("branch.yaml", "branch"))
    assert service.get("cap_add", []) == (["SYS_PTRACE"] if guards else [])
    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["network_mode"] == "host", "SIP and RTP carry addresses"
    if name not in WITHOUT_HEALTH:
        assert service["healthcheck"].keys() == HEALTH_KEYS - {"disable"}
    assert service.get("read_only") or name == "cassandra", "Cassandra's image writes its own configuration"


@each_of_ours
def test_commands_and_settings_are_trunkline_s(file: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    service = service_of(file, name)
    program, *words = service["command"]
    assert program == "trunkline"
    check_command(words)

    settings = settings_of(words, environment_of(service), monkeypatch, tmp_path)

    assert seconds(service["stop_grace_period"]) >= stop_seconds_of(words, settings)
    if name not in WITHOUT_HEALTH:
        kind, *check = service["healthcheck"]["test"]
        asked = check if kind == "CMD" else check[0].replace('"', "").split()
        for variable, value in environment_of(service).items():
            asked = [word.replace(f"$${variable}", value) for word in asked]
        check_command(asked[1:])
        host, _, port = asked[-1].rpartition(":")
        assert (host, int(port)) in listeners_of(words, settings)
        assert " ".join(words) in ENGINES or (host, int(port)) == health_of(words, settings)


@each_of_ours
def test_secrets_come_from_files_that_are_mounted(file: str, name: str):
    service = service_of(file, name)

    files = {value for value in service.get("environment", {}).values() if value.startswith("/run/secrets/")}
    assert files == {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}


@pytest.mark.parametrize("files", [[file] for file in ROLES[:3]] + [list(ROLES[:3])], ids=" ".join)
def test_nobody_takes_another_s_port(files: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    taken: list[tuple[str, int]] = []
    for file in files:
        for name in read(file)["services"]:
            service = service_of(file, name)
            words = service["command"][1:]
            # Only one of two conductors binds its port; the other stands by.
            if name not in ("bootstrap", "conductor-standby"):
                taken += listeners_of(words, settings_of(words, environment_of(service), monkeypatch, tmp_path))

    assert sorted(taken) == sorted(set(taken))


def test_one_host_has_all_of_hq_and_no_name_twice():
    included = read("compose.yaml")["include"]
    names = [name for file in included for name in read(file)["services"]]
    secrets = [item for file in included for item in read(file)["secrets"].items()]

    assert sorted(included) == sorted(set(ROLES) - {"branch.yaml"})
    assert len(names) == len(set(names))
    # Compose takes the same name from two files only if both say the same of it.
    assert len({name for name, _ in secrets}) == len({(name, str(secret)) for name, secret in secrets})


def test_addresses_of_the_stores_can_be_read():
    control = read_env(EXAMPLES / "control.env.example")
    redis = tomllib.loads((EXAMPLES / "redis.toml.example").read_text())
    scheme, _, store = control["TRUNKLINE_STORE_URL"].partition("://")

    assert scheme == "cassandra" and len(read_address(store).hosts) == 3
    assert parse_address(control["TRUNKLINE_OBJECTS_URL"]).bucket
    address = sentinel.parse(redis["redis_url"])
    assert len(address.sentinels) == 3
    assert address.password and address.password == address.sentinel_password


def test_asterisk_is_stopped_before_the_conductor_and_drained_first():
    asterisk = service_of("hq-media.yaml", "asterisk")

    assert {"conductor", "conductor-standby"} <= asterisk["depends_on"].keys()
    assert asterisk["pre_stop"] == [{"command": ["drain-media-node"]}]


def test_what_was_drained_stays_away():
    policies = {name: service_of(file, name)["restart"] for file, name in OURS if name != "bootstrap"}

    assert {name for name, policy in policies.items() if policy == "on-failure"} == DRAINED
    assert {policy for name, policy in policies.items() if name not in DRAINED} == {"unless-stopped"}
    # The agent ends Kamailio by its pid.
    assert service_of("hq-edge.yaml", "edge-agent")["pid"] == "service:kamailio"


def test_a_node_s_recordings_go_to_the_worker_beside_it():
    node, worker = (read_env(EXAMPLES / f"{name}.env.example") for name in ("media", "recordings"))

    assert node["TRUNKLINE_RECORDING_QUEUE"] == f"recordings.{node['TRUNKLINE_NODE_ID']}"
    assert worker["TRUNKLINE_WORKER_QUEUES"] == node["TRUNKLINE_RECORDING_QUEUE"]
    # Sweeps and everything else are the control plane's.
    assert "recordings" in ControlPlaneSettings.model_fields["worker_queues"].default.split(",")
    assert "TRUNKLINE_WORKER_QUEUES" not in read_env(EXAMPLES / "control.env.example")


def test_stores_get_what_their_scripts_ask_for():
    given = read_env(EXAMPLES / "stores.env.example")

    assert {"STORE_ADDRESS", "REDIS_FIRST", "CASSANDRA_SEEDS", "CASSANDRA_LISTEN_ADDRESS"} <= given.keys()
    yaml.safe_load((COMPOSE / "stores" / "collector.yaml").read_text())
