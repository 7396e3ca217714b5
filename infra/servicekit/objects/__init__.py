"""One object store behind one port; the address decides which engine serves."""

from pathlib import Path

from servicekit.objects.folder import FolderObjects, add_routes
from servicekit.objects.ports import (
    ContentMismatchError,
    InvalidKeyError,
    InvalidMetadataError,
    ObjectError,
    ObjectInfo,
    ObjectList,
    ObjectNotFoundError,
    Objects,
    ObjectsUnavailableError,
    RangeNotSatisfiableError,
)

__all__ = [
    "ContentMismatchError",
    "FolderObjects",
    "InvalidKeyError",
    "InvalidMetadataError",
    "ObjectError",
    "ObjectInfo",
    "ObjectList",
    "ObjectNotFoundError",
    "Objects",
    "ObjectsUnavailableError",
    "RangeNotSatisfiableError",
    "add_routes",
    "open_objects",
]


def open_objects(url: str, secret: bytes, public_url: str = "") -> Objects:
    """Open the object store at file:///absolute/folder.

    secret (16 bytes or more) signs the folder's presigned links; public_url, such as https://hq.example, is put
    before them.  Raises ValueError for another address, ObjectsUnavailableError.
    """
    scheme, separator, rest = url.partition("://")
    if scheme != "file" or not separator or not rest.startswith("/") or rest == "/":
        raise ValueError(f"object store address has scheme {scheme!r}; supported: file:///absolute/folder")
    return FolderObjects(Path(rest), secret, public_url)
