"""Prompts in the durable store: which audio lies where in the object store."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from callmodel.ids import PromptId, TenantId
from callmodel.prompts import PromptFile, StoredAudio
from control_plane.inventory.archive import ARCHIVED, page_of_rows
from control_plane.inventory.listing import every
from control_plane.publishing.flowchecks import ANY
from servicekit.stores import ColumnType, Row, Store, TableSpec

PROMPTS = TableSpec(
    name="prompts",
    partition=("tenant_id",),
    clustering=("prompt_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "prompt_id": ColumnType.TEXT,
        "name": ColumnType.TEXT,
        "audio": ColumnType.JSON,
        "created_ms": ColumnType.INT,
        ARCHIVED: ColumnType.INT,
    },
    guarded=True,
)
TABLES = (PROMPTS,)
PAGE_ROWS = 500


@dataclass(frozen=True)
class PromptRecord:
    """A prompt.  audio: by language or `any`, each with `object_key`, `sha256`, `seconds` and `added_ms`."""

    tenant_id: TenantId
    prompt_id: PromptId
    name: str
    audio: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    created_ms: int = 0
    archived_ms: int | None = None

    def to_file(self) -> PromptFile:
        """Return what media nodes know of it."""
        audio = {
            "" if language == ANY else language: StoredAudio(each["object_key"], each["sha256"], each["seconds"])
            for language, each in self.audio.items()
        }
        return PromptFile(self.tenant_id, self.prompt_id, audio)


class PromptStore:
    """Prompts.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, tenant_id: TenantId, record: PromptRecord) -> bool:
        """Keep a new prompt; False when the tenant has one with this id, archived or not."""
        row = {name: getattr(record, name) for name in PROMPTS.columns if name != ARCHIVED}
        return await self._store.claim(PROMPTS.name, {**row, "tenant_id": tenant_id})

    async def one(self, tenant_id: TenantId, prompt_id: PromptId) -> PromptRecord | None:
        """Return a prompt, archived or not."""
        row = await self._store.get(PROMPTS.name, _key(tenant_id, prompt_id))
        return None if row is None else _to_record(row)

    async def change(self, tenant_id: TenantId, prompt_id: PromptId, changes: dict[str, Any]) -> None:
        """Write some columns; the others stay."""
        await self._store.upsert(PROMPTS.name, {**_key(tenant_id, prompt_id), **changes})

    async def set_audio(self, tenant_id: TenantId, before: PromptRecord, audio: Mapping[str, dict[str, Any]]) -> bool:
        """Write which audio there is; False when that was changed since `before` was read."""
        key = _key(tenant_id, before.prompt_id)
        return await self._store.replace_if(
            PROMPTS.name, key, {"audio": before.audio, ARCHIVED: None}, {"audio": audio}
        )

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[PromptRecord], str | None]:
        """Return prompts by id, and the token of the next page.  Raises InvalidPageTokenError."""
        partition = {"tenant_id": tenant_id}
        found = await page_of_rows(self._store, PROMPTS.name, partition, limit, after, archived=archived)
        return [_to_record(row) for row in found.rows], found.next_token

    def each(self, tenant_id: TenantId) -> AsyncIterator[PromptRecord]:
        """Yield every prompt of the tenant that is not archived."""
        return every(lambda limit, after: self.page(tenant_id, limit, after), PAGE_ROWS)


def _key(tenant_id: TenantId, prompt_id: PromptId) -> dict[str, str]:
    return {"tenant_id": tenant_id, "prompt_id": prompt_id}


def _to_record(row: Row) -> PromptRecord:
    return PromptRecord(**row)
