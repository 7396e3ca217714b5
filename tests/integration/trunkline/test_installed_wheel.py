"""Engines start from an installed wheel, without the checkout: what an image and a server have."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from devstack.blueprint import Blueprint
from devstack.children import Child, Spec
from devstack.environments import Environments
from tests.loopback import own_block
from trunkline.plan import REPOSITORY, AddressPlan


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was installed; what it depends on comes from the environment of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    quiet = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    pip = (sys.executable, "-m", "pip")
    build = (*pip, "wheel", *quiet, "--no-build-isolation", "--wheel-dir", str(folder), str(REPOSITORY))
    subprocess.run(build, check=True, timeout=100)
    (wheel,) = folder.glob("trunkline-*.whl")
    target = folder / "site"
    subprocess.run((*pip, "install", *quiet, "--target", str(target), str(wheel)), check=True, timeout=100)
    return target


@pytest.fixture
def blueprint(tmp_path: Path) -> Blueprint:
    environments = Environments(AddressPlan(own_block().number), tmp_path)
    environments.datastores.write_redis_address()
    return Blueprint(environments)


async def start_installed(spec: Spec, site: Path, tmp_path: Path) -> str:
    """Start a process from the wheel until it is ready, end it, and return what it wrote."""
    certified = ("TRUNKLINE_TLS_", "TRUNKLINE_SIP_WSS_")
    env = {name: value for name, value in spec.env.items() if not name.startswith(certified)}
    env |= {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    child = Child(replace(spec, env=env), tmp_path / f"{spec.name}.log", lambda *_: None)
    try:
        await child.start()
        await child.wait_ready()
    finally:
        await child.stop()
    return child.log_path.read_text()


async def test_kamailio_takes_requests(installed: Path, blueprint: Blueprint, tmp_path: Path):
    _rtpengine, kamailio = blueprint.edge_engines(1)

    await start_installed(kamailio, installed, tmp_path)

    written = (tmp_path / "edge" / "edge-1" / "kamailio.cfg").read_text()
    assert f"{installed}/edge_proxy/kamailio/route.py" in written and str(REPOSITORY) not in written


async def test_asterisk_answers(installed: Path, blueprint: Blueprint, tmp_path: Path):
    await start_installed(blueprint.asterisk(1), installed, tmp_path)

    written = {path.name for path in (tmp_path / "node" / "asterisk-node-1" / "etc").iterdir()}
    assert written == {path.name for path in (REPOSITORY / "media-nodes" / "asterisk").iterdir()}


def test_what_only_helps_to_develop_is_in_no_wheel(installed: Path):
    assert {path.name for path in installed.iterdir()}.isdisjoint({"devstack", "simulators", "tests"})
