"""The API on Cassandra, by settings alone: a world is built through it, and two tenants see nothing of each other."""

import asyncio
import secrets
from collections.abc import Iterator

import pytest
from api_house import ROLES, House, World, build_world, run, running
from test_api_isolation import ASKED, READS, TENANT_ROUTES, body_for, path_of

from devstack.cassandra import Nodes


@pytest.fixture(scope="module")
def cassandra_house(tmp_path_factory: pytest.TempPathFactory, cassandra: Nodes) -> Iterator[House]:
    yield from running(
        tmp_path_factory.mktemp("on-cassandra"), TRUNKLINE_STORE_URL=cassandra.url(f"api_{secrets.token_hex(4)}")
    )


@pytest.fixture(scope="module")
def cassandra_world(cassandra_house: House) -> World:
    return run(build_world(cassandra_house.url))


async def test_hq_reads_what_it_made(cassandra_world: World):
    world = cassandra_world
    paths = [path_of(route, world.ids["bolt"]) + ASKED.get(route.operation_id, "") for route in READS]
    answers = await asyncio.gather(*(world.admin.call("GET", path) for path in paths))

    assert {answer.status for answer in answers} == {200}
    tenants = await world.admin.get("/tenants")
    assert [tenant["tenant_id"] for tenant in tenants["items"]] == ["acme", "bolt"]


@pytest.mark.parametrize("role", ROLES)
async def test_another_tenants_things_do_not_exist(cassandra_world: World, role: str):
    stranger = cassandra_world.users[("acme", role)]
    for route in TENANT_ROUTES:
        answer = await stranger.call(route.method, path_of(route, cassandra_world.ids["bolt"]), body_for(route))
        assert (answer.status, answer.error_id) == (404, "not-found"), route.path


async def test_one_name_one_user_and_one_number_one_owner(cassandra_world: World):
    admin = cassandra_world.admin
    # One that nobody has yet, at a second try either.
    number = f"+8621556{secrets.randbelow(100_000):05d}"
    numbers = [
        admin.call("POST", "/numbers", {"number": number, "tenant_id": tenant}) for tenant in ("acme", "bolt") * 4
    ]

    answers = await asyncio.gather(*numbers)

    assert {answer.status for answer in answers} == {201, 409}
    # Two of one tenant in the same millisecond make the same claim, which is granted again (`Store.claim`).
    owners = {answer.body["tenant_id"] for answer in answers if answer.status == 201}
    assert owners == {(await admin.get(f"/numbers/{number}"))["tenant_id"]}


def test_schema_is_complete_and_stays_so(cassandra_house: House):
    assert "applied" not in cassandra_house.admin("migrate", "--phase", "pre")
    assert "the schema is complete" in cassandra_house.admin("migrate", "--phase", "post")
