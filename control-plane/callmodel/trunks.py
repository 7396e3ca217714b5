"""Trunk choice: which trunks may carry a call, in which order, and what each call on them costs."""

from collections.abc import Iterable

from callmodel.directory import Lookups, Rate, Trunk
from callmodel.dtmf import Dtmf
from callmodel.ids import E164, TenantId, TrunkId


def dtmf_of(directory: Lookups, trunk_id: TrunkId) -> Dtmf:
    """Return how keys of a call go that a trunk brings."""
    trunk = directory.trunk_of(trunk_id)
    return Dtmf.AUTO if trunk is None else trunk.dtmf


def rate_of(trunk: Trunk, number: E164) -> Rate | None:
    """Return the trunk's rate for a number: the one with the longest prefix of it."""
    fitting = [rate for rate in trunk.rates if number.startswith(rate.prefix)]
    return max(fitting, key=lambda rate: len(rate.prefix), default=None)


def trunks_for(directory: Lookups, tenant_id: TenantId, number: E164) -> list[tuple[Trunk, Rate]]:
    """Return the trunks to try, best first: the most specific prefix, then the lowest cost, then priority.

    A carrier that lists a city by itself knows it better than one that sells the whole country.
    """
    offers = [
        (trunk, rate)
        for trunk in _usable(directory.trunks, tenant_id)
        if (rate := rate_of(trunk, number)) is not None
    ]
    return sorted(
        offers,
        key=lambda offer: (-len(offer[1].prefix), offer[1].cost_per_minute, offer[0].priority, offer[0].trunk_id),
    )


def trunks_of(directory: Lookups, tenant_id: TenantId) -> tuple[Trunk, ...]:
    """Return the trunks that may carry a tenant's calls, wherever they go."""
    return tuple(_usable(directory.trunks, tenant_id))


def trunks_for_emergency(directory: Lookups, tenant_id: TenantId, country: E164) -> list[Trunk]:
    """Return every trunk that works, best first: those that sell the country to the tenant, then the tenant's others,
    then everybody's.  country: the country code with its plus sign.
    """
    own = sorted(_usable(directory.trunks, tenant_id), key=lambda trunk: (trunk.priority, trunk.trunk_id))
    every = [trunk for trunk in directory.trunks if trunk.enabled]
    return list(dict.fromkeys((*(trunk for trunk, _ in trunks_for(directory, tenant_id, country)), *own, *every)))


def _usable(trunks: Iterable[Trunk], tenant_id: TenantId) -> Iterable[Trunk]:
    return (trunk for trunk in trunks if trunk.enabled and (not trunk.tenant_ids or tenant_id in trunk.tenant_ids))
