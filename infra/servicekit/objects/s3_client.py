"""How S3 is reached: the address and what it says, clients with limits, and S3's failures in the port's words."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import boto3
from botocore import handlers
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

from servicekit.objects.ports import (
    ContentMismatchError,
    ObjectError,
    ObjectNotFoundError,
    ObjectsRefusedError,
    ObjectsUnavailableError,
    RangeNotSatisfiableError,
)

WORKERS = 8
"""Requests at once, each in a thread with a connection of its own."""

CONNECT_SECONDS, READ_SECONDS = 3, 20
ATTEMPTS = 3

SHAPE = "s3://bucket[/prefix]?endpoint=https://...&region=...&sse=AES256|aws:kms|none&kms_key=alias/name-{tenant}"
_OPTIONS = frozenset({"endpoint", "public_endpoint", "region", "sse", "kms_key"})
_ENCRYPTIONS = ("AES256", "aws:kms", "none")

_PASSING = frozenset(
    {"SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "ExpiredToken", "OperationAborted", "Throttling"}
)
_DAMAGED = frozenset({"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"})


@dataclass(frozen=True)
class S3Credentials:
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True)
class S3Address:
    """What an address says.  `public_endpoint`: what links lead to, where browsers reach S3 by another name than we.

    `kms_key` names a tenant's own key, with `{tenant}` in its place.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    public_endpoint: str | None = None
    region: str | None = None
    sse: str = "AES256"
    kms_key: str | None = None

    def encryption_of(self, tenant_id: str) -> dict[str, str]:
        """Return the request's parameters that encrypt a tenant's object."""
        if self.sse == "none":
            return {}
        key = {"SSEKMSKeyId": self.kms_key.format(tenant=tenant_id)} if self.kms_key else {}
        return {"ServerSideEncryption": self.sse, **key}


def parse_address(url: str) -> S3Address:
    """Return what an address says.  Raises ValueError, showing the shape that it should have."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(options.keys() - _OPTIONS)
    if parts.scheme != "s3" or not parts.hostname or parts.username is not None or unknown:
        wrong = f"does not know {', '.join(unknown)}" if unknown else "names no bucket"
        raise ValueError(f"the object store's address {wrong}; it should be: {SHAPE}")
    address = S3Address(parts.netloc, unquote(parts.path).strip("/"), **options)
    if address.sse not in _ENCRYPTIONS:
        raise ValueError(f"the object store's sse is one of {', '.join(_ENCRYPTIONS)}")
    if address.kms_key is not None:
        fields = {name for _, name, _, _ in string.Formatter().parse(address.kms_key) if name is not None}
        if address.sse != "aws:kms" or not fields <= {"tenant"}:
            raise ValueError("kms_key goes with sse=aws:kms, and may hold {tenant} and no other placeholder")
    return address


def build_client(address: S3Address, endpoint: str | None, credentials: S3Credentials | None) -> Any:
    """Return a client; nothing is connected yet.  Without credentials the AWS chain finds them."""
    keys = {}
    if credentials is not None:
        keys = {"aws_access_key_id": credentials.access_key, "aws_secret_access_key": credentials.secret_key}
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=address.region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "virtual"},
            max_pool_connections=WORKERS,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ),
        **keys,
    )
    # SeaweedFS sorts keys as they are spelled in the answer: asked for URL encoding, "ä" (%C3%A4) comes before "a".
    # Our keys hold no character that XML could not carry.
    client.meta.events.unregister(
        "before-parameter-build.s3.ListObjectsV2", handlers.set_list_objects_encoding_type_url
    )
    return client


def translated(error: Exception) -> ObjectError:
    """Return what a failure of a request means to whoever uses the port.  Keys and secrets are not repeated."""
    if isinstance(error, ClientError):
        return _answered(error.response)
    if isinstance(error, ConnectionError | HTTPClientError | IncompleteReadError):
        return ObjectsUnavailableError(f"the object store can not be reached: {type(error).__name__}")
    return ObjectsRefusedError(f"the object store can not be used: {type(error).__name__}")


def _answered(response: Mapping[str, Any]) -> ObjectError:
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _DAMAGED:
        return ContentMismatchError("the content was damaged on its way")
    if status >= 500 or status == 429 or code in _PASSING:
        return ObjectsUnavailableError(f"the object store can not serve now: {code or status}")
    if code == "NoSuchBucket":
        return ObjectsRefusedError("the object store has no such bucket: run `trunkline admin objects-setup`")
    if status == 404:
        return ObjectNotFoundError("there is no object under this key")
    if status == 416:
        return RangeNotSatisfiableError("the range begins behind the end of the object")
    return ObjectsRefusedError(f"the object store refuses: {code or status}")
