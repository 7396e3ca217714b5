"""Lists in the durable store: one row a list, its uploaded parts, whose file is whose, and templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callmodel.ids import ListId, TenantId
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import TenantRows
from servicekit.stores import ColumnType, Row, TableSpec

LISTS = TableSpec(
    name="lists",
    partition=("tenant_id",),
    clustering=("list_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "list_id": ColumnType.TEXT,
        "settings": ColumnType.JSON,
        "state": ColumnType.TEXT,
        "turn": ColumnType.INT,
        "found": ColumnType.JSON,
        "checkpoint": ColumnType.JSON,
        "summary": ColumnType.JSON,
        "reason": ColumnType.TEXT,
        "created_ms": ColumnType.INT,
        "imported_ms": ColumnType.INT,
        ARCHIVED: ColumnType.INT,
    },
    guarded=True,
)
LIST_PARTS = TableSpec(
    name="list_parts",
    partition=("tenant_id", "list_id"),
    clustering=("part",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "list_id": ColumnType.TEXT,
        "part": ColumnType.INT,
        "bytes": ColumnType.INT,
        "hash": ColumnType.TEXT,
        "object_key": ColumnType.TEXT,
    },
)
LIST_FILES = TableSpec(
    name="list_files",
    partition=("tenant_id", "hash"),
    columns={"tenant_id": ColumnType.TEXT, "hash": ColumnType.TEXT, "list_id": ColumnType.TEXT},
    guarded=True,
)
LIST_TEMPLATES = TableSpec(
    name="list_templates",
    partition=("tenant_id",),
    clustering=("template_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "template_id": ColumnType.TEXT,
        "mapping": ColumnType.JSON,
        "changed_ms": ColumnType.INT,
    },
)
TABLES = (LISTS, LIST_PARTS, LIST_FILES, LIST_TEMPLATES)
OPEN, WAITING, IMPORTING, READY, REFUSED, FAILED, DUPLICATE = (
    "open", "waiting", "importing", "ready", "refused", "failed", "duplicate",
)  # fmt: skip
MOST_PARTS = 1000


@dataclass(frozen=True)
class ListRecord:
    """A list.

    settings: as it is to be read and judged.  turn: how often its import was begun; who writes for an older one is
    refused.  found: what the file is (kind, encoding, columns).  checkpoint: what is done, while it is imported.
    summary: of rows, once it is done; `blocks` is how many the list has.  reason: why it failed.
    """

    tenant_id: TenantId
    list_id: ListId
    settings: Mapping[str, Any]
    state: str = OPEN
    turn: int = 0
    found: Mapping[str, Any] | None = None
    checkpoint: Mapping[str, Any] | None = None
    summary: Mapping[str, Any] | None = None
    reason: str | None = None
    created_ms: int = 0
    imported_ms: int | None = None
    archived_ms: int | None = None

    @property
    def blocks(self) -> int:
        """How many blocks of leads it has."""
        return 0 if self.summary is None else int(self.summary["blocks"])


@dataclass(frozen=True)
class Part:
    """A part of the uploaded file, sealed in the object store.  hash: keyed, of what was sent."""

    number: int
    size: int
    hash: str
    object_key: str


@dataclass(frozen=True)
class Template:
    """Which column means what in the files of a seller."""

    template_id: str
    mapping: dict[str, Any] = field(default_factory=dict)
    changed_ms: int = 0


class ListStore(TenantRows[ListRecord]):
    """Lists, with the parts of their files, and templates."""

    table = LISTS

    def to_record(self, row: Row) -> ListRecord:
        """Return the list in a row."""
        return ListRecord(**row)

    async def advance(self, tenant_id: TenantId, record: ListRecord, **changes: Any) -> bool:
        """Write some columns; False, and nothing is written, where state or turn are no longer as in the record."""
        expected = {"state": record.state, "turn": record.turn, ARCHIVED: record.archived_ms}
        return await self._store.replace_if(LISTS.name, self._key(tenant_id, record.list_id), expected, changes)

    async def put_part(self, tenant_id: TenantId, list_id: ListId, part: Part) -> None:
        """Keep where a part of the file lies, in place of an earlier one with its number."""
        row = {"part": part.number, "bytes": part.size, "hash": part.hash, "object_key": part.object_key}
        await self._store.upsert(LIST_PARTS.name, {**self._key(tenant_id, list_id), **row})

    async def parts(self, tenant_id: TenantId, list_id: ListId) -> list[Part]:
        """Return the parts that arrived, by number."""
        page = await self._store.page(LIST_PARTS.name, self._key(tenant_id, list_id), limit=MOST_PARTS)
        return [Part(row["part"], row["bytes"], row["hash"], row["object_key"]) for row in page.rows]

    async def drop_part(self, tenant_id: TenantId, list_id: ListId, number: int) -> None:
        """Forget a part."""
        await self._store.delete(LIST_PARTS.name, {**self._key(tenant_id, list_id), "part": number})

    async def claim_file(self, tenant_id: TenantId, file_hash: str, list_id: ListId) -> ListId:
        """Return which list has a file with this hash: the given one from now on, unless another has it."""
        key = {"tenant_id": tenant_id, "hash": file_hash}
        if await self._store.claim(LIST_FILES.name, {**key, "list_id": list_id}):
            return list_id
        row = await self._store.get(LIST_FILES.name, key)
        return list_id if row is None else ListId(row["list_id"])

    async def free_file(self, tenant_id: TenantId, file_hash: str, list_id: ListId) -> None:
        """Let another list have the file."""
        key = {"tenant_id": tenant_id, "hash": file_hash}
        await self._store.delete_if(LIST_FILES.name, key, {"list_id": list_id})

    async def put_template(self, tenant_id: TenantId, template: Template) -> None:
        """Keep a template, in place of an earlier one."""
        row = {"mapping": template.mapping, "changed_ms": template.changed_ms}
        await self._store.upsert(LIST_TEMPLATES.name, {**_template_key(tenant_id, template.template_id), **row})

    async def template(self, tenant_id: TenantId, template_id: str) -> Template | None:
        """Return a template."""
        row = await self._store.get(LIST_TEMPLATES.name, _template_key(tenant_id, template_id))
        return None if row is None else Template(row["template_id"], row["mapping"], row["changed_ms"])

    async def templates(
        self, tenant_id: TenantId, limit: int, after: str | None = None
    ) -> tuple[list[Template], str | None]:
        """Return templates by id, and the token of the next page.  Raises InvalidPageTokenError."""
        page = await self._store.page(LIST_TEMPLATES.name, {"tenant_id": tenant_id}, limit=limit, after=after)
        return [Template(row["template_id"], row["mapping"], row["changed_ms"]) for row in page.rows], page.next_token

    async def drop_template(self, tenant_id: TenantId, template_id: str) -> None:
        """Forget a template; one that is not there is fine."""
        await self._store.delete(LIST_TEMPLATES.name, _template_key(tenant_id, template_id))


def _template_key(tenant_id: TenantId, template_id: str) -> dict[str, str]:
    return {"tenant_id": tenant_id, "template_id": template_id}
