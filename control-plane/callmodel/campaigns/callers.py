"""Which of a tenant's numbers a customer is shown: local ones first, the least used of the day, none that rests."""

from collections.abc import Collection, Mapping

from callmodel.callernumbers import CallerNumberError, caller_pool_of
from callmodel.campaigns.document import CallerPool, Campaign
from callmodel.directory import Lookups, Tenant
from callmodel.ids import E164


def callers_for(directory: Lookups, tenant: Tenant, campaign: Campaign, number: E164) -> tuple[E164, ...]:
    """Return the numbers that may be shown to a customer, those of the campaign that the tenant still holds.

    The tenant's own rule decides where the campaign has none.  Empty where there is none at all.
    """
    pool = pool_for(campaign.callers, number)
    held = tuple(
        each for each in pool if (did := directory.did_of(each)) is not None and did.tenant_id == tenant.tenant_id
    )
    if held or pool:
        return held
    try:
        return caller_pool_of(directory, tenant, number, None)
    except CallerNumberError:
        return ()


def choose_caller(
    candidates: Collection[E164], shown: Mapping[E164, int], resting: Collection[E164] = ()
) -> E164 | None:
    """Return the number to show: the least shown today of those that do not rest, None where all do."""
    awake = [each for each in candidates if each not in resting]
    return min(awake, key=lambda each: (shown.get(each, 0), each), default=None)


def pool_for(callers: CallerPool, number: E164) -> tuple[E164, ...]:
    """Return the numbers that a campaign names for a customer: those of the longest prefix, else its own."""
    prefixes = [prefix for prefix, numbers in callers.regions.items() if numbers and number.startswith(prefix)]
    return callers.regions[max(prefixes, key=len)] if prefixes else callers.numbers
