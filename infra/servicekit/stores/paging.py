"""Page tokens: opaque to callers, bound to table, partition and direction, the same for every adapter."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from servicekit.stores.ports import ColumnType, InvalidPageTokenError, TableSpec, UnknownColumnError
from servicekit.stores.rows import encode

_CHECK_BYTES = 8


def issue_token(spec: TableSpec, partition: Sequence[Any], falling: bool, position: Sequence[Any]) -> str:
    """Return the token for the rows after the one whose clustering values are position."""
    body = json.dumps([_plain(value) for value in position], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check_of(spec, partition, falling, body) + body).decode().rstrip("=")


def read_token(spec: TableSpec, partition: Sequence[Any], falling: bool, token: str) -> list[Any]:
    """Return the clustering values inside the token.

    The check value catches mistakes, not malice: a forged token can only name a place in the partition which the
    caller was allowed to read anyway.  Raises InvalidPageTokenError.
    """
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        check, body = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        if check != _check_of(spec, partition, falling, body):
            raise InvalidPageTokenError("the page token belongs to another listing, or is damaged")
        values = json.loads(body)
        kinds = [spec.columns[name] for name in spec.clustering]
        return [
            base64.b64decode(value, validate=True) if kind is ColumnType.BLOB else value
            for kind, value in zip(kinds, values, strict=True)
        ]
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise InvalidPageTokenError("the page token is damaged") from None


def successor(prefix: str) -> str | None:
    """Return the least text that is greater than all texts with the prefix (None: there is none)."""
    for end in range(len(prefix), 0, -1):
        code = ord(prefix[end - 1]) + 1
        # Surrogates are no characters of their own and can not be stored.
        code = 0xE000 if 0xD800 <= code < 0xE000 else code
        if code <= 0x10FFFF:
            return prefix[: end - 1] + chr(code)
    return None


def falls_of(spec: TableSpec, newest_first: bool | None) -> bool:
    """Return whether a listing gives the first clustering column in falling order."""
    declared = bool(spec.clustering) and spec.clustering[0] in spec.descending
    return declared if newest_first is None else newest_first


def bounds_of(spec: TableSpec, since: Any, until: Any, prefix: str | None) -> tuple[Any, Any]:
    """Return the least and the first value beyond (None: no bound) of the first clustering column.

    Raises UnknownColumnError for bounds that the table can not have, WrongTypeError.
    """
    if since is None and until is None and prefix is None:
        return None, None
    if not spec.clustering:
        raise UnknownColumnError(f"table {spec.name} has no clustering column to bound")
    first = spec.clustering[0]
    if prefix is not None:
        if spec.columns[first] is not ColumnType.TEXT or since is not None or until is not None:
            raise UnknownColumnError(f"prefix needs a TEXT column alone, {spec.name}.{first} can not be so bounded")
        return prefix, successor(prefix)
    for bound in (since, until):
        if bound is not None:
            encode(spec, (first,), [{first: bound}])
    return since, until


def _check_of(spec: TableSpec, partition: Sequence[Any], falling: bool, body: bytes) -> bytes:
    scope = json.dumps([spec.name, [_plain(value) for value in partition], falling]).encode()
    return hashlib.blake2b(scope + b"\0" + body, digest_size=_CHECK_BYTES).digest()


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
