"""Routes of prompts."""

from control_plane.features.prompts import service
from control_plane.features.prompts.schemas import (
    AudioLink,
    AudioView,
    NewPrompt,
    PromptPatch,
    PromptView,
    SpokenText,
)
from control_plane.features.prompts.store import PromptRecord, PromptStore
from control_plane.fields import AudioLanguage, PromptIdText, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.web import Context, PageOf, Route, ThingsQuery


async def create(context: Context, tenant_id: TenantIdText, body: NewPrompt) -> PromptView:
    """Create a prompt.  Its audio comes next, by language.  Text to be spoken needs none: it stands in a flow."""
    return to_view(await service.create(context, tenant_id, body))


async def listing(context: Context, tenant_id: TenantIdText, query: ThingsQuery) -> PageOf[PromptView]:
    """The tenant's prompts, by id."""
    await require_tenant(context.store, tenant_id)
    store = PromptStore(context.store)
    records, after = await store.page(tenant_id, query.limit, query.after, archived=query.archived)
    return PageOf[PromptView](items=[to_view(record) for record in records], next=after)


async def one(context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText) -> PromptView:
    """A prompt."""
    return to_view(await service.find(context, tenant_id, prompt_id))


async def change(context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText, body: PromptPatch) -> PromptView:
    """Rename a prompt."""
    return to_view(await service.rename(context, tenant_id, prompt_id, body.name))


async def add_audio(
    context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText, language: AudioLanguage, file: bytes
) -> PromptView:
    """Send a sound file (WAV, FLAC, Ogg, MP3; 20 MB and 5 minutes at most): it is played in place of what was there.

    It is made mono at 8 kHz and as loud as every other.  `any` as language fits every call.
    """
    return to_view(await service.add_audio(context, tenant_id, prompt_id, language, file))


async def speak(
    context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText, language: AudioLanguage, body: SpokenText
) -> PromptView:
    """Have a text spoken and kept as the audio of a language, in place of what was there.

    By the platform's voice: espeak-ng, or the engine that the operator has set.  Listen to it by its link.
    """
    return to_view(await service.speak(context, tenant_id, prompt_id, language, body))


async def audio(
    context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText, language: AudioLanguage
) -> AudioLink:
    """Return a link to the audio as callers hear it, which lives for a few minutes."""
    return await service.link(context, tenant_id, prompt_id, language)


async def remove_audio(
    context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText, language: AudioLanguage
) -> PromptView:
    """Play the audio of a language no more; calls in that language hear the nearest."""
    return to_view(await service.remove_audio(context, tenant_id, prompt_id, language))


async def archive(context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText) -> None:
    """Archive a prompt that no flow, queue or number names.  Doing it again is fine."""
    await service.archive(context, tenant_id, prompt_id)


async def restore(context: Context, tenant_id: TenantIdText, prompt_id: PromptIdText) -> PromptView:
    """Take an archived prompt back into use, with its audio."""
    return to_view(await service.restore(context, tenant_id, prompt_id))


def to_view(record: PromptRecord) -> PromptView:
    """Return the prompt as the API shows it."""
    audio = {
        language: AudioView.model_validate({name: each.get(name) for name in AudioView.model_fields})
        for language, each in record.audio.items()
    }
    return PromptView(
        prompt_id=record.prompt_id,
        name=record.name,
        audio=audio,
        created_ms=record.created_ms,
        archived_ms=record.archived_ms,
    )


_TAGS = ("prompts",)
_ALL = "/tenants/{tenant_id}/prompts"
_ONE = "/tenants/{tenant_id}/prompts/{prompt_id}"
_AUDIO = f"{_ONE}/audio/{{language}}"
_READ, _WRITE = Permission.PROMPTS_READ, Permission.PROMPTS_WRITE

routes = [
    Route(
        "POST",
        _ALL,
        create,
        _WRITE,
        "Create a prompt",
        _TAGS,
        status=201,
        errors=(service.PromptExistsError,),
        configures=True,
        examples={"welcome": {"prompt_id": "welcome", "name": "Welcome"}},
        shows=one,
        names=("prompt_id",),
    ),
    Route("GET", _ALL, listing, _READ, "List prompts", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a prompt", _TAGS),
    Route("PATCH", _ONE, change, _WRITE, "Rename a prompt", _TAGS, errors=(ArchivedError,), shows=one),
    Route(
        "PUT",
        _AUDIO,
        add_audio,
        _WRITE,
        "Send audio",
        _TAGS,
        errors=(
            service.AudioNotUsableError,
            service.TooManyLanguagesError,
            service.PromptChangedError,
            ArchivedError,
        ),
        configures=True,
        timeout_seconds=60.0,
        most_bytes=service.MOST_BYTES,
        shows=one,
    ),
    Route(
        "POST",
        f"{_AUDIO}/speak",
        speak,
        _WRITE,
        "Speak a text",
        _TAGS,
        errors=(
            service.NotSpokenError,
            service.AudioNotUsableError,
            service.TooManyLanguagesError,
            service.PromptChangedError,
            ArchivedError,
        ),
        configures=True,
        timeout_seconds=60.0,
        examples={"welcome": {"text": "Welcome to Acme."}},
        shows=one,
    ),
    Route("GET", _AUDIO, audio, _READ, "A link to the audio", _TAGS),
    Route(
        "DELETE",
        _AUDIO,
        remove_audio,
        _WRITE,
        "Take audio away",
        _TAGS,
        errors=(service.PromptChangedError, ArchivedError),
        configures=True,
        shows=one,
    ),
    *archiving(_ONE, archive, restore, _WRITE, "a prompt", _TAGS, shows=one),
]
