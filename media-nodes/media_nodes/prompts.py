"""Prompts to sound files: a tenant's audio from the object store, text that a voice speaks, tones."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from callmodel.directory import Lookups
from callmodel.ids import PromptId, TenantId
from callmodel.prompts import Audio, Prompt, Speech, StoredAudio, Tone
from callmodel.spoken import to_spoken
from media_nodes.ports import PromptMissingError
from media_nodes.soundcache import SoundCache
from servicekit.audio import UnusableAudioError, telephone_audio, tone_audio
from servicekit.objects import ObjectError, Objects
from servicekit.voices import Voice, VoiceError

FETCH_SECONDS = 10.0

logger = logging.getLogger(__name__)


class CachedPrompts:
    """Adapter of `PromptFiles`: what was played before lies in the cache.

    objects: None where the node knows no object store; then tenants' own audio can not be played.
    """

    def __init__(
        self, cache: SoundCache, voice: Voice, objects: Objects | None, directory: Callable[[], Lookups | None]
    ) -> None:
        self._cache, self._voice, self._objects, self._directory = cache, voice, objects, directory

    async def files_of(self, tenant_id: TenantId, prompts: Sequence[Prompt], language: str) -> list[Path]:
        return list(await asyncio.gather(*(self._file_of(tenant_id, prompt, language) for prompt in prompts)))

    async def _file_of(self, tenant_id: TenantId, prompt: Prompt, language: str) -> Path:
        try:
            match prompt:
                case Audio(prompt_id):
                    stored = self._stored(tenant_id, prompt_id, language)
                    name = f"audio-{_hash(tenant_id, stored.sha256)}"
                    return await self._cache.path_of(name, lambda: self._fetch(stored))
                case Speech(text, digits, private):
                    spoken = to_spoken(text, language, digits=digits)
                    name = f"speech-{_hash(tenant_id, self._voice.name, language, spoken)}"
                    return await self._cache.path_of(name, lambda: self._speak(spoken, language), private=private)
                case Tone(hz, milliseconds):
                    name = f"tone-{hz}-{milliseconds}"
                    return await self._cache.path_of(name, lambda: _tone(hz, milliseconds))
        except OSError as error:
            raise PromptMissingError(f"sound can not be kept: {error.strerror}") from error

    def _stored(self, tenant_id: TenantId, prompt_id: PromptId, language: str) -> StoredAudio:
        directory = self._directory()
        prompt = directory.prompt_of(tenant_id, prompt_id) if directory is not None else None
        stored = prompt.in_language(language) if prompt is not None else None
        if stored is None:
            raise PromptMissingError(f"no audio {prompt_id}")
        return stored

    async def _fetch(self, stored: StoredAudio) -> bytes:
        if self._objects is None:
            raise PromptMissingError("this node knows no object store")
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                data = await self._objects.get(stored.object_key)
        except (ObjectError, TimeoutError) as error:
            raise PromptMissingError(f"audio can not be fetched: {type(error).__name__}") from error
        if hashlib.sha256(data).hexdigest() != stored.sha256.lower():
            raise PromptMissingError("audio is not what was stored")
        return await _for_telephones(data)

    async def _speak(self, text: str, language: str) -> bytes:
        try:
            spoken = await self._voice.say(text, language)
        except VoiceError as error:
            raise PromptMissingError(str(error)) from error
        return await _for_telephones(spoken)


async def _for_telephones(data: bytes) -> bytes:
    try:
        return (await asyncio.to_thread(telephone_audio, data)).wav
    except UnusableAudioError as error:
        raise PromptMissingError(error.error_id) from error


async def _tone(hz: int, milliseconds: int) -> bytes:
    return tone_audio(hz, milliseconds / 1000).wav


def _hash(*parts: str) -> str:
    """Return a name by which nobody can tell what is spoken."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
