"""Carriers: which gateway next, what they are shown, and how their numbers are read."""

from dataclasses import dataclass

from callmodel.edgesnapshot import EdgeTrunk
from callmodel.numbers import DiallingPlan, UndiallableNumberError, is_e164, is_spelt_once, to_e164
from edge_proxy.trunkbook import TrunkBook
from edge_proxy.view import EdgeView

ANONYMOUS = "anonymous"
_NATIONAL_DIGITS = 11
"""The longest national number of the default plan: longer ones that begin with the country code hold it."""


@dataclass(frozen=True)
class Attempt:
    """One try at a gateway.  `next_hop` is an address, so that no SIP worker waits for a name server."""

    index: int
    target_uri: str
    next_hop: str
    transport: str
    no_reply_ms: int


def attempt_at(trunks: TrunkBook, trunk: EdgeTrunk, callee: str, start: int) -> Attempt | None:
    """Return the try at the first gateway from index `start` on whose address is known, None when none is left."""
    for index in range(start, len(trunk.gateways)):
        gateway = trunk.gateways[index]
        address = trunks.address_of(gateway)
        if address is not None:
            uri = f"sip:{callee}@{_host(gateway.host)}:{gateway.port}"
            hop = f"sip:{_host(address)}:{gateway.port};transport={gateway.transport}"
            return Attempt(index, uri, hop, gateway.transport, trunk.no_reply_ms)
    return None


def tries_next_gateway(code: int, *, timed_out: bool) -> bool:
    """Say whether the next gateway may do better: it failed, fell silent, would not take our digest, or sends us
    somewhere else (a redirection is nobody's to follow but ours, and we do not).
    """
    return timed_out or 300 <= code < 400 or code in (401, 407) or 500 <= code < 600


def identity_of(caller: str, domain: str) -> str:
    """Return the URI that a carrier sees in From and P-Asserted-Identity (RFC 3325)."""
    return f"sip:{caller}@{domain}"


def owned_number(view: EdgeView, *candidates: str, plan: DiallingPlan | None = None) -> str | None:
    """Return the first of HQ's numbers that a carrier may mean by what stands in request URI or To.

    Carriers write `+8621...`, `8621...`, `008621...` or `021...` for the same number.
    """
    plan = plan or DiallingPlan()
    for user in candidates:
        for form in (user, f"+{user}"):
            if view.owns(form):
                return form
        try:
            number = to_e164(user, plan)
        except UndiallableNumberError:
            continue
        if view.owns(number):
            return number
    return None


def customer_number(user: str, plan: DiallingPlan | None = None) -> str:
    """Return the customer's number as E.164, or `anonymous` for what is no number."""
    plan = plan or DiallingPlan()
    if len(user) > _NATIONAL_DIGITS and user.startswith(plan.country_code) and is_e164(f"+{user}"):
        user = f"+{user}"
    try:
        return to_e164(user, plan)
    except UndiallableNumberError:
        return ANONYMOUS


def is_callee(text: str) -> bool:
    """Say whether a carrier may be given this number, which limits were applied to."""
    return is_e164(text) and is_spelt_once(text)


def trunk_for(trunks: list[EdgeTrunk], *domains: str) -> EdgeTrunk:
    """Return which of the trunks that share a source address a call belongs to: by domain, else the first."""
    return next((trunk for trunk in trunks if trunk.domain in domains), trunks[0])


def gateway_names(trunks: tuple[EdgeTrunk, ...]) -> set[str]:
    """Return the hosts of all gateways."""
    return {gateway.host for trunk in trunks for gateway in trunk.gateways}


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
