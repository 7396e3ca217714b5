"""CDRs to and from rows: what names a customer is sealed with the tenant's key, and the rest is kept as it is.

`callmodel.cdr` says which fields are private; nothing here names one.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import from_wire, to_wire
from callmodel.ids import CallId, TenantId, unix_ms_of
from control_plane.packedlegs import pack_leg, unpack_leg
from control_plane.times import slot_of
from servicekit.crypto import TenantCipher
from servicekit.stores import Row

Document = dict[str, Any]

_PRIVATE = [field.name for field in fields(Cdr) if field.metadata.get("private")]
_PRIVATE_OF_LEG = [field.name for field in fields(CdrLeg) if field.metadata.get("private")]
_IN_KEY = ("tenant_id", "call_id")
TOKEN_DIGITS = 32
_to_json = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True)
class CallRecord:
    """A CDR, and what the agent said of the call."""

    cdr: Cdr
    disposition: str | None = None
    note: str | None = None
    disposed_by: str | None = None
    disposed_ms: int | None = None


def customer_token(cipher: TenantCipher, tenant_id: TenantId, number: str) -> str:
    """Return by what a customer's calls are found: 128 bits of the number's keyed hash, different in each tenant."""
    return cipher.keyed_hash(tenant_id, number)[:TOKEN_DIGITS]


def change_private(document: Document, change: Callable[[str], str]) -> None:
    """Put something else in the place of each private text in a CDR's document."""
    for part, names in _parts(document):
        for name in names:
            if part.get(name) is not None:
                part[name] = change(part[name])


def seal(cipher: TenantCipher, tenant_id: TenantId, what: str, call_id: CallId, text: str | None) -> bytes | None:
    """Return the text encrypted, bound to its call and its place; None stays None."""
    return None if text is None else cipher.encrypt(tenant_id, text.encode(), f"cdr.{what}/{call_id}")


def unseal(cipher: TenantCipher, tenant_id: TenantId, what: str, call_id: CallId, sealed: bytes | None) -> str | None:
    """Return the text.  Raises DecryptionError for what was sealed for another tenant, call or place."""
    return None if sealed is None else cipher.decrypt(tenant_id, sealed, f"cdr.{what}/{call_id}").decode()


def key_of(tenant_id: TenantId, call_id: CallId) -> Document:
    """Return where a call's record lies.  Raises ValueError for a call id that is no version 7 UUID."""
    return {"tenant_id": tenant_id, "slot": slot_of(unix_ms_of(call_id)), "call_id": call_id}


def row_of(cipher: TenantCipher, tenant_id: TenantId, cdr: Cdr) -> Row:
    """Return the CDR as a row of `cdrs`, without the columns that the agent writes."""
    document = to_wire(cdr)
    private = [{name: part.pop(name) for name in names} for part, names in _parts(document)]
    public = {name: value for name, value in _told(cdr, document).items() if name not in _IN_KEY}
    sealed = seal(cipher, tenant_id, "private", cdr.call_id, _to_json(private))
    return {**key_of(tenant_id, cdr.call_id), "record": public, "sealed": sealed}


def record_of(cipher: TenantCipher, tenant_id: TenantId, row: Row) -> CallRecord:
    """Return what a row of `cdrs` holds.  Raises DecryptionError, codec.ShapeError."""
    call_id = CallId(row["call_id"])
    document = {**row["record"], "tenant_id": tenant_id, "call_id": call_id}
    legs = document.get("legs", ())
    document["legs"] = [unpack_leg(leg, call_id, document["started_ms"]) for leg in legs]
    private = json.loads(unseal(cipher, tenant_id, "private", call_id, row["sealed"]) or "[]")
    for (part, _), texts in zip(_parts(document), private, strict=True):
        part.update(texts)
    return with_word(cipher, tenant_id, row, from_wire(Cdr, document))


def with_word(cipher: TenantCipher, tenant_id: TenantId, row: Row, cdr: Cdr) -> CallRecord:
    """Return a call with what a row of `cdrs` holds of an agent's word.  Raises DecryptionError."""
    note = unseal(cipher, tenant_id, "note", cdr.call_id, row["note_sealed"])
    return CallRecord(cdr, row["disposition"], note, row["disposed_by"], row["disposed_ms"])


def _parts(document: Document) -> Iterable[tuple[Document, list[str]]]:
    """Yield the call and then its legs, each with the names of its private fields."""
    yield document, _PRIVATE
    for leg in document.get("legs", ()):
        yield leg, _PRIVATE_OF_LEG


def _told(cdr: Cdr, document: Document) -> Document:
    """Return the document without what is None or False in it: a reader takes that for what is not there."""
    told = {name: value for name, value in document.items() if value is not None and value is not False}
    if "legs" in told:
        told["legs"] = [pack_leg(leg, cdr.call_id, cdr.started_ms) for leg in told["legs"]]
    return told
