"""An Asterisk without a conductor: the test itself gives the switch its orders, and reads what the switch tells."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import orjson
from media_harness import ACME, BLOCK, CUSTOMER, CUSTOMER_HZ, DOMAIN, HQ_NUMBER, Node, until

from callmodel.directory import Directory
from callmodel.ids import CallId, LegId, PromptId
from callmodel.prompts import PromptFile, StoredAudio
from callmodel.rooms import Party, Room
from callmodel.vouched import HEADER, to_header
from media_nodes.ami import Ami
from media_nodes.ari import Ari, AriAwayError
from media_nodes.asterisk import AriSwitch
from media_nodes.config import MediaSettings
from media_nodes.edges import EdgeChoice, edges_of
from media_nodes.music import MusicClasses
from media_nodes.prompts import CachedPrompts
from media_nodes.rendering import passwords_of
from media_nodes.soundcache import SoundCache
from media_nodes.stasis import APP, Arrived, Created, News, to_news
from servicekit.audio import wav_of
from servicekit.objects import FolderObjects
from servicekit.voices import EspeakVoice
from simulators.call import PhoneCall
from simulators.call_media import CallMedia
from simulators.call_media import MediaSettings as PhoneMedia
from simulators.phone import Softphone
from simulators.tones import tone

N = TypeVar("N")
CALL = CallId("call-1")


@dataclass
class Heard:
    """News, and when it came (monotonic seconds)."""

    news: Any
    at: float = field(default_factory=time.monotonic)


class Engine:
    """One Asterisk in `folder`, and the switch on it.  `news` is all that was told, in order."""

    def __init__(self, folder: Path) -> None:
        self.node = Node(folder, BLOCK)
        self.heard: list[Heard] = []
        self.directory = Directory()
        self.switch: AriSwitch
        self.ari: Ari
        self.music: MusicClasses
        self._came = asyncio.Event()

    async def start(self) -> None:
        (self.node.folder / "run").mkdir(parents=True)
        self.node.start_asterisk()
        prefix = "TRUNKLINE_"
        named = {name.removeprefix(prefix).lower(): value for name, value in self.node.env.items()}
        self.settings = MediaSettings(**named)
        passwords = await until(self._passwords)
        address = self.settings.control_address
        self.ari = Ari(address, self.settings.ari_port, "conductor", passwords.ari)
        self._ami = Ami(address, self.settings.ami_port, "conductor", passwords.ami)
        self.objects = FolderObjects(self.node.folder / "objects", b"0123456789abcdef")
        cache = SoundCache(self.node.folder / "sounds", 10_000_000)
        self.prompts = CachedPrompts(cache, EspeakVoice(), self.objects, lambda: self.directory)
        self.music = MusicClasses(self.settings.instance_dir, self.prompts, self.ari)
        self.switch = self.another_switch()

    def another_switch(self) -> AriSwitch:
        """Return a switch that knows nothing yet of what is there."""
        edges = EdgeChoice(edges_of(self.settings.edges), self.ari)
        return AriSwitch(self.ari, self._ami, edges, self.node.folder, self.music)

    def _passwords(self) -> Any:
        rendered = (self.settings.instance_dir / "etc" / "asterisk.conf").exists()
        return passwords_of(self.settings) if rendered else None

    async def listen(self, ready: asyncio.Event) -> None:
        while True:
            with contextlib.suppress(AriAwayError):
                async with self.ari.events(APP) as events:
                    await self.switch.subscribe()
                    ready.set()
                    async for text in events:
                        self._hear(text)
            await asyncio.sleep(0.05)

    def _hear(self, text: str) -> None:
        news = to_news(orjson.loads(text), 0)
        if isinstance(news, Created):
            self.switch.leg_created(news.leg_id)
        elif news is not None:
            self.heard.append(Heard(news))
            self._came.set()

    @property
    def news(self) -> list[News]:
        return [each.news for each in self.heard]

    async def told(self, kind: type[N], count: int = 1, seconds: float = 10.0) -> list[N]:
        """Return all news of a kind once there are so many.  Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(found := [each for each in self.news if isinstance(each, kind)]) < count:
                self._came.clear()
                await self._came.wait()
        return found

    async def call_in(
        self, *, answered: bool = True, hz: int = CUSTOMER_HZ, events: bool = True
    ) -> tuple[PhoneCall, LegId]:
        """Let a caller in, and return the phone's side and the leg.  events: whether its keys are RFC 4733's."""
        before = sum(isinstance(each, Arrived) for each in self.news)

        def media(settings: PhoneMedia) -> CallMedia:
            return CallMedia(replace(settings, telephone_events=events))

        at = (self.node.address, 5060)
        phone = Softphone(CUSTOMER, DOMAIN, proxy=at, bind=self.node.edge_address, tone_hz=hz, open_media=media)
        vouched = {"origin": "trunk", "trunk": "cheap"}
        call = await phone.dial(f"sip:{HQ_NUMBER}@{self.node.address}", {HEADER: to_header(vouched.items())})
        leg_id = (await self.told(Arrived, before + 1))[-1].leg_id
        if answered:
            await self.switch.answer(leg_id)
            await call.wait_for("answered")
        return call, leg_id

    async def set_room(self, *parties: Party) -> None:
        await self.switch.set_room(CALL, Room(parties))

    def sound(self, hz: int, seconds: float) -> Path:
        """Return a file with a tone."""
        path = self.node.folder / f"{hz}-{seconds}.wav"
        path.write_bytes(tone_wav(hz, seconds))
        return path

    async def store(self, prompt_id: str, hz: int, seconds: float, sha256: str = "") -> PromptId:
        """Put audio of the tenant's into the object store and the directory."""
        data = tone_wav(hz, seconds)
        key = f"tenants/acme/prompts/{prompt_id}"
        await self.objects.put(key, data)
        stored = StoredAudio(key, sha256 or hashlib.sha256(data).hexdigest(), seconds)
        prompt = PromptFile(ACME, PromptId(prompt_id), {"": stored})
        self.directory = Directory(prompts=(*self.directory.prompts, prompt))
        return prompt.prompt_id

    async def stop(self) -> None:
        await self.ari.close()
        await self.node.stop()


def tone_wav(hz: int, seconds: float) -> bytes:
    return wav_of(tone(hz, seconds).astype("float32") / 32768, 8000)


@contextlib.asynccontextmanager
async def running_engine(engine: Engine) -> AsyncIterator[Engine]:
    try:
        await engine.start()
        ready = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(engine.listen(ready)), group.create_task(engine.music.run())]
            await asyncio.wait_for(ready.wait(), 20)
            yield engine
            for task in tasks:
                task.cancel()
    finally:
        await engine.stop()
