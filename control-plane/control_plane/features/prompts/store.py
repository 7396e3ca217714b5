"""Prompts in the durable store: which audio lies where in the object store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callmodel.ids import PromptId, TenantId
from callmodel.prompts import PromptFile, StoredAudio
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import TenantRows
from control_plane.publishing.flowchecks import ANY
from servicekit.stores import ColumnType, Row, TableSpec

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


class PromptStore(TenantRows[PromptRecord]):
    """Prompts."""

    table = PROMPTS

    def to_record(self, row: Row) -> PromptRecord:
        """Return the prompt in a row."""
        return PromptRecord(**row)

    async def rename(self, tenant_id: TenantId, prompt_id: PromptId, name: str) -> None:
        """Give a prompt another name."""
        await self._change(tenant_id, prompt_id, {"name": name})

    async def set_audio(self, tenant_id: TenantId, before: PromptRecord, audio: Mapping[str, dict[str, Any]]) -> bool:
        """Write which audio there is; False when that was changed since `before` was read."""
        return await self.replace(tenant_id, before.prompt_id, {"audio": before.audio}, {"audio": audio})
