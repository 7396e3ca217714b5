"""Where a call goes at HQ's edge and at a branch's: the request and the view in, a decision out."""

import re

from callmodel.edgesnapshot import EdgeStation, EdgeTrunk, MediaProtection
from callmodel.ids import SiteId
from callmodel.numbers import is_e164
from callmodel.vouched import Vouched
from edge_proxy import trunking
from edge_proxy.callers import caller_of
from edge_proxy.decisions import (
    NOT_READY,
    Authenticate,
    Decision,
    HqSeen,
    PassOn,
    PeerKind,
    Reject,
    Request,
    ToHq,
    ToMediaNode,
    ToNextHqEdge,
    ToRoute,
    ToStation,
    ToTrunk,
)
from edge_proxy.telephones import addresses_in, number_in
from edge_proxy.view import EdgeView

_Q850_CAUSE = re.compile(r"Q\.850\s*;\s*cause=([0-9]+)", re.IGNORECASE)
NO_CONDUCTOR_CAUSE = "42"
"""Switching equipment congestion (Q.850): what a media node's dialplan hangs up with when nobody conducts."""

HQ_QUIET_SECONDS = 2.5
"""HQ is probed every second: after this long two probes went unanswered."""

FORBIDDEN = Reject(403, "Forbidden")
UNREACHABLE = Reject(503, "Headquarters Unreachable")
STRANGER = Reject(403, "Forbidden", strike=True)


def decide_invite(view: EdgeView, request: Request) -> Decision:
    """Return where a new call goes at HQ's edge."""
    if not view.known:
        return NOT_READY
    match request.peer.kind:
        case PeerKind.NODE:
            return _from_node(view, request)
        case PeerKind.BRANCH:
            return _from_branch(view, request)
        case PeerKind.OUTSIDE:
            return _from_outside(view, request)
        case PeerKind.EDGE:
            return PassOn()
        case _:
            return FORBIDDEN


def decide_branch_invite(
    view: EdgeView, request: Request, *, site_id: str, hq: HqSeen, rung_here: bool = False
) -> Decision:
    """Return where a new call goes at a branch's edge.

    Without HQ the stations of the branch still reach each other.  rung_here: this edge has rung the callee for the
    same caller lately, because HQ answered nothing.
    """
    if not view.known:
        return NOT_READY
    if request.peer.kind is PeerKind.HQ:
        # The call was held back on its way up, and HQ took it when the line was mended.
        return Reject(486, "Busy Here") if rung_here else _from_hq(view, request)
    if request.peer.kind is not PeerKind.OUTSIDE:
        return FORBIDDEN
    refusal = _station_must_authenticate(view, request)
    if refusal is not None:
        return refusal
    dialled = number_in(request.target_user)
    if dialled is None:
        return Reject(484, "Address Incomplete")
    colleague = local_station(view, request.from_domain, dialled)
    if hq.alive and (colleague is None or hq.quiet_seconds < HQ_QUIET_SECONDS):
        return ToHq((("station", request.from_user), ("site", site_id)))
    return colleague or UNREACHABLE


def ways_without_hq(
    view: EdgeView, request: Request, *, answered: bool, heard: bool
) -> tuple[ToNextHqEdge | ToStation | Reject, ...]:
    """Return the ways of a branch's call that an edge of HQ did not take, best first.

    answered: the edge said so itself, else it said nothing at all.  heard: something came from HQ since the call was
    sent there, so the line is not cut.
    """
    colleague = None if answered else local_station(view, request.from_domain, request.target_user)
    if colleague is None:
        return ToNextHqEdge(), UNREACHABLE
    return (ToNextHqEdge(), colleague) if heard else (colleague,)


def local_station(view: EdgeView, domain: str, dialled: str) -> ToStation | None:
    """Return the way to a station that this edge knows itself, None for anything else."""
    station = view.station_of(domain, dialled)
    return ToStation(station.extension, station.domain, station.media) if station else None


def is_emergency(view: EdgeView, request: Request) -> bool:
    """Say whether a station of ours, or whoever claims to be one, calls for help."""
    number = number_in(request.target_user)
    return request.method == "INVITE" and view.is_emergency(request.from_domain, request.from_user, number)


def _from_outside(view: EdgeView, request: Request) -> Decision:
    if view.has_domain(request.from_domain):
        refusal = _station_must_authenticate(view, request)
        if refusal is not None:
            return refusal
        station = view.station_of(request.from_domain, request.from_user)
        return FORBIDDEN if station is None else _to_node(view, request, station)
    trunks = view.trunks.trunks_from(request.peer.address)
    if not trunks:
        return STRANGER
    trunk = trunking.trunk_for(trunks, request.from_domain, request.target_domain)
    called_party = (each.user for each in addresses_in(request.told.called_party))
    number = trunking.owned_number(view, trunk, request.target_user, request.to_user, *called_party)
    if number is None:
        return Reject(404, "Not Found")
    return _brought_by(trunk, number, request)


def _brought_by(trunk: EdgeTrunk, number: str, request: Request) -> ToMediaNode:
    plan = trunking.plan_for(trunk, number)
    caller = caller_of(request.told, request.from_user, request.from_domain, plan, trusted=trunk.trusts_identity)
    vouched: Vouched = (("origin", "trunk"), ("trunk", trunk.trunk_id))
    if caller.diverted_by is not None:
        vouched += (("diverted", caller.diverted_by),)
    if not caller.withheld:
        return ToMediaNode(number, vouched, caller.number or trunking.ANONYMOUS)
    # Where others than our own rooms may look, nobody stands.
    vouched += (("withheld", "1"), *((("number", caller.number),) if caller.number else ()))
    return ToMediaNode(number, vouched, trunking.ANONYMOUS)


def _station_must_authenticate(view: EdgeView, request: Request) -> Decision | None:
    if not view.has_domain(request.from_domain):
        return STRANGER
    if not request.authenticated:
        station = view.station_of(request.from_domain, request.from_user)
        return Authenticate(request.from_domain, request.from_user, station.ha1 if station else None)
    target = request.target_domain
    if target != request.from_domain and view.has_domain(target) and not is_emergency(view, request):
        return Reject(403, "Another Tenant")
    return None


def _from_branch(view: EdgeView, request: Request) -> Decision:
    site = SiteId(request.peer.site_id)
    station = view.station_of(request.from_domain, request.station)
    if not view.has_branch(site) or request.site != site or station is None or station.site_id != site:
        return Reject(403, "Not Of This Site")
    if request.from_user != station.extension:
        return FORBIDDEN
    return _to_node(view, request, station)


def _to_node(view: EdgeView, request: Request, station: EdgeStation) -> Decision:
    dialled = number_in(request.target_user)
    if dialled is None:
        return Reject(484, "Address Incomplete")
    vouched: Vouched = (
        ("origin", "station"),
        ("tenant", station.tenant_id),
        ("station", station.extension),
        ("site", station.site_id),
    )
    wanted = _wanted_caller(request.preferred_identity)
    emergency = view.is_emergency(station.domain, station.extension, dialled)
    return ToMediaNode(dialled, (*vouched, ("caller", wanted)) if wanted else vouched, any_node=emergency)


def _wanted_caller(preferred_identity: str) -> str | None:
    """Return the caller number that a phone asks for; phones also send their own extension here, which is no wish."""
    users = (number_in(each.user) for each in addresses_in(preferred_identity))
    return next((user for user in users if user is not None and is_e164(user)), None)


def _from_node(view: EdgeView, request: Request) -> Decision:
    if request.target == "trunk":
        trunk = view.trunks.trunk_of(request.trunk)
        if trunk is None or not trunk.gateways:
            return Reject(503, "No Such Trunk")
        if not trunking.is_callee(request.target_user):
            return Reject(484, "Address Incomplete")
        if not is_e164(request.caller) and request.caller != trunking.ANONYMOUS:
            return Reject(403, "No Caller Number")
        return ToTrunk(trunk.trunk_id, request.target_user, request.caller, trunk.domain)
    if request.target == "station":
        domain = view.domain_of(request.tenant)
        if domain is None or domain != request.target_domain:
            return Reject(404, "Not Found")
        return local_station(view, domain, request.target_user) or Reject(404, "Not Found")
    if request.target == "link":
        # Another call that one of a node's parties is in: whichever node has it, whatever else that one takes.
        vouched: Vouched = (("origin", "link"), ("tenant", request.tenant), ("link", request.link))
        return ToMediaNode(request.target_user, vouched, any_node=True)
    return Reject(400, "Target Missing")


def _from_hq(view: EdgeView, request: Request) -> Decision:
    station = view.station_of(request.to_domain, request.to_user)
    if station is None:
        return Reject(404, "Not Found")
    return ToRoute(station.media)


def tries_next_node(code: int, reason: str, *, silent: bool) -> bool:
    """Say whether another media node may serve a call.

    A conductor that has tried and failed says 503 too; a second node would only try the same once more.  What the
    dialplan says for want of a conductor is told by its cause.  `reason`: the Reason header (RFC 3326), if any.
    """
    if silent:
        return True
    cause = _Q850_CAUSE.search(reason)
    return 500 <= code < 600 and (cause is None or cause.group(1) == NO_CONDUCTOR_CAUSE)


def media_of(view: EdgeView, request: Request) -> MediaProtection:
    """Return what a caller is offered who offers nothing."""
    trunks = view.trunks.trunks_from(request.peer.address) if request.peer.is_carrier else []
    if trunks:
        return trunking.trunk_for(trunks, request.from_domain, request.target_domain).media
    station = view.station_of(request.from_domain, request.from_user)
    return station.media if station else MediaProtection.RTP
