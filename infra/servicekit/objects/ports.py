"""The object store as the rooms see it, shaped by S3: whole objects under keys, ranges, parts, presigned links."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

MAX_LIST = 1000
MAX_PRESIGN_SECONDS = 7 * 86400
MAX_METADATA_BYTES = 1900
"""S3 takes 2 kB, of which an adapter may need some."""

# "~" is kept free for adapters; a leading dot hides files.
_SEGMENT = re.compile(r"[^/\\~\x00-\x1f\x7f.][^/\\~\x00-\x1f\x7f]*")
_METADATA_NAME = re.compile(r"[a-z0-9-]{1,64}")


class ObjectError(Exception):
    """Any failure of an object store."""


class InvalidKeyError(ObjectError):
    """The key is not of the form tenant/path/name."""

    error_id = "invalid-object-key"


class InvalidMetadataError(ObjectError):
    """Metadata names are a-z, 0-9 and -; values are printable ASCII; 1,900 bytes in all."""


class ObjectNotFoundError(ObjectError):
    """There is no object under this key."""

    error_id = "object-not-found"


class ContentMismatchError(ObjectError):
    """What arrived does not have the SHA-256 that was announced; nothing was stored."""


class RangeNotSatisfiableError(ObjectError):
    """The range begins behind the end of the object."""


class ObjectHeldError(ObjectError):
    """The object is under legal hold: it can be neither deleted nor replaced."""

    error_id = "object-held"


class ObjectsUnavailableError(ObjectError):
    """The object store can not serve now (full, away); trying again later may help."""


class ObjectsRefusedError(ObjectError):
    """The object store refuses us (credentials, bucket, policy): an operator has to mend that."""


@dataclass(frozen=True)
class ObjectInfo:
    """What is known of an object without reading it; sha256 in hex, modified in ms since 1970.

    sha256 is empty for what came by a presigned link, where nobody told the store.
    """

    key: str
    size: int
    sha256: str
    content_type: str
    modified_ms: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    is_held: bool = False


@dataclass(frozen=True)
class ObjectList:
    """Objects in the order of their keys; next_after is the `after` of the next page, None at the end."""

    items: list[ObjectInfo]
    next_after: str | None


class Objects(Protocol):
    """The one object store; adapters share the contract suite in tests/integration/servicekit.

    Every method raises InvalidKeyError for a key that is not tenant/path/name, ObjectsUnavailableError for what may
    pass, and ObjectsRefusedError for what an operator has to mend.  An object is there whole or not at all; putting
    it again replaces it, or raises ObjectHeldError.
    """

    async def put(
        self,
        key: str,
        source: Path | bytes,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        sha256: str | None = None,
    ) -> ObjectInfo:
        """Store a file's or the given bytes.

        Raises ContentMismatchError unless the content has this SHA-256 (hex), InvalidMetadataError.
        """

    async def put_multipart(
        self,
        key: str,
        parts: AsyncIterator[bytes],
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        sha256: str | None = None,
    ) -> ObjectInfo:
        """Store what comes in parts of any size; if the parts end in an error, nothing is stored."""

    async def get(self, key: str, range: tuple[int, int | None] | None = None) -> bytes:
        """Return the object, or the bytes first..last (inclusive; last None is the end; a last too far is cut).

        Raises ObjectNotFoundError, RangeNotSatisfiableError.
        """

    def stream(self, key: str, range: tuple[int, int | None] | None = None) -> AsyncIterator[bytes]:
        """Same as `get`, in chunks."""

    async def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of the object, None if there is none."""

    async def delete(self, key: str) -> None:
        """Delete the object; one that is not there is fine.  Raises ObjectHeldError."""

    async def hold(self, key: str) -> None:
        """Put the object under legal hold; twice is harmless.  Raises ObjectNotFoundError."""

    async def release(self, key: str) -> None:
        """End the legal hold; twice is harmless.  Raises ObjectNotFoundError."""

    async def list(self, prefix: str, *, after: str | None = None, limit: int = MAX_LIST) -> ObjectList:
        """Return up to limit (1..1000) objects whose keys start with prefix (tenant/...) and come after `after`.

        Key, size and time are told; the rest may be left empty, and is what `head` says.
        """

    def presign(self, key: str, expires_seconds: int, method: str = "GET", filename: str | None = None) -> str:
        """Return a link that lets anyone GET, HEAD or PUT this object until it expires (7 days at most).

        filename: the name under which a browser saves it.
        """

    async def close(self) -> None:
        """Let go of everything; closing twice is harmless."""


def check_key(key: str) -> str:
    """Return the key if it is tenant/path/name: two or more segments, no traversal, 900 bytes at most.

    Raises InvalidKeyError.
    """
    segments = key.split("/")
    if len(segments) < 2 or not all(_is_segment(segment) for segment in segments) or len(key.encode()) > 900:
        raise InvalidKeyError("an object key is tenant/path/name, without empty, hidden or climbing segments")
    return key


def check_prefix(prefix: str) -> str:
    """Return the prefix if it names a tenant: `tenant/` and the beginning of a path, which may be empty.

    Raises InvalidKeyError.
    """
    *folders, last = prefix.split("/")
    if not folders or not all(_is_segment(folder) for folder in folders) or (last and not _is_segment(last)):
        raise InvalidKeyError("a prefix starts with tenant/ and has no empty, hidden or climbing segments")
    return prefix


def _is_segment(segment: str) -> bool:
    try:
        return bool(_SEGMENT.fullmatch(segment)) and len(segment.encode()) <= 200
    except UnicodeEncodeError:
        return False


def check_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Return the metadata as a dict.

    Raises InvalidMetadataError.
    """
    given = dict(metadata or {})
    for name, value in given.items():
        if not _METADATA_NAME.fullmatch(name) or not (value.isascii() and value.isprintable()):
            raise InvalidMetadataError(InvalidMetadataError.__doc__)
    if sum(len(name) + len(value) for name, value in given.items()) > MAX_METADATA_BYTES:
        raise InvalidMetadataError(InvalidMetadataError.__doc__)
    return given
