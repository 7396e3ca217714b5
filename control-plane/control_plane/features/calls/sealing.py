"""CDRs to and from rows: what names a customer is sealed with the tenant's key, and found by keyed hash."""

import base64
from dataclasses import dataclass
from typing import Any

from callmodel.cdr import Cdr
from callmodel.codec import from_wire, to_wire
from callmodel.ids import CallId, TenantId
from control_plane.times import day_of
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


def row_of(cipher: TenantCipher, tenant_id: TenantId, cdr: Cdr, started_ms: int) -> dict[str, Any]:
    """Return the CDR as a row of `cdrs`, without the columns that the agent writes.

    started_ms: what the call is kept under, should two nodes ever tell different beginnings of one call.
    """
    document = to_wire(cdr)
    legs = []
    for leg in document["legs"]:
        sealed = seal(cipher, tenant_id, "leg", cdr.call_id, leg.pop("number"))
        legs.append({**leg, "number_sealed": None if sealed is None else base64.b64encode(sealed).decode()})
    return {
        "tenant_id": tenant_id,
        "day": day_of(started_ms),
        "started_ms": started_ms,
        "call_id": cdr.call_id,
        **{name: document[name] for name in _PLAIN},
        **{f"{name}_sealed": seal(cipher, tenant_id, name, cdr.call_id, document[name]) for name in _SEALED},
        "number_hash": None if cdr.number is None else cipher.keyed_hash(tenant_id, cdr.number),
        "legs": legs,
    }


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
