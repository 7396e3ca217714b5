"""The facts on the bus: from a stream entry to an envelope."""

import json

from callmodel.codec import ShapeError, from_wire
from callmodel.ids import TenantId
from callmodel.wire import Envelope


def envelope_of(stream_tenant: TenantId, fields: dict[str, str]) -> Envelope:
    """Return the envelope in a stream entry of `keys.facts(stream_tenant)`.

    Raises ShapeError for an entry that holds none, or one that names another tenant than its stream.
    """
    try:
        document = json.loads(fields["m"])
    except (KeyError, ValueError):
        raise ShapeError("a fact is JSON in the field `m`") from None
    envelope = from_wire(Envelope, document)
    if envelope.tenant_id != stream_tenant:
        raise ShapeError("a fact on another tenant's stream")
    return envelope
