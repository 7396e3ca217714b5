"""What every adapter of `servicekit.objects.Objects` must do.

An adapter's test subclasses ObjectsContract and gives the fixtures `objects` (an empty store) and `fetch` (an HTTP
client for its presigned links: method, link, headers, body -> status, headers, body).
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from servicekit.objects import (
    ContentMismatchError,
    InvalidKeyError,
    InvalidMetadataError,
    ObjectHeldError,
    ObjectNotFoundError,
    Objects,
    RangeNotSatisfiableError,
)

KEY = "acme/recordings/2026/11/23/rec-1.ogg"
CONTENT = bytes(range(256)) * 5000
SHA256 = hashlib.sha256(CONTENT).hexdigest()

Answer = tuple[int, Mapping[str, str], bytes]
Fetch = Callable[..., Awaitable[Answer]]


async def parts(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def keys(objects: Objects, prefix: str, limit: int = 1000) -> list[str]:
    found, after = [], None
    while True:
        page = await objects.list(prefix, after=after, limit=limit)
        found += [item.key for item in page.items]
        after = page.next_after
        if after is None:
            return found


class ObjectsContract:
    async def test_object_comes_back_whole(self, objects: Objects):
        put = await objects.put(KEY, CONTENT, content_type="audio/ogg", metadata={"call-id": "c1"}, sha256=SHA256)
        assert (put.size, put.sha256) == (len(CONTENT), SHA256)
        assert await objects.get(KEY) == CONTENT
        info = await objects.head(KEY)
        assert info is not None
        assert (info.key, info.size, info.sha256) == (KEY, len(CONTENT), SHA256)
        assert (info.content_type, dict(info.metadata)) == ("audio/ogg", {"call-id": "c1"})

    async def test_file_is_put(self, objects: Objects, tmp_path: Path):
        (tmp_path / "rec.ogg").write_bytes(CONTENT)
        await objects.put(KEY, tmp_path / "rec.ogg", sha256=SHA256)
        assert await objects.get(KEY) == CONTENT

    async def test_empty_object(self, objects: Objects):
        await objects.put(KEY, b"")
        assert await objects.get(KEY) == b""
        with pytest.raises(RangeNotSatisfiableError):
            await objects.get(KEY, (0, None))

    async def test_put_again_replaces(self, objects: Objects):
        await objects.put(KEY, b"old", metadata={"a": "1"})
        await objects.put(KEY, b"new")
        info = await objects.head(KEY)
        assert info is not None and dict(info.metadata) == {}
        assert await objects.get(KEY) == b"new"

    async def test_wrong_hash_stores_nothing(self, objects: Objects):
        await objects.put(KEY, b"old")
        with pytest.raises(ContentMismatchError):
            await objects.put(KEY, b"new", sha256=SHA256)
        assert await objects.get(KEY) == b"old"

    async def test_parts_are_joined(self, objects: Objects):
        await objects.put_multipart(KEY, parts(CONTENT[:10], b"", CONTENT[10:]), sha256=SHA256)
        assert await objects.get(KEY) == CONTENT

    async def test_parts_that_break_off_store_nothing(self, objects: Objects):
        async def broken() -> AsyncIterator[bytes]:
            yield CONTENT
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await objects.put_multipart(KEY, broken())
        assert await objects.head(KEY) is None

    @pytest.mark.parametrize("wanted", [(0, 0), (0, 99), (1_000_000, None), (1_279_999, None), (5, 10**9)])
    async def test_ranges(self, objects: Objects, wanted: tuple[int, int | None]):
        await objects.put(KEY, CONTENT)
        first, last = wanted
        assert await objects.get(KEY, wanted) == CONTENT[first : None if last is None else last + 1]

    async def test_range_behind_the_end_is_refused(self, objects: Objects):
        await objects.put(KEY, CONTENT)
        for wanted in ((len(CONTENT), None), (5, 4), (-1, 5)):
            with pytest.raises(RangeNotSatisfiableError):
                await objects.get(KEY, wanted)

    async def test_stream_comes_in_pieces(self, objects: Objects):
        content = CONTENT * 3
        await objects.put(KEY, content)
        pieces = [piece async for piece in objects.stream(KEY)]
        assert len(pieces) > 1 and b"".join(pieces) == content

    async def test_reader_keeps_what_it_began_with(self, objects: Objects):
        content = CONTENT * 3
        await objects.put(KEY, content)
        reader = objects.stream(KEY)
        begin = await anext(reader)
        await objects.put(KEY, b"new")
        assert begin + b"".join([piece async for piece in reader]) == content

    async def test_nothing_there(self, objects: Objects):
        assert await objects.head(KEY) is None
        with pytest.raises(ObjectNotFoundError):
            await objects.get(KEY)
        await objects.delete(KEY)

    async def test_deleted_object_is_gone(self, objects: Objects):
        await objects.put(KEY, CONTENT)
        await objects.delete(KEY)
        assert await objects.head(KEY) is None
        assert await keys(objects, "acme/") == []

    async def test_held_object_is_neither_deleted_nor_replaced(self, objects: Objects):
        await objects.put(KEY, CONTENT)
        for _ in range(2):
            await objects.hold(KEY)
        with pytest.raises(ObjectHeldError):
            await objects.delete(KEY)
        with pytest.raises(ObjectHeldError):
            await objects.put(KEY, b"other")
        info = await objects.head(KEY)
        assert info is not None and info.is_held
        assert await objects.get(KEY) == CONTENT

    async def test_released_object_is_deleted(self, objects: Objects):
        await objects.put(KEY, CONTENT)
        await objects.hold(KEY)
        for _ in range(2):
            await objects.release(KEY)
        await objects.put(KEY, b"other")
        await objects.delete(KEY)
        assert await objects.head(KEY) is None

    async def test_nothing_there_to_hold(self, objects: Objects):
        for attempt in (objects.hold(KEY), objects.release(KEY)):
            with pytest.raises(ObjectNotFoundError):
                await attempt

    async def test_list_is_in_key_order_and_paged(self, objects: Objects):
        names = ["t/a", "t/a-b", "t/a/b", "t/a/b/c", "t/a0", "t/b/1", "t/b/2", "t/ä", "t/z"]
        for name in reversed(names):
            await objects.put(name, b"x")
        await objects.put("other/a", b"x")
        assert await keys(objects, "t/") == sorted(names)
        assert await keys(objects, "t/", limit=2) == sorted(names)
        assert await keys(objects, "t/a") == ["t/a", "t/a-b", "t/a/b", "t/a/b/c", "t/a0"]
        assert await keys(objects, "t/a/") == ["t/a/b", "t/a/b/c"]
        assert await keys(objects, "missing/") == []

    @pytest.mark.parametrize(
        "key",
        ["", "acme", "/acme/x", "acme/../other/x", "acme/./x", "acme//x", "acme/x/", "../x", "acme/.hidden",
         "acme/x\0", "acme/a\\b", "acme/\n", "acme/\ud800", "acme/" + "x" * 300, "acme/~x.json"],
    )  # fmt: skip
    async def test_bad_keys_are_refused(self, objects: Objects, key: str):
        for attempt in (objects.put(key, b"x"), objects.get(key), objects.head(key), objects.delete(key)):
            with pytest.raises(InvalidKeyError):
                await attempt
        with pytest.raises(InvalidKeyError):
            objects.presign(key, 60)

    @pytest.mark.parametrize("prefix", ["", "acme", "/", "../", "acme/../", "acme//"])
    async def test_prefix_names_a_tenant(self, objects: Objects, prefix: str):
        with pytest.raises(InvalidKeyError):
            await objects.list(prefix)

    @pytest.mark.parametrize("metadata", [{"Call": "x"}, {"a": "客户"}, {"a": "x\r\ny"}, {"a": "x" * 3000}])
    async def test_bad_metadata_is_refused(self, objects: Objects, metadata: dict[str, str]):
        with pytest.raises(InvalidMetadataError):
            await objects.put(KEY, b"x", metadata=metadata)

    async def test_writers_at_once_leave_one_whole_object(self, objects: Objects):
        contents = [bytes([n]) * 100_000 for n in range(8)]
        await asyncio.gather(*(objects.put(KEY, content) for content in contents))
        info = await objects.head(KEY)
        content = await objects.get(KEY)
        assert content in contents and info is not None and info.sha256 == hashlib.sha256(content).hexdigest()

    async def test_link_serves_the_object(self, objects: Objects, fetch: Fetch):
        await objects.put(KEY, CONTENT, content_type="audio/ogg")
        status, headers, body = await fetch("GET", objects.presign(KEY, 60, filename="gespräch.ogg"))
        assert (status, body) == (200, CONTENT)
        assert headers["Content-Type"] == "audio/ogg"
        assert "gespr%C3%A4ch.ogg" in headers["Content-Disposition"]

    async def test_link_for_head_tells_the_size_and_sends_nothing(self, objects: Objects, fetch: Fetch):
        await objects.put(KEY, CONTENT)
        status, headers, body = await fetch("HEAD", objects.presign(KEY, 60, method="HEAD"))
        assert (status, headers["Content-Length"], body) == (200, str(len(CONTENT)), b"")

    async def test_link_serves_ranges(self, objects: Objects, fetch: Fetch):
        await objects.put(KEY, CONTENT)
        link = objects.presign(KEY, 60)
        status, headers, body = await fetch("GET", link, {"Range": "bytes=100-199"})
        assert (status, body) == (206, CONTENT[100:200])
        assert headers["Content-Range"] == f"bytes 100-199/{len(CONTENT)}"
        assert (await fetch("GET", link, {"Range": "bytes=-10"}))[2] == CONTENT[-10:]
        assert (await fetch("GET", link, {"Range": f"bytes={len(CONTENT)}-"}))[0] == 416

    async def test_link_for_a_missing_object(self, objects: Objects, fetch: Fetch):
        assert (await fetch("GET", objects.presign(KEY, 60)))[0] == 404

    async def test_link_takes_an_upload(self, objects: Objects, fetch: Fetch):
        link = objects.presign(KEY, 60, method="PUT")
        assert (await fetch("PUT", link, {}, CONTENT))[0] in (200, 201)
        assert await objects.get(KEY) == CONTENT

    async def test_link_is_good_for_its_method_and_object_alone(self, objects: Objects, fetch: Fetch):
        await objects.put(KEY, CONTENT)
        await objects.put("other/secret", CONTENT)
        link = objects.presign(KEY, 60)
        assert (await fetch("PUT", link, {}, b"evil"))[0] == 403
        assert (await fetch("GET", objects.presign(KEY, 60, method="PUT")))[0] == 403
        assert (await fetch("GET", link.replace(KEY, "other/secret")))[0] == 403
        assert (await fetch("GET", link.split("?")[0]))[0] == 403
        assert (await fetch("GET", link[:-3] + "AAA"))[0] == 403

    async def test_expired_link_is_refused(self, objects: Objects, fetch: Fetch):
        await objects.put(KEY, CONTENT)
        link = objects.presign(KEY, 1)
        async with asyncio.timeout(10):
            while (await fetch("GET", link))[0] != 403:  # noqa: ASYNC110 - the clock decides
                await asyncio.sleep(0.05)

    @pytest.mark.parametrize(("seconds", "method"), [(0, "GET"), (8 * 86400, "GET"), (60, "DELETE")])
    async def test_link_out_of_bounds_is_not_made(self, objects: Objects, seconds: int, method: str):
        with pytest.raises(ValueError):
            objects.presign(KEY, seconds, method)
