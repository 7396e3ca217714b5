"""What speaks text: a program on this machine, or a better engine behind HTTP in front of it."""

import asyncio
import logging
import re
from typing import Protocol

import aiohttp

ESPEAK_SECONDS = 5.0
ESPEAK_AT_ONCE = 2
MOST_CHARACTERS = 2_000
MOST_BYTES = 20_000_000
HTTP_SECONDS = 4.0
WORDS_PER_MINUTE = 160

# The voice of a language is found by its BCP 47 tag, else by the tag's first part.
ESPEAK_VOICES = {
    "zh": "cmn",
    "zh-hk": "yue",
    "zh-mo": "yue",
    "yue": "yue",
    "cmn": "cmn",
    "en": "en-us",
    "en-gb": "en-gb",
}
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
DEFAULT_VOICE = "en-us"

logger = logging.getLogger(__name__)


class VoiceError(Exception):
    """The text could not be spoken.  The error's own text holds nothing of it."""


class Voice(Protocol):
    """Speaks.  `name` tells this engine and its voices from others: their sound is kept by it."""

    @property
    def name(self) -> str: ...

    async def say(self, text: str, language: str) -> bytes:
        """Return the spoken text as a sound file of any kind; `language` is BCP 47's.  Raises VoiceError."""


class EspeakVoice:
    """espeak-ng, a process for each text.  The text goes in by a pipe: others see a process's arguments."""

    def __init__(self, program: str = "espeak-ng", seconds: float = ESPEAK_SECONDS) -> None:
        self._program, self._seconds = program, seconds
        self._slots = asyncio.Semaphore(ESPEAK_AT_ONCE)

    @property
    def name(self) -> str:
        return f"espeak-ng/{WORDS_PER_MINUTE}"

    async def say(self, text: str, language: str) -> bytes:
        command = [self._program, "-v", espeak_voice(language), "-s", str(WORDS_PER_MINUTE), "-b", "1"]
        command += ["--stdin", "--stdout"]
        async with self._slots:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            except OSError as error:
                raise VoiceError(f"espeak-ng does not start: {error.strerror}") from error
            try:
                async with asyncio.timeout(self._seconds):
                    spoken, _ = await process.communicate(text[:MOST_CHARACTERS].encode())
            except TimeoutError:
                raise VoiceError("espeak-ng takes too long") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode != 0 or not spoken:
            raise VoiceError(f"espeak-ng ended with {process.returncode}")
        return spoken


class HttpVoice:
    """An engine behind HTTP: POST of {"text", "language"} as JSON, and a sound file in the answer.

    What it can not say `fallback` says.
    """

    def __init__(
        self, url: str, fallback: Voice, session: aiohttp.ClientSession, seconds: float = HTTP_SECONDS
    ) -> None:
        self._url, self._fallback, self._session = url, fallback, session
        self._timeout = aiohttp.ClientTimeout(total=seconds)

    @property
    def name(self) -> str:
        return self._url

    async def say(self, text: str, language: str) -> bytes:
        asked = {"text": text[:MOST_CHARACTERS], "language": language}
        try:
            async with self._session.post(
                self._url, json=asked, timeout=self._timeout, allow_redirects=False
            ) as answer:
                if answer.status == 200:
                    return await _bounded(answer)
                problem = f"status-{answer.status}"
        except (aiohttp.ClientError, TimeoutError, VoiceError, OSError) as error:
            problem = type(error).__name__
        logger.warning("voice engine failed, the embedded one speaks", extra={"problem": problem})
        return await self._fallback.say(text, language)


def espeak_voice(language: str) -> str:
    """Return espeak-ng's voice for a BCP 47 language."""
    if _LANGUAGE.fullmatch(language) is None:
        return DEFAULT_VOICE
    tag = language.lower()
    kind = tag.partition("-")[0]
    return ESPEAK_VOICES.get(tag) or ESPEAK_VOICES.get(kind) or kind


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for piece in answer.content.iter_chunked(1 << 16):
        found += piece
        if len(found) > MOST_BYTES:
            raise VoiceError("the answer is too long")
    return bytes(found)
