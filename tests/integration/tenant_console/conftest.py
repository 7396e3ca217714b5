"""A house with portals that serve the console as it is built; filled once."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tenant_portal"))
sys.path.insert(0, str(Path(__file__).parents[1] / "control_plane" / "api"))
sys.path.insert(0, str(Path(__file__).parent))

from api_house import World, build_world, run
from portal_house import PortalHouse, running_portal

from trunkline.plan import REPOSITORY


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalHouse]:
    folder = tmp_path_factory.mktemp("console")
    shutil.copytree(REPOSITORY / "tenants" / "console" / "dist", folder / "console")
    yield from running_portal(folder)


@pytest.fixture(scope="module")
def world(portal: PortalHouse) -> World:
    return run(build_world(portal.url))
