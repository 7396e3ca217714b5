"""One object store behind one port; the address decides which engine serves."""

from pathlib import Path

from servicekit.objects.folder import FolderObjects, add_routes
from servicekit.objects.ports import (
    ContentMismatchError,
    InvalidKeyError,
    InvalidMetadataError,
    ObjectError,
    ObjectHeldError,
    ObjectInfo,
    ObjectList,
    ObjectNotFoundError,
    Objects,
    ObjectsRefusedError,
    ObjectsUnavailableError,
    RangeNotSatisfiableError,
)

__all__ = [
    "ContentMismatchError",
    "FolderObjects",
    "InvalidKeyError",
    "InvalidMetadataError",
    "ObjectError",
    "ObjectHeldError",
    "ObjectInfo",
    "ObjectList",
    "ObjectNotFoundError",
    "Objects",
    "ObjectsRefusedError",
    "ObjectsUnavailableError",
    "RangeNotSatisfiableError",
    "add_routes",
    "open_objects",
]


def open_objects(
    url: str, secret: bytes, public_url: str = "", credentials: tuple[str, str] | None = None
) -> Objects:
    """Open the object store at file:///absolute/folder, or s3://bucket[/prefix] (the options: `s3_client`).

    secret (16 bytes or more) signs the folder's presigned links; public_url, such as https://hq.example, is put
    before them, while S3's lead to S3.  credentials: S3's access key and secret key; without them the AWS chain
    finds some.  Raises ValueError for another address, ObjectsUnavailableError.
    """
    scheme, separator, rest = url.partition("://")
    if scheme == "s3":
        # boto3 is big, and is not there on machines that need no S3.
        from servicekit.objects.s3 import S3Objects
        from servicekit.objects.s3_client import S3Credentials, parse_address

        return S3Objects(parse_address(url), None if credentials is None else S3Credentials(*credentials))
    if scheme != "file" or not separator or not rest.startswith("/") or rest == "/":
        raise ValueError(
            f"object store address has scheme {scheme!r}; supported: file:///absolute/folder, s3://bucket"
        )
    return FolderObjects(Path(rest), secret, public_url)
