"""Sound files are made once, bounded in bytes, and private ones do not stay."""

import asyncio
from pathlib import Path

import pytest

from media_nodes.soundcache import IN_USE_SECONDS, PRIVATE_SECONDS, SoundCache


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Maker:
    """Makes ten bytes; `gate` holds it up."""

    def __init__(self) -> None:
        self.made = 0
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False

    async def __call__(self) -> bytes:
        self.made += 1
        self.began.set()
        await self.gate.wait()
        if self.fails:
            raise RuntimeError("no voice")
        return b"0123456789"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_file_is_made_once_however_many_ask_at_once(tmp_path: Path):
    cache, make = SoundCache(tmp_path, 1000), Maker()

    paths = await asyncio.gather(*(cache.path_of("a", make) for _ in range(5)))

    assert make.made == 1 and set(paths) == {tmp_path / "a.wav"}
    assert paths[0].read_bytes() == b"0123456789"


async def test_one_who_gives_up_leaves_the_making_to_the_next(tmp_path: Path):
    cache, make = SoundCache(tmp_path, 1000), Maker()
    make.gate.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(cache.path_of("a", make))
        second = group.create_task(cache.path_of("a", make))
        await make.began.wait()
        first.cancel()
        make.gate.set()

    assert (await second).exists() and make.made == 2


async def test_making_that_failed_is_tried_again(tmp_path: Path):
    cache, make = SoundCache(tmp_path, 1000), Maker()
    make.fails = True
    with pytest.raises(RuntimeError):
        await cache.path_of("a", make)
    make.fails = False

    assert (await cache.path_of("a", make)).exists()


async def test_least_used_goes_when_there_is_too_much_but_none_that_is_in_use(tmp_path: Path):
    clock = Clock()
    cache = SoundCache(tmp_path, 25, clock)
    for name in "ab":
        await cache.path_of(name, Maker())
    clock.now += IN_USE_SECONDS + 1
    await cache.path_of("a", Maker())
    await cache.path_of("c", Maker())
    assert names(tmp_path) == {"a.wav", "c.wav"}

    await cache.path_of("d", Maker())

    assert names(tmp_path) == {"a.wav", "c.wav", "d.wav"}


async def test_private_files_go_after_minutes_and_with_the_process(tmp_path: Path):
    clock = Clock()
    cache = SoundCache(tmp_path, 1000, clock)
    await cache.path_of("plain", Maker())
    private = await cache.path_of("balance", Maker(), private=True)
    cache.sweep()
    assert private.exists()

    clock.now += PRIVATE_SECONDS + 1
    cache.sweep()
    assert names(tmp_path) == {"plain.wav"}
    await cache.path_of("balance", Maker(), private=True)

    again, make = SoundCache(tmp_path, 1000, clock), Maker()
    assert names(tmp_path) == {"plain.wav"}
    await again.path_of("plain", make)
    assert make.made == 0
