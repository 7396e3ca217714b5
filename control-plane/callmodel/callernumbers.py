"""Caller-number rules: which of HQ's numbers the callee sees."""

from callmodel.directory import CallerRuleKind, Lookups, Site, Tenant
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


NOBODY = E164("anonymous")
"""What an emergency call shows where HQ has no number that the trunk's carrier accepts."""


def emergency_callers(directory: Lookups, tenant: Tenant, site: Site | None, trunk_id: TrunkId) -> tuple[E164, ...]:
    """Return what an emergency call over a trunk shows: the site's number, else the tenant's, else any of HQ's.

    Never nothing: a carrier that wants a number refuses, one that does not brings help.
    """
    if shows_site(site, trunk_id) and site is not None and site.emergency_caller is not None:
        return (site.emergency_caller,)
    by_rule = tuple(number for number in tenant.caller_rule.numbers if _holds(directory, tenant, number))
    if shown := carried_by(directory, by_rule, trunk_id):
        return shown[:1]
    # Rarely as far as this: numbers are gone through one by one.
    lent = [did for did in directory.each_number() if not did.trunk_ids or trunk_id in did.trunk_ids]
    lent.sort(key=lambda did: did.tenant_id != tenant.tenant_id)
    return tuple(did.number for did in lent[:1]) or (NOBODY,)


def shows_site(site: Site | None, trunk_id: TrunkId) -> bool:
    """Say whether a trunk's carrier accepts the number by which it finds the site."""
    return site is not None and site.emergency_caller is not None and trunk_id in (site.trunk_ids or (trunk_id,))


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
