"""The embedded object store: a folder on a file system.

Beside each other live `<version>~<name>` (the content) and `~<name>.json` (what is known of it, and which version
counts).  Renaming the latter is the commit, so a reader sees old or new, never a mixture.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from servicekit.files import write_atomically
from servicekit.objects.http import add_routes as add_routes
from servicekit.objects.ports import (
    MAX_LIST,
    ContentMismatchError,
    ObjectHeldError,
    ObjectInfo,
    ObjectList,
    ObjectNotFoundError,
    ObjectsUnavailableError,
    RangeNotSatisfiableError,
    check_key,
    check_metadata,
    check_prefix,
)
from servicekit.objects.signing import LinkSigner

CHUNK_BYTES = 1 << 20
ABANDONED_SECONDS = 86400
INCOMING = ".incoming"

Range = tuple[int, int | None]


class FolderObjects:
    """Adapter of `Objects`; several processes may share the folder.

    Raises ObjectsUnavailableError when the folder can not be used, ValueError for a short secret.
    """

    def __init__(self, root: Path, secret: bytes, public_url: str = "") -> None:
        self._root = root
        self._incoming = root / INCOMING
        self.signer = LinkSigner(secret, public_url)
        with _translated():
            root.parent.mkdir(parents=True, exist_ok=True)
            root.mkdir(exist_ok=True, mode=0o700)
            self._incoming.mkdir(exist_ok=True, mode=0o700)
            self._sweep()

    async def put(
        self,
        key: str,
        source: Path | bytes,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        sha256: str | None = None,
    ) -> ObjectInfo:
        chunks = _chunks_of(source)
        return await self.put_multipart(key, chunks, content_type=content_type, metadata=metadata, sha256=sha256)

    async def put_multipart(
        self,
        key: str,
        parts: AsyncIterator[bytes],
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        sha256: str | None = None,
    ) -> ObjectInfo:
        check_key(key)
        known = check_metadata(metadata)
        version = secrets.token_hex(8)
        temporary = self._incoming / version
        digest = hashlib.sha256()
        size = 0
        try:
            with _translated():
                file = await asyncio.to_thread(temporary.open, "xb")
            try:
                async for part in parts:
                    with _translated():
                        await asyncio.to_thread(_write, file, digest, part)
                    size += len(part)
                with _translated():
                    await asyncio.to_thread(_sync, file)
            finally:
                file.close()
            found = digest.hexdigest()
            if sha256 is not None and found != sha256.lower():
                raise ContentMismatchError(f"content of {size} bytes does not have the announced SHA-256")
            info = ObjectInfo(key, size, found, content_type, time.time_ns() // 1_000_000, known)
            with _translated():
                await asyncio.to_thread(self._commit, info, version, temporary)
            return info
        finally:
            temporary.unlink(missing_ok=True)

    async def get(self, key: str, range: Range | None = None) -> bytes:
        return b"".join([chunk async for chunk in self.stream(key, range)])

    async def stream(self, key: str, range: Range | None = None) -> AsyncIterator[bytes]:
        with _translated():
            info, file = await asyncio.to_thread(self._open, key)
        with file:
            first, end = _resolve(range, info.size)
            file.seek(first)
            while first < end:
                with _translated():
                    chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, end - first))
                if not chunk:
                    raise ObjectsUnavailableError(f"object ends {end - first} bytes early")
                first += len(chunk)
                yield chunk

    async def head(self, key: str) -> ObjectInfo | None:
        with _translated():
            found = await asyncio.to_thread(self._read, check_key(key))
        return found[0] if found else None

    async def delete(self, key: str) -> None:
        with _translated():
            await asyncio.to_thread(self._delete, check_key(key))

    async def hold(self, key: str) -> None:
        with _translated():
            await asyncio.to_thread(self._set_hold, check_key(key), True)

    async def release(self, key: str) -> None:
        with _translated():
            await asyncio.to_thread(self._set_hold, check_key(key), False)

    async def list(self, prefix: str, *, after: str | None = None, limit: int = MAX_LIST) -> ObjectList:
        if not 1 <= limit <= MAX_LIST:
            raise ValueError(f"limit must be 1..{MAX_LIST}")
        with _translated():
            return await asyncio.to_thread(self._list, check_prefix(prefix), after or "", limit)

    def presign(self, key: str, expires_seconds: int, method: str = "GET", filename: str | None = None) -> str:
        return self.signer.link(check_key(key), expires_seconds, method, filename)

    async def close(self) -> None:
        """Nothing is held open between calls."""

    def locate(self, key: str) -> tuple[ObjectInfo, Path]:
        """Return the object and the file that holds it now; blocks.

        Raises ObjectNotFoundError, InvalidKeyError.
        """
        found = self._read(check_key(key))
        if found is None:
            raise ObjectNotFoundError("there is no object under this key")
        info, version = found
        return info, self._content(key, version)

    def _open(self, key: str) -> tuple[ObjectInfo, BinaryIO]:
        for _ in range(10):
            info, path = self.locate(key)
            # Replaced between the two looks: the sidecar names the new version by now.
            with suppress(FileNotFoundError):
                return info, path.open("rb")
        raise ObjectsUnavailableError("the object's content is missing, or is replaced all the time")

    def _commit(self, info: ObjectInfo, version: str, temporary: Path) -> None:
        sidecar = self._sidecar(info.key)
        sidecar.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(sidecar.parent):
            replaced = self._read(info.key)
            _check_free(replaced)
            temporary.replace(self._content(info.key, version))
            self._write(info, version)
            if replaced:
                self._content(info.key, replaced[1]).unlink(missing_ok=True)

    def _delete(self, key: str) -> None:
        sidecar = self._sidecar(key)
        if not sidecar.parent.is_dir():
            return
        with _locked(sidecar.parent):
            if found := self._read(key):
                _check_free(found)
                sidecar.unlink()
                self._content(key, found[1]).unlink(missing_ok=True)

    def _set_hold(self, key: str, is_held: bool) -> None:
        folder = self._sidecar(key).parent
        if folder.is_dir():
            with _locked(folder):
                if found := self._read(key):
                    info, version = found
                    self._write(replace(info, is_held=is_held), version)
                    return
        raise ObjectNotFoundError("there is no object under this key")

    def _write(self, info: ObjectInfo, version: str) -> None:
        text = json.dumps({**asdict(info), "version": version}, ensure_ascii=False)
        write_atomically(self._sidecar(info.key), text.encode())

    def _read(self, key: str) -> tuple[ObjectInfo, str] | None:
        try:
            fields: dict[str, Any] = json.loads(self._sidecar(key).read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValueError:
            raise ObjectsUnavailableError(f"the record of {key} is damaged") from None
        version = fields.pop("version")
        return ObjectInfo(**fields), version

    def _sidecar(self, key: str) -> Path:
        path = self._root / key
        return path.with_name(f"~{path.name}.json")

    def _content(self, key: str, version: str) -> Path:
        path = self._root / key
        return path.with_name(f"{version}~{path.name}")

    def _list(self, prefix: str, after: str, limit: int) -> ObjectList:
        items: list[ObjectInfo] = []
        for key in self._walk("", prefix, after):
            if len(items) == limit:
                return ObjectList(items, items[-1].key)
            if found := self._read(key):
                items.append(found[0])
        return ObjectList(items, None)

    def _walk(self, folder: str, prefix: str, after: str) -> Iterator[str]:
        """Yield keys in order, entering only folders that can hold one."""
        names = []
        with suppress(FileNotFoundError), os.scandir(self._root / folder) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith("~"):
                    names.append(folder + name.removeprefix("~").removesuffix(".json"))
                elif "~" not in name and not name.startswith(".") and entry.is_dir():
                    # With its slash a folder sorts among its neighbours as its keys do.
                    names.append(f"{folder}{name}/")
        for name in sorted(names):
            if name.endswith("/"):
                # Every key inside starts with name: it is worth a look unless all come before or differ.
                fits = name.startswith(prefix) or prefix.startswith(name)
                if fits and (name > after or after.startswith(name)):
                    yield from self._walk(name, prefix, after)
            elif name.startswith(prefix) and name > after:
                yield name

    def _sweep(self) -> None:
        oldest = time.time() - ABANDONED_SECONDS
        for path in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


def _check_free(found: tuple[ObjectInfo, str] | None) -> None:
    if found is not None and found[0].is_held:
        raise ObjectHeldError("the object is held")


async def _chunks_of(source: Path | bytes) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with await asyncio.to_thread(source.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


def _write(file: BinaryIO, digest: Any, part: bytes) -> None:
    digest.update(part)
    file.write(part)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _resolve(wanted: Range | None, size: int) -> tuple[int, int]:
    """Return first byte and end (exclusive)."""
    if wanted is None:
        return 0, size
    first, last = wanted
    if first < 0 or first >= size or (last is not None and last < first):
        raise RangeNotSatisfiableError(f"the object has {size} bytes")
    return first, size if last is None else min(last + 1, size)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder against other writers, of other processes too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ObjectsUnavailableError(f"the object folder can not serve: {error.strerror}") from error
