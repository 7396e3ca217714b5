"""The folder adapter: the contract, and what only a folder can do wrong."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from objects_contract import CONTENT, KEY, Answer, Fetch, ObjectsContract
from yarl import URL

from servicekit.objects import FolderObjects, ObjectsUnavailableError, add_routes, open_objects

SECRET = b"0123456789abcdef"


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects", SECRET)


@pytest.fixture
async def fetch(objects: FolderObjects) -> AsyncIterator[Fetch]:
    app = web.Application()
    add_routes(app, objects)
    async with TestServer(app) as server, ClientSession() as session:

        async def request(
            method: str, link: str, headers: dict[str, str] | None = None, body: bytes | None = None
        ) -> Answer:
            url = URL(str(server.make_url("/")).rstrip("/") + link, encoded=True)
            async with session.request(method, url, headers=headers, data=body) as response:
                return response.status, response.headers, await response.read()

        yield request


class TestFolderObjects(ObjectsContract):
    pass


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_replacing_and_deleting_leave_no_litter(objects: FolderObjects, tmp_path: Path):
    for n in range(5):
        await objects.put("t/x", bytes([n]))
    assert len(files(tmp_path / "objects")) == 2
    await objects.delete("t/x")
    assert files(tmp_path / "objects") == []


async def test_upload_that_never_finished_is_swept_after_a_day(objects: FolderObjects, tmp_path: Path):
    incoming = tmp_path / "objects" / ".incoming"
    for name, age in (("old", 2 * 86400), ("new", 60)):
        (incoming / name).touch()
        os.utime(incoming / name, (time.time() - age,) * 2)
    FolderObjects(tmp_path / "objects", SECRET)
    assert files(incoming) == ["new"]


async def test_damaged_record_is_unavailable(objects: FolderObjects, tmp_path: Path):
    await objects.put("t/x", b"x")
    (tmp_path / "objects/t/~x.json").write_text("{")
    with pytest.raises(ObjectsUnavailableError):
        await objects.get("t/x")


async def test_content_that_shrank_on_disk_is_noticed(objects: FolderObjects, tmp_path: Path):
    await objects.put("t/x", CONTENT)
    _, path = objects.locate("t/x")
    os.truncate(path, 1000)
    with pytest.raises(ObjectsUnavailableError):
        await objects.get("t/x")


async def test_full_disk_is_unavailable_and_leaves_nothing(objects: FolderObjects, tmp_path: Path):
    # A limit on file size makes the kernel refuse the write half way, as a full disk does.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT) // 2, hard))
    try:
        with pytest.raises(ObjectsUnavailableError):
            await objects.put("t/x", CONTENT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(tmp_path / "objects") == []


async def test_folder_that_went_away_is_unavailable(objects: FolderObjects, tmp_path: Path):
    (tmp_path / "objects").rename(tmp_path / "away")
    with pytest.raises(ObjectsUnavailableError):
        await objects.put("t/x", CONTENT)
    assert await objects.head("t/x") is None


async def test_links_of_another_secret_are_refused(objects: FolderObjects, fetch: Fetch, tmp_path: Path):
    await objects.put(KEY, CONTENT)
    other = FolderObjects(tmp_path / "objects", b"f" * 16)
    status, headers, body = await fetch("GET", other.presign(KEY, 60))
    assert status == 403 and headers["Content-Type"].startswith("application/problem+json")
    assert b"link-refused" in body


async def test_signed_link_can_not_climb_out(objects: FolderObjects, fetch: Fetch):
    link = objects.signer.link("t/../../../../etc/passwd", 60, "GET", None)
    assert (await fetch("GET", link.replace("..", "%2e%2e").replace("/%2e", "%2f%2e")))[0] in (400, 403, 404)


async def test_served_object_can_not_run_as_a_page_of_ours(objects: FolderObjects, fetch: Fetch):
    await objects.put(KEY, b"<script>", content_type="text/html")
    _, headers, _ = await fetch("GET", objects.presign(KEY, 60))
    assert headers["Content-Security-Policy"] == "sandbox" and headers["X-Content-Type-Options"] == "nosniff"


async def test_head_of_a_link(objects: FolderObjects, fetch: Fetch):
    await objects.put(KEY, CONTENT)
    status, headers, body = await fetch("HEAD", objects.presign(KEY, 60))
    assert (status, headers["Content-Length"], body) == (200, str(len(CONTENT)), b"")


async def test_public_address_stands_before_links(tmp_path: Path):
    objects = open_objects(f"file://{tmp_path}", SECRET, "https://hq.example/")
    assert objects.presign(KEY, 60).startswith(f"https://hq.example/objects/{KEY}?expires=")
    await asyncio.wait_for(objects.close(), 5)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://bucket",
        "s3://",
        "s3://b?colour=red",
        "s3://b?sse=rot13",
        "s3://b?kms_key=k",
        "file://relative",
        "file:///",
        "/tmp/x",
        "",
    ],
)
def test_other_addresses_are_refused_with_the_supported_ones(url: str):
    with pytest.raises(ValueError, match=r"file:///|s3://bucket|sse"):
        open_objects(url, SECRET)
