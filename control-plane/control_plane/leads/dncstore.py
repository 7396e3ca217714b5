"""Do-not-call lists in the durable store: single numbers, sealed, and whole files as sets in the object store."""

import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callmodel.ids import E164, TenantId
from control_plane.keyring.sealedfiles import opened, sealed
from hotstate.dnc import DncScope
from servicekit.crypto import TenantCipher
from servicekit.objects import Objects
from servicekit.stores import ColumnType, Row, Store, TableSpec

if TYPE_CHECKING:
    from leadimport.numbersets import NumberSet

DNC_NUMBERS = TableSpec(
    name="dnc_numbers",
    partition=("tenant_id", "scope", "bucket"),
    clustering=("token",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "scope": ColumnType.TEXT,
        "bucket": ColumnType.INT,
        "token": ColumnType.TEXT,
        "sealed": ColumnType.BLOB,
        "source": ColumnType.TEXT,
        "by": ColumnType.TEXT,
        "at_ms": ColumnType.INT,
        "call_id": ColumnType.TEXT,
        "allowed": ColumnType.BOOL,
    },
)
DNC_FILES = TableSpec(
    name="dnc_files",
    partition=("tenant_id", "scope"),
    clustering=("file_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "scope": ColumnType.TEXT,
        "file_id": ColumnType.TEXT,
        "state": ColumnType.TEXT,
        "turn": ColumnType.INT,
        "upload_key": ColumnType.TEXT,
        "upload_bytes": ColumnType.INT,
        "set_key": ColumnType.TEXT,
        "numbers": ColumnType.INT,
        "region": ColumnType.TEXT,
        "reason": ColumnType.TEXT,
        "changed_ms": ColumnType.INT,
    },
    guarded=True,
)
TABLES = (DNC_NUMBERS, DNC_FILES)
BUCKETS = 64
PAGE_ROWS = 1000


@dataclass(frozen=True)
class DncEntry:
    """A number on a list.  source: `api`, `agent`, `key`, `sms`, `disposition`.  allowed: it was taken off again,
    which counts more than any file."""

    number: E164
    source: str
    by: str
    at_ms: int
    call_id: str | None = None
    allowed: bool = False


@dataclass(frozen=True)
class DncFile:
    """A file of numbers.  state: `waiting`, `ready`, `failed`.  turn: how often one was sent in its place."""

    tenant_id: TenantId
    scope: str
    file_id: str
    state: str
    turn: int
    upload_key: str | None = None
    upload_bytes: int = 0
    set_key: str | None = None
    numbers: int = 0
    region: str = ""
    reason: str | None = None
    changed_ms: int = 0


class DncStore:
    """The lists.  Every method raises StoreUnavailableError, those of sets ObjectsUnavailableError too."""

    def __init__(self, store: Store, objects: Objects, cipher: TenantCipher) -> None:
        self._store, self._objects, self._cipher = store, objects, cipher

    async def put(self, scope: DncScope, entry: DncEntry) -> None:
        """Keep that a number is on a list, or was taken off it."""
        key = self._key(scope, entry.number)
        sealed_number = self._cipher.encrypt(scope.tenant_id, entry.number.encode(), _context(scope))
        row = {name: getattr(entry, name) for name in ("source", "by", "at_ms", "call_id", "allowed")}
        await self._store.upsert(DNC_NUMBERS.name, {**key, **row, "sealed": sealed_number})

    async def one(self, scope: DncScope, number: E164) -> DncEntry | None:
        """Return what is kept of a single number; files are asked in hot state."""
        row = await self._store.get(DNC_NUMBERS.name, self._key(scope, number))
        return None if row is None else self._entry(scope, row)

    async def each(self, scope: DncScope) -> AsyncIterator[DncEntry]:
        """Yield all single numbers of a list."""
        for bucket in range(BUCKETS):
            partition = {"tenant_id": scope.tenant_id, "scope": scope.name, "bucket": bucket}
            after: str | None = None
            while True:
                page = await self._store.page(DNC_NUMBERS.name, partition, limit=PAGE_ROWS, after=after)
                for row in page.rows:
                    yield self._entry(scope, row)
                after = page.next_token
                if after is None:
                    break

    async def add_file(self, scope: DncScope, file: DncFile) -> None:
        """Keep a file, in place of one with its id."""
        row = {name: getattr(file, name) for name in DNC_FILES.columns}
        await self._store.upsert(DNC_FILES.name, {**row, **_file_key(scope, file.file_id)})

    async def file(self, scope: DncScope, file_id: str) -> DncFile | None:
        """Return a file."""
        row = await self._store.get(DNC_FILES.name, _file_key(scope, file_id))
        return None if row is None else DncFile(**row)

    async def files(self, scope: DncScope) -> list[DncFile]:
        """Return the files of a list, by id."""
        partition = {"tenant_id": scope.tenant_id, "scope": scope.name}
        page = await self._store.page(DNC_FILES.name, partition, limit=PAGE_ROWS)
        return [DncFile(**row) for row in page.rows]

    async def change_file(self, scope: DncScope, file: DncFile, **changes: object) -> bool:
        """Write some columns; False where another was sent in its place meanwhile."""
        return await self._store.replace_if(
            DNC_FILES.name, _file_key(scope, file.file_id), {"turn": file.turn}, changes
        )

    async def drop_file(self, scope: DncScope, file_id: str) -> None:
        """Forget a file."""
        await self._store.delete(DNC_FILES.name, _file_key(scope, file_id))

    async def set_of(self, scope: DncScope, key: str) -> "NumberSet":
        """Return the numbers of a file."""
        from leadimport.numbersets import NumberSet

        pieces = [piece async for piece in opened(self._cipher, scope.tenant_id, key, self._objects.stream(key))]
        return NumberSet.load(io.BytesIO(b"".join(pieces)))

    async def keep_set(self, scope: DncScope, key: str, numbers: "NumberSet") -> None:
        """Keep the numbers of a file."""
        content = io.BytesIO()
        numbers.save(content)

        async def pieces() -> AsyncIterator[bytes]:
            yield content.getvalue()

        await self._objects.put_multipart(key, sealed(self._cipher, scope.tenant_id, key, pieces()))

    async def numbers_of(self, scopes: Iterable[DncScope]) -> "NumberSet":
        """Return all numbers of some lists as one set."""
        import numpy as np

        from leadimport.numbersets import NumberSet

        found = [np.zeros(0, np.uint64)]
        for scope in scopes:
            off = set[int]()
            keys = [file.set_key for file in await self.files(scope) if file.set_key is not None]
            found += [(await self.set_of(scope, key)).numbers() for key in keys]
            on = list[int]()
            async for entry in self.each(scope):
                (off.add if entry.allowed else on.append)(int(entry.number[1:]))
            if off:
                taken_off = np.fromiter(off, np.uint64)
                found = [numbers[~np.isin(numbers, taken_off)] for numbers in found]
            found.append(np.array(on, np.uint64))
        return NumberSet.of(np.concatenate(found))

    def _key(self, scope: DncScope, number: E164) -> dict[str, object]:
        token = self._cipher.keyed_hash(scope.tenant_id, f"dnc {number}")[:32]
        named = {"tenant_id": scope.tenant_id, "scope": scope.name}
        return {**named, "bucket": int(token[:4], 16) % BUCKETS, "token": token}

    def _entry(self, scope: DncScope, row: Row) -> DncEntry:
        number = self._cipher.decrypt(scope.tenant_id, row["sealed"], _context(scope)).decode()
        return DncEntry(E164(number), row["source"], row["by"], row["at_ms"], row["call_id"], bool(row["allowed"]))


def _context(scope: DncScope) -> str:
    return f"dnc.{scope.name}"


def _file_key(scope: DncScope, file_id: str) -> dict[str, str]:
    return {"tenant_id": scope.tenant_id, "scope": scope.name, "file_id": file_id}
