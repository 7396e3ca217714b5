"""Lists over HTTP and a worker: files of all kinds become leads, and what can not be dialled says why."""

import asyncio
from typing import Any

import pytest
from api_house import Answer, Client, House, World, fresh

FILE = {"Content-Type": "application/octet-stream"}
BOUGHT = "姓名,手机,city\n王伟,138 1234 5678,Beijing\n李娜,+8613912345678,\n张敏,12,x\n"
BOUGHT += "Twice,13812345678,y\n=1+1,=2+2,z\n"


@pytest.fixture(scope="session")
def workers(house: House) -> House:
    house.start_worker("imports")
    return house


@pytest.fixture
async def tenant_id(world: World, workers: House) -> str:
    made = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": made, "name": "Some Firm"})
    return made


async def send(client: Client, tenant_id: str, list_id: str, data: bytes, part: int = 0) -> Answer:
    return await client.call("PUT", f"/tenants/{tenant_id}/lists/{list_id}/file/{part}", data=data, headers=FILE)


async def done(client: Client, tenant_id: str, list_id: str, seconds: float = 60) -> dict[str, Any]:
    """Return the list once a worker is done with it."""
    async with asyncio.timeout(seconds):
        while True:
            found: dict[str, Any] = await client.get(f"/tenants/{tenant_id}/lists/{list_id}")
            if found["state"] not in ("open", "waiting", "importing"):
                return found
            await asyncio.sleep(0.05)


async def imported(
    client: Client, tenant_id: str, data: bytes, list_id: str = "bought", **settings: Any
) -> dict[str, Any]:
    await client.make(f"/tenants/{tenant_id}/lists", {"list_id": list_id} | settings)
    sent = await send(client, tenant_id, list_id, data)
    assert sent.status == 200, sent.body
    begun = await client.call("POST", f"/tenants/{tenant_id}/lists/{list_id}/import", {})
    assert begun.status == 200, begun.body
    return await done(client, tenant_id, list_id)


async def test_file_becomes_a_list_and_says_what_became_of_each_row(world: World, tenant_id: str):
    found = await imported(
        world.admin, tenant_id, BOUGHT.encode("gb18030"), mapping={"number": "手机", "fields": {"name": "姓名"}}
    )

    assert found["state"] == "ready", found
    assert found["found"]["encoding"] == "gb18030" and found["found"]["fields"] == {"name": "姓名"}
    assert found["summary"]["accepted"] == 2 and found["summary"]["rows"] == 5
    assert found["summary"]["refused"] == {"formula": 1, "too-short": 1, "twice-in-file": 1}
    refused = (await world.admin.fetch(f"/tenants/{tenant_id}/lists/bought/refused")).decode("utf-8-sig")
    assert [line.split(",")[:2] for line in refused.splitlines()[1:]] == [
        ["4", "too-short"], ["5", "twice-in-file"], ["6", "formula"],
    ]  # fmt: skip
    assert "\n6,formula,'=1+1,'=2+2,z\n" in refused
