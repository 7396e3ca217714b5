"""What recognises words: processes of our own on this machine, or a better engine behind HTTP in front of them."""

import asyncio
import base64
import contextlib
import json
import logging
import sys
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

RECOGNISE_SECONDS = 3.0
START_SECONDS = 15.0
"""The first answer of a process waits for its model."""
MOST_WAITING = 16
MOST_SECONDS = 15
MOST_ANSWER_BYTES = 65_536
_BYTES_A_SECOND = 16_000

logger = logging.getLogger(__name__)


class RecogniserError(Exception):
    """What was said could not be recognised; the text says why: `language`, `busy`, `timeout`, `engine`."""


@dataclass(frozen=True)
class Recognised:
    """`word`: as it was asked for, None for none of them.  `confidence`: 0 to 1."""

    word: str | None
    confidence: float


class Recogniser(Protocol):
    """Finds out which of some words was said."""

    async def recognise(self, audio: bytes, words: tuple[str, ...], language: str) -> Recognised:
        """Return the word in samples of 16 bit at 8 kHz; `language` is BCP 47's.  Raises RecogniserError."""

    async def close(self) -> None: ...


class _Worker:
    """One process, started when it is first needed, and again after it was killed."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, audio: bytes, words: tuple[str, ...]) -> Recognised:
        """Raises RecogniserError; the process is then gone."""
        starts = self._process is None
        try:
            async with asyncio.timeout(START_SECONDS if starts else RECOGNISE_SECONDS):
                process = await self._running()
                assert process.stdin is not None and process.stdout is not None
                process.stdin.write(json.dumps({"words": words, "bytes": len(audio)}).encode() + b"\n" + audio)
                await process.stdin.drain()
                answer = json.loads(await process.stdout.readline())
        except TimeoutError:
            await self.kill()
            raise RecogniserError("timeout") from None
        except (OSError, ValueError) as error:
            await self.kill()
            raise RecogniserError("engine") from error
        except BaseException:
            # Half an exchange: the next answer would be this one's.
            await self.kill()
            raise
        return _recognised(answer, words)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=pipe, stdout=pipe, stderr=nothing, limit=MOST_ANSWER_BYTES
            )
        return self._process

    async def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class SphinxRecogniser:
    """PocketSphinx in processes of its own: English words, and a bounded line before them."""

    def __init__(
        self, processes: int, command: tuple[str, ...] = (sys.executable, "-m", "media_nodes.sphinx")
    ) -> None:
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        self._workers = [_Worker(command) for _ in range(processes)]
        for worker in self._workers:
            self._free.put_nowait(worker)
        self._waiting = 0

    async def recognise(self, audio: bytes, words: tuple[str, ...], language: str) -> Recognised:
        if language.partition("-")[0].lower() != "en":
            raise RecogniserError("language")
        if self._waiting >= MOST_WAITING:
            raise RecogniserError("busy")
        self._waiting += 1
        try:
            worker = await self._free.get()
        finally:
            self._waiting -= 1
        try:
            return await worker.ask(audio[: MOST_SECONDS * _BYTES_A_SECOND], words)
        finally:
            self._free.put_nowait(worker)

    async def close(self) -> None:
        for worker in self._workers:
            await worker.kill()


class HttpRecogniser:
    """An engine behind HTTP: POST of {"audio", "hz", "words", "language"}, and {"word", "confidence"} in the answer.

    audio: samples of 16 bit, little-endian, in base64.  What the engine can not do `fallback` does.
    """

    def __init__(self, url: str, fallback: Recogniser, session: aiohttp.ClientSession) -> None:
        self._url, self._fallback, self._session = url, fallback, session
        self._timeout = aiohttp.ClientTimeout(total=RECOGNISE_SECONDS)

    async def recognise(self, audio: bytes, words: tuple[str, ...], language: str) -> Recognised:
        asked = {"audio": base64.b64encode(audio).decode(), "hz": 8000, "words": list(words), "language": language}
        try:
            async with self._session.post(
                self._url, json=asked, timeout=self._timeout, allow_redirects=False
            ) as answer:
                if answer.status == 200:
                    return _recognised(json.loads(await answer.content.read(MOST_ANSWER_BYTES)), words)
                problem = f"status-{answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            problem = type(error).__name__
        logger.warning("speech engine failed, the embedded one listens", extra={"problem": problem})
        return await self._fallback.recognise(audio, words, language)

    async def close(self) -> None:
        await self._fallback.close()


def _recognised(answer: Any, words: tuple[str, ...]) -> Recognised:
    """Read an engine's answer.  Raises ValueError for what is none."""
    if not isinstance(answer, dict):
        raise ValueError("an answer is an object")
    word, confidence = answer.get("word"), answer.get("confidence")
    if word is not None and word not in words:
        raise ValueError("a word that nobody asked for")
    if not isinstance(confidence, int | float):
        raise ValueError("confidence is a number")
    return Recognised(word, min(max(float(confidence), 0.0), 1.0))
