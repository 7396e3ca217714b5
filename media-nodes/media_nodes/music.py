"""Music on hold of tenants: Asterisk plays it over and over from a class, which is made when somebody first waits."""

import asyncio
import logging
import shutil
from collections import OrderedDict
from pathlib import Path

from callmodel.prompts import Audio
from callmodel.rooms import Music
from media_nodes.ari import Ari, AriAwayError, AriError
from media_nodes.ports import PromptFiles, PromptMissingError
from servicekit.files import write_atomically

DEFAULT_CLASS = "default"
PATIENCE_SECONDS = 0.1
"""A caller hears music within 200 ms: what takes longer to fetch is for the next one."""
MOST_CLASSES = 200

logger = logging.getLogger(__name__)


class MusicClasses:
    """Adapter of `MusicOnHold`: for each music a folder with one file, and a section of musiconhold.conf.

    instance: Asterisk's own tree, in which classes of a former process are found again.
    """

    def __init__(self, instance: Path, files: PromptFiles, ari: Ari) -> None:
        self._folder = instance / "data" / "music"
        self._files, self._ari = files, ari
        found = sorted(self._folder.glob("*.conf"), key=lambda each: each.stat().st_mtime)
        self._made = OrderedDict[str, None]((section.stem, None) for section in found)
        self._changing = asyncio.Lock()
        self._finding: dict[Music, asyncio.Task[str]] = {}
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Make classes until cancelled; before and after there is the platform's own music alone."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self._group = None

    async def class_of(self, music: Music | None) -> str:
        if music is None or self._group is None:
            return DEFAULT_CLASS
        finding = self._finding.get(music)
        if finding is None:
            finding = self._finding[music] = self._group.create_task(self._find(music))
            finding.add_done_callback(lambda _: self._finding.pop(music, None))
        done, _ = await asyncio.wait([finding], timeout=PATIENCE_SECONDS)
        return finding.result() if done and not finding.cancelled() else DEFAULT_CLASS

    async def _find(self, music: Music) -> str:
        try:
            # Named by what is in it: other audio under the same id is another class.
            (file,) = await self._files.files_of(music.tenant_id, (Audio(music.prompt_id),), "")
            if file.stem not in self._made:
                async with self._changing:
                    await self._make(file)
        except (PromptMissingError, OSError, AriError, AriAwayError) as error:
            extra = {"tenant_id": music.tenant_id, "prompt_id": music.prompt_id, "reason": str(error)}
            logger.warning("music is not to be had", extra=extra)
            return DEFAULT_CLASS
        self._made.move_to_end(file.stem)
        return file.stem

    async def _make(self, file: Path) -> None:
        if file.stem in self._made:
            return
        await asyncio.to_thread(self._write, file)
        # Who hears a class that goes hears it to the end.
        for name in list(self._made)[: max(0, len(self._made) + 1 - MOST_CLASSES)]:
            await asyncio.to_thread(self._remove, name)
            del self._made[name]
        await self._ari.command("PUT", "/asterisk/modules/res_musiconhold.so")
        self._made[file.stem] = None

    def _write(self, file: Path) -> None:
        folder = self._folder / file.stem
        # A copy: the cache may do without its own when Asterisk still plays it.
        write_atomically(folder / file.name, file.read_bytes())
        section = f"[{file.stem}]\nmode=files\ndirectory={folder.resolve()}\n"
        write_atomically(self._folder / f"{file.stem}.conf", section.encode())

    def _remove(self, name: str) -> None:
        (self._folder / f"{name}.conf").unlink(missing_ok=True)
        shutil.rmtree(self._folder / name, ignore_errors=True)
