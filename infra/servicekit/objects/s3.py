"""Objects in S3, or in whatever speaks its protocol.  boto3 blocks, so each request has a thread for its time.

Content is hashed before it is sent, each part is checked by S3 on arrival, and the SHA-256 stays with the object.
"""

import asyncio
import hashlib
import io
import tempfile
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from servicekit.objects.ports import (
    MAX_LIST,
    MAX_PRESIGN_SECONDS,
    ContentMismatchError,
    ObjectHeldError,
    ObjectInfo,
    ObjectList,
    ObjectNotFoundError,
    RangeNotSatisfiableError,
    check_key,
    check_metadata,
    check_prefix,
)
from servicekit.objects.s3_client import WORKERS, S3Address, S3Credentials, build_client, translated

PART_BYTES = 8 << 20
CHUNK_BYTES = 1 << 20
SHA256 = "trunkline-sha256"
"""Name of the metadata that keeps the whole object's digest: S3's own checksum of parts is a digest of digests."""

T = TypeVar("T")

_METHODS = {"GET": "get_object", "HEAD": "head_object", "PUT": "put_object"}


class S3Objects:
    """Adapter of `Objects`.  Raises ObjectsRefusedError, beside the port's errors, for what an operator must mend."""

    def __init__(self, address: S3Address, credentials: S3Credentials | None) -> None:
        self.address = address
        shown = address.public_endpoint or address.endpoint
        try:
            self.client = build_client(address, address.endpoint, credentials)
            self._linking = build_client(address, shown, credentials)
        except BotoCoreError as error:
            raise translated(error) from error
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="s3")

    async def put(
        self,
        key: str,
        source: Path | bytes,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        sha256: str | None = None,
    ) -> ObjectInfo:
        check_key(key)
        known = check_metadata(metadata)
        with io.BytesIO(source) if isinstance(source, bytes) else await asyncio.to_thread(source.open, "rb") as file:
            return await self.run(self._store, key, file, content_type, known, sha256)

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
        # S3 takes metadata at the beginning of an upload, and the digest is known at its end.
        with tempfile.SpooledTemporaryFile(PART_BYTES) as file:
            async for part in parts:
                await asyncio.to_thread(file.write, part)
            return await self.run(self._store, key, file, content_type, known, sha256)

    async def get(self, key: str, range: tuple[int, int | None] | None = None) -> bytes:
        return b"".join([chunk async for chunk in self.stream(key, range)])

    async def stream(self, key: str, range: tuple[int, int | None] | None = None) -> AsyncIterator[bytes]:
        wanted = {} if range is None else {"Range": _range_header(*range)}
        where = {"Bucket": self.address.bucket, "Key": self._named(check_key(key))}
        body = (await self.run(self.client.get_object, **where, **wanted))["Body"]
        try:
            while chunk := await self.run(body.read, CHUNK_BYTES):
                yield chunk
        finally:
            body.close()

    async def head(self, key: str) -> ObjectInfo | None:
        return await self.run(self._head, check_key(key))

    async def delete(self, key: str) -> None:
        await self.run(self._delete, check_key(key))

    async def hold(self, key: str) -> None:
        await self.run(self._set_hold, check_key(key), "ON")

    async def release(self, key: str) -> None:
        await self.run(self._set_hold, check_key(key), "OFF")

    async def list(self, prefix: str, *, after: str | None = None, limit: int = MAX_LIST) -> ObjectList:
        if not 1 <= limit <= MAX_LIST:
            raise ValueError(f"limit must be 1..{MAX_LIST}")
        wanted = {"Prefix": self._named(check_prefix(prefix)), "MaxKeys": limit}
        if after:
            wanted["StartAfter"] = self._named(after)
        found = await self.run(self.client.list_objects_v2, Bucket=self.address.bucket, **wanted)
        ours = len(self._named(""))
        items = [
            ObjectInfo(item["Key"][ours:], item["Size"], "", "", _ms_of(item["LastModified"]))
            for item in found.get("Contents", [])
        ]
        return ObjectList(items, items[-1].key if found.get("IsTruncated") and items else None)

    def presign(self, key: str, expires_seconds: int, method: str = "GET", filename: str | None = None) -> str:
        if method not in _METHODS or not 1 <= expires_seconds <= MAX_PRESIGN_SECONDS:
            raise ValueError(f"links are for GET, HEAD or PUT, and last 1..{MAX_PRESIGN_SECONDS} seconds")
        params = {"Bucket": self.address.bucket, "Key": self._named(check_key(key))}
        if filename is not None and method != "PUT":
            params["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        try:
            link: str = self._linking.generate_presigned_url(
                _METHODS[method], Params=params, ExpiresIn=expires_seconds, HttpMethod=method
            )
        except BotoCoreError as error:
            raise translated(error) from error
        return link

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown)
        self.client.close()
        self._linking.close()

    # -- in a thread of the pool

    def _store(
        self, key: str, file: IO[bytes], content_type: str, metadata: dict[str, str], announced: str | None
    ) -> ObjectInfo:
        size, found = _measure(file)
        if announced is not None and found != announced.lower():
            raise ContentMismatchError(f"content of {size} bytes does not have the announced SHA-256")
        replaced = self._head(key)
        if replaced is not None and replaced.is_held:
            raise ObjectHeldError("the object is held")
        where = {"Bucket": self.address.bucket, "Key": self._named(key)}
        what = {
            "ContentType": content_type,
            "Metadata": {**metadata, SHA256: found},
            **self.address.encryption_of(key.partition("/")[0]),
        }
        if size <= PART_BYTES:
            content = file.read()
            self.client.put_object(**where, **what, Body=content, ChecksumSHA256=_checksum(content))
        else:
            self._store_in_parts(where, what, file)
        return ObjectInfo(key, size, found, content_type, time.time_ns() // 1_000_000, metadata)

    def _store_in_parts(self, where: dict[str, str], what: dict[str, Any], file: IO[bytes]) -> None:
        begun = self.client.create_multipart_upload(**where, **what, ChecksumAlgorithm="SHA256")
        upload = {**where, "UploadId": begun["UploadId"]}
        parts: list[dict[str, Any]] = []
        try:
            while content := file.read(PART_BYTES):
                number, checksum = len(parts) + 1, _checksum(content)
                sent = self.client.upload_part(**upload, PartNumber=number, Body=content, ChecksumSHA256=checksum)
                parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum})
            self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except BaseException:
            # What was sent costs money until somebody removes it.  Should this fail too, a lifecycle rule does.
            with suppress(BotoCoreError, ClientError):
                self.client.abort_multipart_upload(**upload)
            raise

    def _head(self, key: str) -> ObjectInfo | None:
        try:
            found = self.client.head_object(Bucket=self.address.bucket, Key=self._named(key))
        except ClientError as error:
            if isinstance(translated(error), ObjectNotFoundError):
                return None
            raise
        metadata = dict(found["Metadata"])
        sha256 = metadata.pop(SHA256, "")
        held = found.get("ObjectLockLegalHoldStatus") == "ON"
        modified_ms = _ms_of(found["LastModified"])
        return ObjectInfo(key, found["ContentLength"], sha256, found["ContentType"], modified_ms, metadata, held)

    def _set_hold(self, key: str, status: str) -> None:
        if self._head(key) is None:
            # SeaweedFS answers 500 to a hold of what is not there.
            raise ObjectNotFoundError("there is no object under this key")
        where = {"Bucket": self.address.bucket, "Key": self._named(key)}
        self.client.put_object_legal_hold(**where, LegalHold={"Status": status})

    def _delete(self, key: str) -> None:
        """Delete every version: a marker that hides them deletes nothing, and is allowed for what is held too."""
        where, name = {"Bucket": self.address.bucket}, self._named(key)
        while True:
            # Keys that begin with this one come after it.
            page = self.client.list_object_versions(**where, Prefix=name, MaxKeys=MAX_LIST)
            listed = page.get("Versions", []) + page.get("DeleteMarkers", [])
            versions = [each["VersionId"] for each in listed if each["Key"] == name]
            for version in versions:
                try:
                    self.client.delete_object(**where, Key=name, VersionId=version)
                except ClientError as error:
                    if self._is_held(name, version):
                        raise ObjectHeldError("the object is held") from error
                    raise
            if len(versions) < MAX_LIST:
                return

    def _is_held(self, name: str, version: str) -> bool:
        with suppress(BotoCoreError, ClientError):
            found = self.client.get_object_legal_hold(Bucket=self.address.bucket, Key=name, VersionId=version)
            return bool(found["LegalHold"]["Status"] == "ON")
        return False

    # -- helpers

    def _named(self, key: str) -> str:
        return f"{self.address.prefix}/{key}" if self.address.prefix else key

    async def run(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Return what the call returns in one of the pool's threads.  Raises ObjectError for S3's failures."""

        def work() -> T:
            try:
                return call(*args, **kwargs)
            except (BotoCoreError, ClientError) as error:
                raise translated(error) from error

        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _measure(file: IO[bytes]) -> tuple[int, str]:
    """Return size and SHA-256 of all of the file, and stand at its beginning again."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    size = file.tell()
    file.seek(0)
    return size, digest.hexdigest()


def _checksum(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()


def _range_header(first: int, last: int | None) -> str:
    if first < 0 or (last is not None and last < first):
        # S3 passes over such a header, and would send everything.
        raise RangeNotSatisfiableError("the range is none")
    return f"bytes={first}-{'' if last is None else last}"


def _ms_of(time: Any) -> int:
    return int(time.timestamp() * 1000)
