"""Caller-number rules: which of HQ's numbers the callee sees."""

from callmodel.directory import CallerRuleKind, Lookups, Tenant
from callmodel.endings import Ending
from callmodel.ids import E164, TrunkId


class CallerNumberError(ValueError):
    """No number may be shown for this call.  `ending` says why; `error_id` is its stable id."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.value)
        self.ending = ending
        self.error_id = ending.value


def caller_pool_of(directory: Lookups, tenant: Tenant, callee: E164, wanted: str | None) -> tuple[E164, ...]:
    """Return the numbers to choose from for a call, by the agent's wish or else by the tenant's rule.

    More than one only where the rule rotates.  Numbers that the tenant no longer holds are passed over.
    Raises CallerNumberError: the wanted number is not the tenant's, or the rule yields none.
    """
    if wanted is not None:
        # Another tenant's looks like nobody's: who asks must not learn which numbers HQ has lent to others.
        if not _holds(directory, tenant, E164(wanted)):
            raise CallerNumberError(Ending.CALLER_NUMBER_UNKNOWN)
        return (E164(wanted),)
    held = tuple(number for number in _by_rule(tenant, callee) if _holds(directory, tenant, number))
    if not held:
        raise CallerNumberError(Ending.CALLER_NUMBER_UNKNOWN)
    return held


def carried_by(directory: Lookups, pool: tuple[E164, ...], trunk_id: TrunkId) -> tuple[E164, ...]:
    """Return the numbers of a pool that the trunk's carrier accepts as calling number."""
    return tuple(
        number
        for number in pool
        if (did := directory.did_of(number)) is not None and (not did.trunk_ids or trunk_id in did.trunk_ids)
    )


def _by_rule(tenant: Tenant, callee: E164) -> tuple[E164, ...]:
    rule = tenant.caller_rule
    if rule.kind is CallerRuleKind.ROTATING:
        return rule.numbers
    if rule.kind is CallerRuleKind.REGION:
        prefixes = [prefix for prefix in rule.regions if callee.startswith(prefix)]
        if prefixes:
            return (rule.regions[max(prefixes, key=len)],)
    return rule.numbers[:1]


def _holds(directory: Lookups, tenant: Tenant, number: E164) -> bool:
    did = directory.did_of(number)
    return did is not None and did.tenant_id == tenant.tenant_id
