"""Music of tenants is made when somebody first waits, and nobody waits for it long."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from callmodel.ids import PromptId, TenantId
from callmodel.prompts import Audio, Prompt
from callmodel.rooms import Music
from media_nodes import music
from media_nodes.ari import AriAwayError
from media_nodes.music import DEFAULT_CLASS, MusicClasses
from media_nodes.ports import PromptMissingError

ACME = TenantId("acme")
WALTZ = Music(ACME, PromptId("waltz"))


class Files:
    """A file for each prompt, named by what is in it; `gate` holds it up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.content = ""
        self.missing = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def files_of(self, tenant_id: TenantId, prompts: Sequence[Prompt], language: str) -> list[Path]:
        await self.gate.wait()
        (prompt,) = prompts
        assert isinstance(prompt, Audio)
        if self.missing:
            raise PromptMissingError("not stored")
        path = self._folder / f"audio-{tenant_id}-{prompt.prompt_id}{self.content}.wav"
        path.write_bytes(b"sound")
        return [path]


class FakeAri:
    def __init__(self) -> None:
        self.reloads = 0
        self.away = False

    async def command(self, method: str, path: str) -> Any:
        if self.away:
            raise AriAwayError("away")
        self.reloads += 1


class Stage:
    def __init__(self, folder: Path) -> None:
        self.files, self.ari, self.instance = Files(folder), FakeAri(), folder / "instance"
        self.classes = MusicClasses(self.instance, self.files, self.ari)  # type: ignore[arg-type]

    def sections(self) -> set[str]:
        return {path.stem for path in (self.instance / "data" / "music").glob("*.conf")}


@asynccontextmanager
async def making(folder: Path) -> AsyncIterator[Stage]:
    stage = Stage(folder)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(stage.classes.run())
        await asyncio.sleep(0)
        yield stage
        running.cancel()


async def test_class_is_made_once_and_asterisk_told_once(tmp_path: Path):
    async with making(tmp_path) as stage:
        names = await asyncio.gather(*(stage.classes.class_of(WALTZ) for _ in range(3)))
        again = await stage.classes.class_of(WALTZ)

        assert set(names) == {again} == {"audio-acme-waltz"} and stage.ari.reloads == 1
        folder = stage.instance / "data" / "music" / again
        assert [path.read_bytes() for path in folder.iterdir()] == [b"sound"]
        assert f"[{again}]\nmode=files\ndirectory={folder.resolve()}\n" == folder.with_suffix(".conf").read_text()


async def test_other_audio_under_the_same_name_is_another_class(tmp_path: Path):
    async with making(tmp_path) as stage:
        first = await stage.classes.class_of(WALTZ)
        stage.files.content = "-2"

        assert await stage.classes.class_of(WALTZ) != first


async def test_who_comes_before_it_is_there_hears_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(music, "PATIENCE_SECONDS", 0.01)
    async with making(tmp_path) as stage:
        stage.files.gate.clear()
        assert await stage.classes.class_of(WALTZ) == DEFAULT_CLASS
        stage.files.gate.set()
        monkeypatch.setattr(music, "PATIENCE_SECONDS", 5.0)

        assert await stage.classes.class_of(WALTZ) == "audio-acme-waltz"


@pytest.mark.parametrize("broken", ["missing", "away"])
async def test_music_that_is_not_to_be_had_is_tried_again_for_the_next(tmp_path: Path, broken: str):
    async with making(tmp_path) as stage:
        stage.files.missing, stage.ari.away = broken == "missing", broken == "away"
        assert await stage.classes.class_of(WALTZ) == DEFAULT_CLASS
        stage.files.missing = stage.ari.away = False

        assert await stage.classes.class_of(WALTZ) == "audio-acme-waltz"


async def test_least_used_class_goes_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(music, "MOST_CLASSES", 2)
    async with making(tmp_path) as stage:
        for name in ("one", "two", "one", "three"):
            await stage.classes.class_of(Music(ACME, PromptId(name)))

        assert stage.sections() == {"audio-acme-one", "audio-acme-three"}


async def test_classes_of_a_former_process_are_found_again(tmp_path: Path):
    async with making(tmp_path) as stage:
        await stage.classes.class_of(WALTZ)
    async with making(tmp_path) as stage:
        assert await stage.classes.class_of(WALTZ) == "audio-acme-waltz"
        assert stage.ari.reloads == 0


async def test_no_music_is_the_platforms_own(tmp_path: Path):
    async with making(tmp_path) as stage:
        assert await stage.classes.class_of(None) == DEFAULT_CLASS
    assert await stage.classes.class_of(WALTZ) == DEFAULT_CLASS
