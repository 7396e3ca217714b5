"""The API is what its OpenAPI document says: schemathesis makes requests out of it, and judges the answers."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_house import House, World, build_world, run, running
from openapi_spec_validator import OpenAPIV31SpecValidator

from control_plane.app import ROUTES
from hotstate.dnc import DoNotCall
from servicekit.crypto import TenantCipher, load_or_create_key
from servicekit.redisio import connect

# One in twenty of these requests changes something: they get a house of their own.
LEFT_OUT = "positive_data_acceptance"
"""It takes every 422 for a fault of the document; `shape_is_as_documented` takes its place."""


@pytest.fixture(scope="module")
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from running(tmp_path_factory.mktemp("schema"))


@pytest.fixture(scope="module")
def own_world(own_house: House) -> World:
    run(lists_are_there(own_house))
    return run(build_world(own_house.url))


async def lists_are_there(house: House) -> None:
    """Have hot state say that it has all do-not-call lists: no worker runs here to bring them."""
    settings = house.settings()
    redis = connect(settings.redis_url)
    await DoNotCall(redis, TenantCipher(load_or_create_key(settings.leads_key))).complete()
    await redis.aclose()


def test_document_is_openapi_3_1(house: House):
    document = json.load(urllib.request.urlopen(f"{house.url}/api/v1/openapi.json", timeout=10))

    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


@pytest.mark.timeout(420)  # a minute on a quiet machine; it sends some 10,000 requests
@pytest.mark.parametrize(
    "who, phases, examples",
    [
        ("admin", "examples,coverage,fuzzing", 3),
        ("manager", "fuzzing", 1),
        ("agent", "fuzzing", 1),
        ("nobody", "fuzzing", 1),
    ],
)
def test_every_answer_is_as_the_document_says(own_world: World, tmp_path: Path, who: str, phases: str, examples: int):
    tokens = {"admin": own_world.admin.token, "nobody": "none"}
    token = tokens.get(who) or own_world.users[("acme", who)].token
    called = tmp_path / "called"

    done = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", f"{own_world.url}/api/v1/openapi.json",
         "--header", f"Authorization: Bearer {token}", "--phases", phases,
         "--exclude-checks", LEFT_OUT, "--max-examples", str(examples), "--seed", "4711", "--workers", "1",
         "--generation-database", "none", "--request-timeout", "15", "--no-color"],
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "schema_hooks", "PYTHONPATH": str(Path(__file__).parent),
                          "CALLED_OPERATIONS": str(called)},
        capture_output=True, text=True, timeout=400,
    )  # fmt: skip

    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-6000:]
    assert set(called.read_text().splitlines()) == {f"{route.method} /api/v1{route.path}" for route in ROUTES}
