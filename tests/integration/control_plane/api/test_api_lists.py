"""Lists over HTTP and a worker: files of all kinds become leads, and what can not be dialled says why."""

import asyncio
import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from api_house import House, World
from outbound import a_tenant, done, imported, send, until

from callmodel.ids import ListId, TenantId
from control_plane.features.lists.store import ListRecord, ListStore
from control_plane.leads.store import LeadStore
from control_plane.migrations import MIGRATIONS
from servicekit.crypto import TenantCipher, load_or_create_key
from servicekit.stores import open_store
from tests.unit.leadimport.test_bad_files import HEADER, a_workbook

BOUGHT = "姓名,手机,city\n王伟,138 1234 5678,Beijing\n李娜,+8613912345678,\n张敏,12,x\n"
BOUGHT += "Twice,13812345678,y\n=1+1,=2+2,z\n"
NUMBERS = b"phone,name\n" + b"".join(b"137%08d,%d\n" % (row, row) for row in range(500))


def a_bomb() -> bytes:
    """Return a workbook of some kilobytes with a cell of 130 MB."""
    return a_workbook(HEADER + f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"0" * (130 << 20)}</t></is></c></row>')


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


async def test_same_file_is_imported_once(world: World, tenant_id: str):
    first = await imported(world.admin, tenant_id, NUMBERS)
    again = await imported(world.admin, tenant_id, NUMBERS, "again")

    assert first["state"] == "ready"
    assert (again["state"], again["reason"]) == ("duplicate", "bought")
    other = await a_tenant(world)
    assert (await imported(world.admin, other, NUMBERS))["state"] == "ready", "other tenants' files are theirs"


async def test_file_in_parts_is_one_file_and_a_part_is_sent_again(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}/lists/bought"
    await world.admin.make(f"/tenants/{tenant_id}/lists", {"list_id": "bought"})
    half = len(NUMBERS) // 2 + 3
    await send(world.admin, tenant_id, "bought", b"broken off", 0)
    assert (await world.admin.call("POST", f"{path}/import", {"parts": 2})).error_id == "parts-missing"
    await send(world.admin, tenant_id, "bought", NUMBERS[half:], 1)
    sent = await send(world.admin, tenant_id, "bought", NUMBERS[:half], 0)
    assert sent.body == {"part": 0, "bytes": half, "sha256": hashlib.sha256(NUMBERS[:half]).hexdigest()}

    await world.admin.call("POST", f"{path}/import", {"parts": 2})
    found = await done(world.admin, tenant_id, "bought")
    assert (found["state"], found["summary"]["accepted"]) == ("ready", 500)
    assert (await send(world.admin, tenant_id, "bought", NUMBERS)).error_id == "list-busy"
    whole = await imported(world.admin, tenant_id, NUMBERS, "whole")
    assert whole["reason"] == "bought", "however it was cut"


async def test_file_goes_when_it_is_imported(house: House, world: World, tenant_id: str):
    await imported(world.admin, tenant_id, NUMBERS)
    await imported(world.admin, tenant_id, NUMBERS + b"13812345678,x\n", "kept", keep_file_days=3)

    async def gone() -> bool:
        house.ask_for("imports.sweep")
        return not (await world.admin.get(f"/tenants/{tenant_id}/lists/bought"))["parts"]

    await until(gone)
    assert (await world.admin.get(f"/tenants/{tenant_id}/lists/kept"))["parts"], "as long as the list says"


async def test_no_number_lies_open_in_store_or_objects(house: House, world: World, tenant_id: str):
    text = b"phone,name\n13876543211,Unmistakable\n12345,Refused Person\n"
    await imported(
        world.admin, tenant_id, text, mapping={"number": "phone", "fields": {"name": "name"}}, keep_file_days=1
    )
    folder = house.settings().run_dir.parent
    kept = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"]

    for secret in (b"13876543211", b"3876543211", b"Unmistakable", b"Refused Person"):
        assert not [data for data in kept if secret in data]


async def test_mapping_is_saved_and_mended(world: World, tenant_id: str):
    text = b"who,contact\nAnn,13812345678\n"
    failed = await imported(world.admin, tenant_id, text, mapping={"number": "telephone"})
    assert failed["state"] == "failed" and "telephone" in failed["reason"]
    await world.admin.call("POST", f"/tenants/{tenant_id}/lists/bought/import", {
        "again": True, "mapping": {"number": "contact", "fields": {"name": "who"}},
    })  # fmt: skip
    mended = await done(world.admin, tenant_id, "bought")
    assert mended["state"] == "ready" and mended["found"]["number_column"] == "contact"

    await world.admin.call("PUT", f"/tenants/{tenant_id}/list-templates/seller-a", {"number": 1, "header": True})
    by_template = await imported(world.admin, tenant_id, text + b"Bo,13912345678\n", "next", template_id="seller-a")
    assert by_template["found"]["number_column"] == "contact" and by_template["summary"]["accepted"] == 2
    unknown = await world.admin.call(
        "POST", f"/tenants/{tenant_id}/lists", {"list_id": "other", "template_id": "nobodys"}
    )
    assert unknown.error_id == "template-unknown"


async def test_numbers_of_other_lists_are_refused_where_that_is_wanted(world: World, tenant_id: str):
    await imported(world.admin, tenant_id, NUMBERS)
    found = await imported(world.admin, tenant_id, NUMBERS + b"13812345678,x\n", "more", new_numbers_only=True)

    assert found["summary"]["accepted"] == 1 and found["summary"]["refused"] == {"in-tenant": 500}


BAD: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "binary": (bytes(range(256)) * 50, "binary"),
    "pdf": (b"%PDF-1.7 and so on", "PDF"),
    "million-columns": (b",".join([b"x"] * 1_000_000) + b"\n", "column"),
    "blank": (b" \n \n", "empty"),
    "workbook-bomb": (a_bomb, "made to fill memory"),
    "no-numbers": (b"name,city\nAnn,Berlin\n", "phone numbers"),
    "array": (b'[{"phone": "13812345678"}]', "JSON"),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_list_says_why(world: World, tenant_id: str, name: str):
    made, reason = BAD[name]
    found = await imported(world.admin, tenant_id, made() if callable(made) else made)

    assert found["state"] == "failed" and reason in found["reason"], found["reason"]
    assert found["summary"] is None


async def test_empty_file_is_refused_at_the_door(world: World, tenant_id: str):
    await world.admin.make(f"/tenants/{tenant_id}/lists", {"list_id": "bought"})
    answer = await send(world.admin, tenant_id, "bought", b"")

    assert answer.status == 422 and answer.body["errors"][0]["message"] == "the file is empty"
    assert (await world.admin.get(f"/tenants/{tenant_id}/lists/bought"))["parts"] == []


async def test_bad_rows_fall_and_the_others_do_not(world: World, tenant_id: str):
    rows = [
        "phone,name",
        "13812345678.0,王伟",
        "1.38E+10,李娜",
        "=HYPERLINK(1),张敏",
        "13912345678,+cmd|calc",
        "12,@at",
    ]
    mixed = "13512345678,刘洋".encode("gb18030")
    text = "\n".join(rows).encode() + b"\n" + mixed + b"\n" + b"y" * 100_000 + b"\n13412345678,end\n"
    found = await imported(world.admin, tenant_id, text)

    assert (found["state"], found["summary"]["accepted"]) == ("ready", 3), found["reason"]
    fallen = {"digits-lost": 1, "formula": 1, "too-short": 1, "unreadable-text": 1, "row-too-long": 1}
    assert found["summary"]["refused"] == fallen
    refused = (await world.admin.fetch(f"/tenants/{tenant_id}/lists/bought/refused")).decode("utf-8-sig", "replace")
    assert "'=HYPERLINK(1)" in refused and "'@at" in refused
    for line in refused.splitlines()[1:]:
        assert not [cell for cell in line.split(",") if cell.lstrip('" ').startswith(("=", "+", "@", "-"))]


async def test_list_with_every_number_refused_can_not_be_dialled(world: World, tenant_id: str):
    found = await imported(world.admin, tenant_id, b"phone\n12\n13\n14\n", mapping={"number": "phone"})

    assert (found["state"], found["summary"]["accepted"]) == ("refused", 0)
    again = await imported(world.admin, tenant_id, b"phone\n12\n13\n14\n", "again", mapping={"number": "phone"})
    assert again["state"] == "refused", "it is nobody's file"


async def test_who_may_not_see_numbers_does_not_get_the_refused_rows(world: World):
    supervisor = world.users[("acme", "supervisor")]
    answer = await supervisor.call("GET", "/tenants/acme/lists/bought-1/refused")
    assert answer.status == 403
    manager = world.users[("acme", "manager")]
    assert (await manager.call("GET", "/tenants/acme/lists/bought-1/refused")).status == 404, "nothing was imported"


async def test_import_goes_on_where_its_worker_was_killed(house: House, world: World, tenant_id: str):
    """A worker is killed after a slice; another one keeps what is missing, and nothing comes twice."""
    rows = 2_000_000
    text = b"phone,note\n" + b"".join(b"138%08d,%012d\n" % (row, row) for row in range(rows)) + b"12,bad\n"
    path, settings = f"/tenants/{tenant_id}/lists/big", house.settings()
    await world.admin.make(f"/tenants/{tenant_id}/lists", {"list_id": "big", "mapping": {"number": "phone"}})
    await send(world.admin, tenant_id, "big", text)
    store = await asyncio.to_thread(open_store, settings.store_url, MIGRATIONS)
    lists = ListStore(store)
    await world.admin.call("POST", f"{path}/import", {})

    async def well_begun() -> ListRecord | None:
        record = await lists.one(TenantId(tenant_id), ListId("big"))
        return record if record is not None and record.checkpoint else None

    record = await until(well_begun, pause=0.005)
    house.kill_worker()
    assert record.state == "importing" and record.checkpoint["accepted"] < rows
    house.start_worker("imports,default")
    found = await done(world.admin, tenant_id, "big")

    assert found["state"] == "ready"
    assert (found["summary"]["accepted"], found["summary"]["refused"]) == (rows, {"too-short": 1})
    leads = LeadStore(store, TenantCipher(load_or_create_key(settings.master_key_file)))
    blocks = leads.each_block(TenantId(tenant_id), ListId("big"), rows // 1000)
    numbers = np.concatenate([block.numbers async for _, block in blocks])
    await store.close()
    assert len(numbers) == rows == len(np.unique(numbers))
    refused = (await world.admin.fetch(f"{path}/refused")).decode("utf-8-sig").splitlines()
    assert [line.partition(",")[2] for line in refused] == ["reason,phone,note", "too-short,12,bad"]
