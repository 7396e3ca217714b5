"""How leads are written for the scripts, their numbers sealed, and what the scripts' answers say."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from callmodel.campaigns.leads import Lead
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.codec import from_wire, to_wire
from callmodel.ids import E164, AgentId, CallId, LeadId, NodeId, TenantId
from hotstate.leads.shapes import Claimed, Deposed, LeadCall, Refused, RefusedFor
from servicekit.crypto import TenantCipher

SEPARATOR = "\x1f"
SEALED_AS = "lead.number"
"""What a sealed number says that it is (`TenantCipher.encrypt`)."""
CLAIMED, DEPOSED = "claimed", "deposed"


def pack_lead(cipher: TenantCipher, tenant_id: TenantId, lead: Lead) -> str:
    """Return a lead as it lies in Redis: its number sealed with the tenant's key.

    Raises ValueError for a token that holds a separator.
    """
    if not lead.token or SEPARATOR in lead.token:
        raise ValueError("a token is a keyed hash: not empty, without a separator")
    sealed = cipher.encrypt(tenant_id, lead.number.encode(), SEALED_AS)
    document = to_wire(lead) | {"number": base64.b64encode(sealed).decode()}
    return SEPARATOR.join((lead.token, str(lead.priority), json.dumps(document)))


def lead_in(cipher: TenantCipher, tenant_id: TenantId, packed: str) -> Lead:
    """Return a lead with its number opened.

    Raises crypto.DecryptionError for one that was sealed with another key, ShapeError for what is no lead.
    """
    document = json.loads(packed.split(SEPARATOR, 2)[2])
    sealed = base64.b64decode(document["number"])
    number = cipher.decrypt(tenant_id, sealed, SEALED_AS).decode()
    return from_wire(Lead, document | {"number": number})


def call_in(parts: Sequence[Any]) -> LeadCall:
    """Return a call as the scripts tell of it."""
    call, lead, token, caller, launched, state, node, taken, answered, connected, ended, result, agent = parts
    return LeadCall(
        call_id=CallId(call),
        lead_id=LeadId(lead),
        token=token,
        caller=E164(caller),
        launched_ms=int(launched),
        state=LeadState(state),
        node_id=NodeId(node) if node else None,
        taken_ms=int(taken),
        answered_ms=int(answered),
        connected_ms=int(connected),
        ended_ms=int(ended),
        result=AttemptResult(result) if result else None,
        agent_id=AgentId(agent) if agent else None,
    )


def claim_in(parts: Sequence[Any]) -> Claimed | Refused | Deposed:
    """Return what came of a claim."""
    word, next_ms = parts
    if word == CLAIMED:
        return Claimed()
    return Deposed() if word == DEPOSED else Refused(RefusedFor(word), int(next_ms))
