"""Starts Chromium by Playwright in Node.js, opens pages, and says what they log and what they hear.

A page has a profile of its own (cookies, storage) or another's, and all pages of one Chromium have one microphone.
"""

import asyncio
import contextlib
import json
import os
import shutil
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np

from devstack.children import CALLS_FIRST, die_with
from simulators.g711 import RATE
from simulators.tones import dominant_tones, tone
from trunkline.conditions import until

HERE = Path(__file__).parent
EXECUTABLE = "/usr/bin/chromium"
START_SECONDS = 60.0
COMMAND_SECONDS = 45.0
GOODBYE_SECONDS = 10.0
TONE_SECONDS = 20.0
"""Chromium plays the file again and again; a whole number of periods fits."""
HEARD_SAMPLES = RATE // 2
LONGEST_LINE = 4 * 1024 * 1024
WORDS_OF_A_LOG = 4000

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # All of a test is on loopback addresses, which WebRTC passes over.
    "--allow-loopback-in-peer-connection",
)


class PageError(Exception):
    """What a page, or Playwright, says went wrong."""


class Page:
    """An open page.  `log` is all that it has said; what it is sent over WebRTC it hears."""

    def __init__(self, chromium: "Chromium", number: int) -> None:
        self._chromium, self.number = chromium, number
        self.log: list[str] = chromium.logs.setdefault(number, [])

    async def chain(self, *steps: list[Any]) -> Any:
        """Call Playwright's methods one after the other, each on what the one before returned.

        For example `chain(["getByRole", "button", {"name": "Answer"}], ["click"])`.  Returns the last value where
        it is plain data.  Raises PageError.
        """
        return await self._chromium.command(do="chain", page=self.number, steps=list(steps))

    async def run(self, javascript: str, argument: Any = None) -> Any:
        """Evaluate an expression, or call a function with the argument, and wait for a promise.  Raises PageError."""
        return await self._chromium.command(do="run", page=self.number, source=javascript, given=argument)

    async def close(self) -> None:
        await self._chromium.command(do="close", page=self.number)

    async def says(self, words: str, seconds: float = 20.0, since: int = 0) -> None:
        """Wait until it logs some words, after its first `since` lines."""

        async def said() -> bool:
            return any(words in line for line in self.log[since:])

        told = "\n".join(self.log[since:])[-WORDS_OF_A_LOG:]
        assert await until(said, seconds, pause_seconds=0.1), f"no {words!r} in: {told}"

    async def heard(self) -> np.ndarray[Any, np.dtype[np.int16]]:
        """Return the half second at 8 kHz that begins now; nothing while nobody is connected."""
        begun = await self._seconds()

        async def over() -> bool:
            return await self._seconds() >= begun + HEARD_SAMPLES / RATE

        if not await until(over, 5.0, pause_seconds=0.1):
            return np.zeros(0, np.int16)
        return np.array(await self.run("count => trunklineEars.samples(count)", HEARD_SAMPLES), np.int16)

    async def hears(self, wanted_hz: set[int], candidates_hz: Iterable[int], seconds: float = 15.0) -> None:
        """Wait until exactly the wanted ones of the candidates sound in half a second that begins from now on."""
        candidates, heard = list(candidates_hz), set[int]()

        async def right() -> bool:
            heard.clear()
            heard.update(dominant_tones(await self.heard(), RATE, candidates))
            return heard == wanted_hz

        assert await until(right, seconds, pause_seconds=0.1), f"hears {heard}, not {wanted_hz}"

    async def _seconds(self) -> float:
        return float(await self.run("trunklineEars.seconds()"))


class Chromium:
    """A Chromium with an empty profile below `folder`, whose microphone plays a tone.

    resolves: names that are elsewhere than DNS says, `{"localhost:8000": "127.0.0.1:4711"}`.
    trusts: SHA-256 of public keys, in base64, whose certificates are taken without an authority.
    """

    def __init__(
        self, folder: Path, tone_hz: int, *, resolves: dict[str, str] | None = None, trusts: Iterable[str] = ()
    ) -> None:
        self.folder, self.tone_hz = folder, tone_hz
        self._rules = ",".join(f"MAP {name} {place}" for name, place in (resolves or {}).items())
        self._trusts = ",".join(trusts)
        self.logs: dict[int, list[str]] = {}
        self.version = ""
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._count = 0

    async def __aenter__(self) -> Self:
        assert shutil.which("node"), "Node.js is not on this machine"
        self.folder.mkdir(parents=True)
        microphone = self.folder / "microphone.wav"
        with wave.open(str(microphone), "wb") as file:
            file.setparams((1, 2, RATE * 6, 0, "NONE", ""))
            file.writeframes(tone(self.tone_hz, TONE_SECONDS, rate=RATE * 6).astype("<i2").tobytes())
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={microphone}"]
        flags += [f"--host-resolver-rules={self._rules}"] if self._rules else []
        flags += [f"--ignore-certificate-errors-spki-list={self._trusts}"] if self._trusts else []
        self._said = (self.folder / "driver.log").open("wb")
        # It stands for phones on machines of their own: a busy machine here shall not take their voices.
        self._driver = await asyncio.create_subprocess_exec(
            "node", str(HERE / "driver.mjs"), EXECUTABLE, str(HERE / "ears.js"), *flags,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=self._said, limit=LONGEST_LINE,
            start_new_session=True, preexec_fn=die_with(os.getpid(), CALLS_FIRST),
        )  # fmt: skip
        started = self._asked[0] = asyncio.get_running_loop().create_future()
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._tasks.create_task(self._listen())
        try:
            async with asyncio.timeout(START_SECONDS):
                self.version = str(await started)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._driver.stdin is not None
        self._driver.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._driver.wait()
        if self._driver.returncode is None:
            self._driver.kill()
            await self._driver.wait()
        await self._tasks.__aexit__(None, None, None)
        self._said.close()
        # Whoever looks for a failure's cause finds what pages said.
        for number, lines in self.logs.items():
            (self.folder / f"page-{number}.log").write_text("\n".join(lines))

    async def open(self, url: str, beside: Page | None = None) -> Page:
        """Open a page in a profile of its own, and wait until it is loaded.  Raises PageError.

        beside: a page of whose profile it is, as another tab.
        """
        return Page(self, int(await self.command(do="open", url=url, beside=beside and beside.number)))

    async def command(self, **given: Any) -> Any:
        """Have the driver do one thing, and return what came of it.  Raises PageError."""
        self._count += 1
        number = self._count
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        assert self._driver.stdin is not None
        self._driver.stdin.write(json.dumps({"id": number, **given}).encode() + b"\n")
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                return await answer
        finally:
            self._asked.pop(number, None)

    async def _listen(self) -> None:
        assert self._driver.stdout is not None
        async for line in self._driver.stdout:
            told = json.loads(line)
            if "said" in told:
                self.logs.setdefault(told["page"], []).append(told["said"])
            elif (answer := self._asked.get(told.get("id", 0))) is None or answer.done():
                continue
            elif "error" in told:
                answer.set_exception(PageError(told["error"]))
            else:
                answer.set_result(told.get("result", told.get("version")))
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(PageError(f"the driver has ended: {self.folder / 'driver.log'}"))
