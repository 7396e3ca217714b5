"""CDRs to and from rows: what names a customer is sealed with the tenant's key, and found by keyed hash."""

import base64
from dataclasses import dataclass
from typing import Any

from callmodel.cdr import Cdr
from callmodel.codec import from_wire, to_wire
from callmodel.ids import CallId, TenantId, unix_ms_of
from control_plane.times import slot_of
from servicekit.crypto import TenantCipher
from servicekit.stores import Row

_PLAIN = (
    "node_id", "direction", "ended_ms", "ending", "ending_class", "answered_ms", "talk_seconds", "extension",
    "site_id", "caller_number", "trunk_id", "cost_class", "recording_id", "asked_by", "trace_id",
)  # fmt: skip
_SEALED = ("dialled", "number")


@dataclass(frozen=True)
class CallRecord:
    """A CDR, and what the agent said of the call."""

    cdr: Cdr
    disposition: str | None = None
    note: str | None = None
    disposed_by: str | None = None
    disposed_ms: int | None = None


def seal(cipher: TenantCipher, tenant_id: TenantId, what: str, call_id: CallId, text: str | None) -> bytes | None:
    """Return the text encrypted, bound to its call and its place; None stays None."""
    return None if text is None else cipher.encrypt(tenant_id, text.encode(), f"cdr.{what}/{call_id}")


def unseal(cipher: TenantCipher, tenant_id: TenantId, what: str, call_id: CallId, sealed: bytes | None) -> str | None:
    """Return the text.  Raises DecryptionError for what was sealed for another tenant, call or place."""
    return None if sealed is None else cipher.decrypt(tenant_id, sealed, f"cdr.{what}/{call_id}").decode()


def key_of(tenant_id: TenantId, call_id: CallId) -> dict[str, Any]:
    """Return where a call's record lies.  Raises ValueError for a call id that is no version 7 UUID."""
    return {"tenant_id": tenant_id, "slot": slot_of(unix_ms_of(call_id)), "call_id": call_id}


def row_of(cipher: TenantCipher, tenant_id: TenantId, cdr: Cdr) -> dict[str, Any]:
    """Return the CDR as a row of `cdrs`, without the columns that the agent writes and without those it leaves empty.

    An empty column that is written is a tombstone in Cassandra, and every listing has to step over it.
    Raises ValueError for a call id that is no version 7 UUID.
    """
    document = to_wire(cdr)
    legs = []
    for leg in document["legs"]:
        sealed = seal(cipher, tenant_id, "leg", cdr.call_id, leg.pop("number"))
        legs.append({**leg, "number_sealed": None if sealed is None else base64.b64encode(sealed).decode()})
    row = {
        **key_of(tenant_id, cdr.call_id),
        "started_ms": cdr.started_ms,
        **{name: document[name] for name in _PLAIN},
        **{f"{name}_sealed": seal(cipher, tenant_id, name, cdr.call_id, document[name]) for name in _SEALED},
        "number_hash": None if cdr.number is None else cipher.keyed_hash(tenant_id, cdr.number),
        "legs": legs,
    }
    return {name: value for name, value in row.items() if value is not None}


def record_of(cipher: TenantCipher, tenant_id: TenantId, row: Row) -> CallRecord:
    """Return what a row of `cdrs` holds.  Raises DecryptionError, codec.ShapeError."""
    call_id = CallId(row["call_id"])
    legs = []
    for leg in row["legs"]:
        sealed = leg["number_sealed"]
        number = unseal(cipher, tenant_id, "leg", call_id, None if sealed is None else base64.b64decode(sealed))
        legs.append({**leg, "number": number})
    document = {
        "call_id": call_id,
        "tenant_id": tenant_id,
        "started_ms": row["started_ms"],
        "legs": legs,
        **{name: row[name] for name in _PLAIN},
        **{name: unseal(cipher, tenant_id, name, call_id, row[f"{name}_sealed"]) for name in _SEALED},
    }
    note = unseal(cipher, tenant_id, "note", call_id, row["note_sealed"])
    return CallRecord(from_wire(Cdr, document), row["disposition"], note, row["disposed_by"], row["disposed_ms"])
