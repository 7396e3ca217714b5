"""Prompts come and change; audio is checked, made fit for telephones, and kept in the object store."""

import asyncio
import hashlib
from datetime import UTC, datetime

import aiohttp

from callmodel.ids import PromptId, TenantId
from control_plane.features.prompts.schemas import AudioLink, NewPrompt, SpokenText
from control_plane.features.prompts.store import PromptRecord, PromptStore
from control_plane.inventory.references import require_tenant
from control_plane.inventory.uses import require_unused_prompt
from control_plane.publishing.flowchecks import ANY
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError, UnavailableError
from servicekit.audio import AudioLimits, TelephoneAudio, UnusableAudioError, telephone_audio
from servicekit.voices import HttpVoice, VoiceError

MOST_BYTES = 20_000_000
LIMITS = AudioLimits(most_bytes=MOST_BYTES, most_seconds=300.0)
MOST_LANGUAGES = 30


class PromptExistsError(ConflictError):
    error_id = "prompt-exists"
    title = "The tenant has a prompt with this id"


class PromptChangedError(ConflictError):
    error_id = "prompt-changed"
    title = "Somebody else changed the prompt at the same time; look at it and try again"


class AudioNotUsableError(InvalidRequestError):
    """`reason`: such as `audio-not-readable`, `audio-silent`, `audio-too-long`."""

    error_id = "audio-not-usable"
    title = "The file can not be played to callers"


class NotSpokenError(UnavailableError):
    error_id = "not-spoken"
    title = "The text could not be spoken; try again, or send a sound file"


class TooManyLanguagesError(ConflictError):
    error_id = "too-many-languages"
    title = "The prompt has audio in as many languages as it may"


async def create(context: Context, tenant_id: TenantId, new: NewPrompt) -> PromptRecord:
    """Keep a new prompt, without audio.  Raises NotFoundError, PromptExistsError."""
    await require_tenant(context.store, tenant_id)
    record = PromptRecord(tenant_id, new.prompt_id, new.name or "", {}, context.now_ms())
    if not await PromptStore(context.store).add(tenant_id, record):
        raise PromptExistsError()
    return record


async def find(context: Context, tenant_id: TenantId, prompt_id: PromptId) -> PromptRecord:
    """Return a prompt, archived or not.  Raises NotFoundError."""
    return await PromptStore(context.store).find(tenant_id, prompt_id)


async def rename(context: Context, tenant_id: TenantId, prompt_id: PromptId, name: str | None) -> PromptRecord:
    """Change a prompt's name.  Raises NotFoundError, ArchivedError."""
    await PromptStore(context.store).find_living(tenant_id, prompt_id)
    if name is not None:
        await PromptStore(context.store).rename(tenant_id, prompt_id, name)
    return await find(context, tenant_id, prompt_id)


async def add_audio(
    context: Context, tenant_id: TenantId, prompt_id: PromptId, language: str, file: bytes
) -> PromptRecord:
    """Keep audio in a language, in place of what was there.

    Raises NotFoundError, ArchivedError, AudioNotUsableError, TooManyLanguagesError, PromptChangedError, and
    ObjectsUnavailableError while the object store is away.
    """
    return await _keep(context, await _before(context, tenant_id, prompt_id, language), language, file)


async def speak(
    context: Context, tenant_id: TenantId, prompt_id: PromptId, language: str, said: SpokenText
) -> PromptRecord:
    """Keep spoken text as a language's audio, in place of what was there.

    Raises as `add_audio`, and NotSpokenError.
    """
    before = await _before(context, tenant_id, prompt_id, language)
    try:
        file = await _spoken(context, said.text, said.spoken_in if language == ANY else language)
    except VoiceError as error:
        raise NotSpokenError(str(error)) from error
    return await _keep(context, before, language, file, said.text)


async def _spoken(context: Context, text: str, language: str) -> bytes:
    url = context.settings.voice_url
    if not url:
        return await context.voice.say(text, language)
    async with aiohttp.ClientSession() as session:
        return await HttpVoice(url, context.voice, session).say(text, language)


async def _before(context: Context, tenant_id: TenantId, prompt_id: PromptId, language: str) -> PromptRecord:
    before = await PromptStore(context.store).find_living(tenant_id, prompt_id)
    if language not in before.audio and len(before.audio) >= MOST_LANGUAGES:
        raise TooManyLanguagesError()
    return before


async def _keep(
    context: Context, before: PromptRecord, language: str, file: bytes, text: str | None = None
) -> PromptRecord:
    tenant_id, prompt_id = before.tenant_id, before.prompt_id
    audio = await _fit(file)
    sha256 = hashlib.sha256(audio.wav).hexdigest()
    # By its content: calls that were told of the former file find it as long as they last.
    key = f"{tenant_id}/prompts/{prompt_id}/{sha256}.wav"
    await context.objects.put(key, audio.wav, content_type="audio/wav", sha256=sha256)
    entry = {
        "object_key": key,
        "sha256": sha256,
        "seconds": round(audio.seconds, 2),
        "added_ms": context.now_ms(),
        "text": text,
    }
    if not await PromptStore(context.store).set_audio(tenant_id, before, {**before.audio, language: entry}):
        raise PromptChangedError()
    return await find(context, tenant_id, prompt_id)


async def remove_audio(context: Context, tenant_id: TenantId, prompt_id: PromptId, language: str) -> PromptRecord:
    """Play a language's audio no more.  Raises NotFoundError, ArchivedError, PromptChangedError."""
    before = await PromptStore(context.store).find_living(tenant_id, prompt_id)
    if language not in before.audio:
        raise NotFoundError()
    left = {each: entry for each, entry in before.audio.items() if each != language}
    if not await PromptStore(context.store).set_audio(tenant_id, before, left):
        raise PromptChangedError()
    return await find(context, tenant_id, prompt_id)


async def link(context: Context, tenant_id: TenantId, prompt_id: PromptId, language: str) -> AudioLink:
    """Return a link to a language's audio.  Raises NotFoundError."""
    entry = (await find(context, tenant_id, prompt_id)).audio.get(language)
    if entry is None:
        raise NotFoundError()
    seconds = context.settings.download_link_seconds
    url = context.objects.presign(entry["object_key"], seconds, filename=f"{prompt_id}-{language}.wav")
    expires = datetime.fromtimestamp(context.now_ms() // 1000 + seconds, UTC)
    return AudioLink(url=url, expires_at=expires.isoformat(), sha256=entry["sha256"])


async def archive(context: Context, tenant_id: TenantId, prompt_id: PromptId) -> None:
    """Take a prompt out of use; doing it again is fine.  Raises NotFoundError, InUseError."""
    if (await find(context, tenant_id, prompt_id)).archived_ms is None:
        await require_unused_prompt(context, tenant_id, prompt_id)
        await PromptStore(context.store).set_archived(tenant_id, prompt_id, context.now_ms())


async def restore(context: Context, tenant_id: TenantId, prompt_id: PromptId) -> PromptRecord:
    """Take a prompt back into use, with its audio.  Raises NotFoundError."""
    return await PromptStore(context.store).restore(tenant_id, prompt_id)


async def _fit(file: bytes) -> TelephoneAudio:
    try:
        # Takes up to a second of processor for a minute of sound: requests are served meanwhile.
        return await asyncio.to_thread(telephone_audio, file, LIMITS)
    except UnusableAudioError as error:
        raise AudioNotUsableError(str(error), reason=error.error_id) from None
