"""Carriers: which gateway next, what they are shown, and how their numbers are read."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass

from callmodel.countrycodes import split_number
from callmodel.edgesnapshot import EdgeTrunk
from callmodel.numbers import (
    DiallingPlan,
    UndiallableNumberError,
    is_e164,
    is_extension,
    is_spelt_once,
    plan_of_country,
    to_e164,
)
from edge_proxy import telephones
from edge_proxy.hops import in_turn
from edge_proxy.trunkbook import TrunkBook
from edge_proxy.view import EdgeView

ANONYMOUS = "anonymous"
MOST_TRIES = 8
"""At a trunk's addresses, in one call: nobody waits longer."""


@dataclass(frozen=True)
class Attempt:
    """One try at a gateway.  `next_hop` is an address, so that no SIP worker waits for a name server.

    place: which of the tries it is, from 1.
    """

    place: int
    target_uri: str
    next_hop: str
    transport: str
    no_reply_ms: int
    no_ring_ms: int


def attempt_at(
    trunks: TrunkBook, trunk: EdgeTrunk, callee: str, seed: str, tried: Collection[str] = ()
) -> Attempt | None:
    """Return the try at the first address of a trunk that was not tried, None when none is left.

    seed: the call's own, by which addresses of equal rank take turns; tried: the `next_hop` of earlier tries.
    """
    if len(tried) >= MOST_TRIES:
        return None
    for gateway in trunk.gateways:
        for hop in in_turn(trunks.hops_of(gateway), seed):
            if hop.uri not in tried:
                port = "" if gateway.port is None else f":{gateway.port}"
                uri = f"sip:{callee}@{_host(gateway.host)}{port}"
                return Attempt(len(tried) + 1, uri, hop.uri, hop.transport, trunk.no_reply_ms, trunk.no_ring_ms)
    return None


def untold_way(trunks: TrunkBook, trunk: EdgeTrunk, uri: str, address: str) -> str | None:
    """Return the next hop of a request in a dialog whose URI names a gateway's address and no transport.

    UDP is what it says then (RFC 3263, 4.1); carriers that are called over TCP or TLS alone write so too, and mean
    the transport that we call them by.  None where the URI may be followed as it stands.
    """
    if uri.startswith("sips:") or "transport=" in uri.lower():
        return None
    here = [hop for gateway in trunk.gateways for hop in trunks.hops_of(gateway) if hop.address == address]
    return None if not here or any(hop.transport == "udp" for hop in here) else here[0].uri


def tries_next_gateway(code: int, *, timed_out: bool) -> bool:
    """Say whether the next gateway may do better: it failed, fell silent, would not take our digest, or sends us
    somewhere else (a redirection is nobody's to follow but ours, and we do not).
    """
    return timed_out or 300 <= code < 400 or code in (401, 407) or 500 <= code < 600


def is_ringing(code: int, *, has_sdp: bool) -> bool:
    """Say whether a gateway's provisional response lets the caller hear something, or says who is being looked for.

    100 and a 183 without a session say no more than that the gateway has a line to wait on.
    """
    return 180 <= code <= 182 or (code > 100 and has_sdp)


def identity_of(caller: str, domain: str) -> str:
    """Return the URI that a carrier sees in From and P-Asserted-Identity (RFC 3325)."""
    return f"sip:{caller}@{domain}"


def owned_number(view: EdgeView, trunk: EdgeTrunk, *candidates: str) -> str | None:
    """Return the first of HQ's numbers that a carrier may mean by what stands in request URI, To and their kin.

    Carriers write `+8621...`, `8621...`, `008621...` or `021...` for the same number: as people do in the trunk's
    country, or in those where HQ has numbers.
    """
    plans = (plan_of_country(trunk.country_code),) if trunk.country_code else view.plans
    for user in candidates:
        number = telephones.number_in(user)
        if number is None:
            continue
        if view.owns(number):
            return number
        for form in itertools.chain((f"+{number}",), (_public(number, plan) for plan in plans)):
            if form is not None and view.owns(form):
                return form
    return None


def plan_for(trunk: EdgeTrunk, dialled: str) -> DiallingPlan:
    """Return how a trunk's carrier writes the numbers of who calls: as in its country, or in that of the number."""
    return plan_of_country(trunk.country_code or split_number(dialled)[0])


def _public(number: str, plan: DiallingPlan) -> str | None:
    try:
        return to_e164(number, plan)
    except UndiallableNumberError:
        return None


def is_callee(text: str) -> bool:
    """Say whether a carrier may be given this number, which limits were applied to: a public one, or a short one."""
    return (is_e164(text) and is_spelt_once(text)) or is_extension(text)


def trunk_for(trunks: list[EdgeTrunk], *domains: str) -> EdgeTrunk:
    """Return which of the trunks that share a source address a call belongs to: by domain, else the first."""
    if len(trunks) == 1:
        return trunks[0]
    return next((trunk for trunk in trunks if trunk.domain in domains), trunks[0])


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
