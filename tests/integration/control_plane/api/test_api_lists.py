"""Lists over HTTP and a worker: files of all kinds become leads, and what can not be dialled says why."""

import pytest
from api_house import House, World
from outbound import a_tenant, imported

BOUGHT = "姓名,手机,city\n王伟,138 1234 5678,Beijing\n李娜,+8613912345678,\n张敏,12,x\n"
BOUGHT += "Twice,13812345678,y\n=1+1,=2+2,z\n"


@pytest.fixture
async def tenant_id(world: World, workers: House) -> str:
    return await a_tenant(world)


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
