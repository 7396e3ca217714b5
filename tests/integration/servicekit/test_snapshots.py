"""Parts published over a real Redis, and copies that are kept in step with them, also through its losses."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis_server import RedisServer, until

from servicekit.redisio import connect
from servicekit.snapshotcopy import CopiedEntries, SnapshotCopy
from servicekit.snapshots import MOST_BYTES, Change, Document, Published, follow

NAME = "platform:{edge}"


def part(**stations: str) -> Document:
    return {"station": {key: {"ha1": value} for key, value in stations.items()}}


async def publish(redis: Redis, **parts: Document | None) -> int:
    published = Published(redis, NAME)
    version = await published.publish(await published.begin(), parts)
    await published.finish()
    return version


class Follower:
    """A copy that is kept in step, what it told, and its readers' side."""

    def __init__(self, path: Path) -> None:
        self.copy = SnapshotCopy(path)
        self.entries = CopiedEntries(str(path))
        self.changes: list[Change] = []

    async def changed(self, change: Change) -> None:
        self.changes.append(change)

    def finds(self, key: str) -> Any:
        found = self.entries.get("station", key)
        return found and found["ha1"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "copies" / "edge.db"


@asynccontextmanager
async def following(redis: Redis, path: Path) -> AsyncIterator[Follower]:
    follower = Follower(path)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(follow(redis, NAME, follower.copy, follower.changed))
        yield follower
        task.cancel()
    follower.copy.close()


# -- publishing


async def test_version_rises_with_changes_only(redis: Redis):
    first = await publish(redis, acme={"b": {"k": {"n": 1}}, "a": {"k": {"name": "客户"}}})
    assert await publish(redis, acme={"a": {"k": {"name": "客户"}}, "b": {"k": {"n": 1}}}) == first
    second = await publish(redis, acme={"b": {"k": {"n": 2}}})
    assert second > first
    assert await publish(redis, acme=None) > second
    assert await Published(redis, NAME).documents("acme") == [None]
    assert await Published(redis, NAME).names() == []


async def test_of_two_publishers_the_one_that_read_later_is_right_whoever_is_done_last(redis: Redis):
    slow, fast = Published(redis, NAME), Published(redis, NAME)
    slow_ticket = await slow.begin()
    fast_ticket = await fast.begin()
    await fast.publish(fast_ticket, {"acme": part(a="new"), "bolt": None})
    await slow.publish(slow_ticket, {"acme": part(a="old"), "bolt": part(b="gone"), "cora": part(c="only here")})

    assert await fast.documents("acme", "bolt", "cora") == [part(a="new"), None, part(c="only here")]
    # Who begins after both may say what was said before.
    await slow.publish(await slow.begin(), {"acme": part(a="old")})
    assert await fast.documents("acme") == [part(a="old")]


async def test_reading_later_and_finding_the_same_counts_too(redis: Redis):
    published = Published(redis, NAME)
    await publish(redis, acme=part(a="1"))
    stale = await published.begin()
    await published.publish(await published.begin(), {"acme": part(a="1")})
    await published.publish(stale, {"acme": part(a="0")})

    assert await published.documents("acme") == [part(a="1")]


async def test_tickets_of_a_redis_that_was_emptied_do_not_keep_later_ones_out(redis: Redis):
    published = Published(redis, NAME)
    for _ in range(5):
        ticket = await published.begin()
    await redis.flushall()
    await published.publish(ticket, {"acme": part(a="from before")})
    await published.publish(await published.begin(), {"acme": part(a="after")})

    assert await published.documents("acme") == [part(a="after")]


async def test_many_parts_go_in_steps_that_are_small_and_come_whole(redis: Redis):
    published = Published(redis, NAME)
    parts = {f"t{n:03}": part(**{f"s{n:03}": "x" * 3000}) for n in range(200)}
    await published.publish(await published.begin(), parts)
    index = await published.index()

    found, after, steps = {}, 0, 0
    while newer := await published.newer(after):
        assert sum(len(each.text or "") for each in newer) < 2 * MOST_BYTES
        assert {each.name for each in newer} >= {
            name for name, version in index.items() if version == newer[-1].version
        }
        found |= {each.name: each.text for each in newer}
        after, steps = newer[-1].version, steps + 1

    assert found.keys() == parts.keys()
    assert steps > 1


# -- following


async def test_followers_get_what_is_there_and_each_change_at_once(redis: Redis, path: Path):
    await publish(redis, acme=part(a="1"), bolt=part(b="1"))
    async with following(redis, path) as follower:
        await until(lambda: follower.changes and follower.copy.whole)
        assert (follower.finds("a"), follower.finds("b")) == ("1", "1")
        started = time.monotonic()
        version = await publish(redis, acme=part(a="2", c="1"))
        await until(lambda: follower.finds("a") == "2")
        assert time.monotonic() - started < 0.5
        await until(lambda: follower.changes[-1] == Change(version, frozenset({"acme"})))
        await publish(redis, acme=None, bolt=part(b="1"))
        await until(lambda: follower.finds("a") is follower.finds("c") is None)
        assert follower.finds("b") == "1"


async def test_what_moves_from_one_part_to_another_is_never_nobodys(redis: Redis, path: Path):
    await publish(redis, acme=part(moves="acme's"), bolt=part(b="1"))
    async with following(redis, path) as follower:
        await until(lambda: follower.copy.whole)
        await publish(redis, bolt=part(b="1", moves="bolt's"), acme=part())
        seen = {follower.finds("moves")}
        while "bolt's" not in seen:
            await asyncio.sleep(0)
            seen.add(follower.finds("moves"))

    assert seen == {"acme's", "bolt's"}


async def test_nothing_is_whole_before_everything_was_published_once(redis: Redis, path: Path):
    published = Published(redis, NAME)
    await published.publish(await published.begin(), {"acme": part(a="1")})
    async with following(redis, path) as follower:
        await until(lambda: follower.finds("a") == "1")
        assert not follower.copy.whole
        await published.finish()
        await until(lambda: follower.copy.whole, 3)


async def test_missed_notification_is_healed_by_the_poll(redis: Redis, path: Path):
    await publish(redis, acme=part(a="1"))
    async with following(redis, path) as follower:
        await until(lambda: follower.copy.whole)
        silent = Published(redis, NAME)
        silent.channel = "nobody listens"
        await silent.publish(await silent.begin(), {"acme": part(a="2")})
        await until(lambda: follower.finds("a") == "2", 3)


async def test_copy_serves_while_redis_is_away_and_catches_up(redis: Redis, redis_server: RedisServer, path: Path):
    await publish(redis, acme=part(a="1"), bolt=part(b="1"))
    async with following(redis, path) as follower:
        await until(lambda: follower.copy.whole)
    await asyncio.to_thread(redis_server.kill)
    async with following(redis, path) as follower:
        assert follower.copy.whole and follower.finds("a") == "1"
        await asyncio.to_thread(redis_server.start)
        await publish(redis, acme=part(a="2"), bolt=None)
        await until(lambda: follower.finds("a") == "2" and follower.finds("b") is None, 5)


async def test_redis_that_lost_everything_is_followed_anew_and_forgets_nothing_before_it_is_whole(
    redis: Redis, path: Path
):
    await publish(redis, acme=part(a="1"), bolt=part(b="1"))
    async with following(redis, path) as follower:
        await until(lambda: follower.copy.whole)
    await redis.flushall()
    published = Published(redis, NAME)
    await published.publish(await published.begin(), {"acme": part(a="2")})
    async with following(redis, path) as follower:
        await until(lambda: follower.finds("a") == "2")
        assert follower.finds("b") == "1"
        await published.finish()
        await until(lambda: follower.finds("b") is None, 5)


async def test_redis_that_lost_its_last_words_leads_back(redis: Redis, redis_server: RedisServer, path: Path):
    """As after a fail-over: what the old master was told last is unknown to the new one."""
    await publish(redis, acme=part(a="1"), bolt=part(b="1"))
    other = connect(redis_server.url.replace("/0", "/1"))
    for key in await redis.keys():
        await redis.copy(key, key, destination_db=1)
    await publish(redis, acme=part(a="lost"), cora=part(c="lost"))
    async with following(redis, path) as follower:
        await until(lambda: follower.finds("c") == "lost")
    await redis.flushdb()
    for key in await other.keys():
        await other.copy(key, key, destination_db=0)
    await other.aclose()
    await publish(redis, bolt=part(b="2"))
    async with following(redis, path) as follower:
        await until(lambda: follower.finds("b") == "2")
        await until(lambda: follower.finds("a") == "1" and follower.finds("c") is None)
