"""Customers who are never left waiting: as their tenant lists them, by pattern, or as the tenant's system says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from callmodel.ids import E164, AgentId, FlowId, QueueId, TenantId

E164_FORM, SHORT_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}"), re.compile("[0-9]{1,2}")


@dataclass(frozen=True)
class Vip:
    """A customer who is never left waiting.

    level: 1 or more, for the tenant's flows to tell them apart.  priority: at least, in any queue.  own_agent: who is
    offered the call first.  queue_id: waited in, in place of whatever queue a flow names.  mobile: rung where a flow
    says so (`{vip_mobile}`), as when every agent talks.
    """

    tenant_id: TenantId
    caller: str
    """The number as a keyed hash (`privacy.number_hash`)."""
    level: int = 1
    priority: int = 9
    own_agent: AgentId | None = None
    queue_id: QueueId | None = None
    mobile: E164 | None = None


@dataclass(frozen=True)
class VipPattern:
    """Whoever calls from a number with this prefix (E.164 with its plus sign) is such a VIP."""

    prefix: str
    level: int = 1
    priority: int = 9
    queue_id: QueueId | None = None


@dataclass(frozen=True)
class VipRules:
    """How a tenant knows VIPs who are on no list, and what is kept for VIPs.

    look_up_url: the tenant's system, asked of each caller; it has `look_up_ms` to answer.  reserved_channels: of the
    tenant's channels, so many stay free for VIPs.  full_flow: where others go for whom there is none; None: they are
    told that we are busy.
    """

    look_up_url: str | None = None
    look_up_ms: int = 300
    patterns: tuple[VipPattern, ...] = ()
    reserved_channels: int = 0
    full_flow: FlowId | None = None


def by_pattern(rules: VipRules, tenant_id: TenantId, number: str, caller: str) -> Vip | None:
    """Return the VIP that a number is by the tenant's patterns, of which the longest prefix decides."""
    fitting = [each for each in rules.patterns if number.startswith(each.prefix)]
    if not fitting:
        return None
    best = max(fitting, key=lambda each: len(each.prefix))
    return Vip(tenant_id, caller, best.level, best.priority, queue_id=best.queue_id)


def from_answer(tenant_id: TenantId, caller: str, answer: Mapping[str, str]) -> Vip | None:
    """Return the VIP that the tenant's system says a caller is; None for one who is none.

    answer: `vip` (`true`), and what else it says of the fields of `Vip`, as text.  What makes no sense is left out.
    """
    if answer.get("vip") != "true":
        return None
    own_agent, queue_id, mobile = (answer.get(name) or None for name in ("own_agent", "queue_id", "mobile"))
    return Vip(
        tenant_id,
        caller,
        _number_in(answer, "level", 1, 10, 1),
        _number_in(answer, "priority", 0, 10, 9),
        AgentId(own_agent) if own_agent is not None else None,
        QueueId(queue_id) if queue_id is not None else None,
        E164(mobile) if mobile is not None and E164_FORM.fullmatch(mobile) else None,
    )


def _number_in(answer: Mapping[str, str], name: str, least: int, most: int, otherwise: int) -> int:
    text = answer.get(name, "")
    return int(text) if SHORT_NUMBER.fullmatch(text) and least <= int(text) <= most else otherwise
