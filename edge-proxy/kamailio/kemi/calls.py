"""INVITE outside of dialogs: each decision carried out, and what follows when its way fails."""

import time

import KSR

from callmodel.vouched import HEADER, to_header
from edge_proxy import peering, routing
from edge_proxy.decisions import (
    Decision,
    PassOn,
    Peer,
    PeerKind,
    Request,
    ToHq,
    ToMediaNode,
    ToRoute,
    ToStation,
    ToTrunk,
)
from edge_proxy.media import RTP, SRTP
from edge_proxy.rendering import MEDIA_SET, SPARE_SET
from kemi import telling, trunks
from kemi.decide import settled
from kemi.edges import next_is_edge, through_holder
from kemi.environment import (
    BY_PRIORITY,
    HQ,
    IN_TURN,
    NODE_SILENCE_MS,
    PHONE_SILENCE_MS,
    PLATFORM,
    RETRY_AFTER,
    RING_MS,
    SITE,
    SOCKETS,
    fell_silent,
    relay_up,
    reply,
    send_from,
    strip_ours,
    text,
    view,
)
from kemi.legs import alias_contact, begin, connect_branch, pass_by, relay, site_ahead
from kemi.peers import request_from


def invite(sender: Peer) -> int:
    started_ns = time.time_ns()
    request = request_from(sender, "INVITE")
    alive = not HQ and KSR.dispatcher.ds_select_dst(MEDIA_SET, BY_PRIORITY) > 0

    def decide(asked: Request) -> Decision:
        if HQ:
            return routing.decide_invite(view(), asked)
        return routing.decide_branch_invite(view(), asked, site_id=SITE, hq_alive=alive)

    decision = settled(decide, request)
    if decision is None:
        return 1
    strip_ours()
    if not isinstance(decision, ToRoute | PassOn):
        KSR.hdr.remove("Route")
    alias_contact(sender)
    return _carry_out(telling.begin(decision, request, started_ns), request)


def _carry_out(decision: Decision, request: Request) -> int:
    match decision:
        case ToMediaNode():
            return _to_media_node(decision, request)
        case ToStation():
            return _to_station(decision, request)
        case ToTrunk():
            return trunks.to_trunk(decision, request)
        case ToHq():
            return _to_hq(decision, request)
        case ToRoute():
            return _to_route(decision, request)
        case PassOn():
            return _pass_on()
        case _:
            return reply(500, "Server Internal Error")


def _to_media_node(decision: ToMediaNode, request: Request) -> int:
    KSR.resetdsturi()
    KSR.setuser(decision.target)
    if not _any_node(MEDIA_SET, SPARE_SET):
        return reply(503, "No Media Node")
    KSR.hdr.append(f"{HEADER}: {to_header(decision.vouched)}\r\n")
    if decision.from_user is not None:
        KSR.uac.uac_replace_from("", f"sip:{decision.from_user}@{PLATFORM}")
    begin(request, RTP, site_id=request.peer.site_id)
    _try_node()
    return relay(503, "No Media Node")


def _any_node(*sets: int) -> bool:
    return any(KSR.dispatcher.ds_select_domain(each, IN_TURN) > 0 for each in sets)


def _next_node() -> bool:
    """Take the next of the set, after the last of the emptiest one that is fuller."""
    of_spare = text("$xavp(_dsdst_=>grp)") == str(SPARE_SET)
    return KSR.dispatcher.ds_next_domain() > 0 or (not of_spare and _any_node(SPARE_SET))


def _try_node() -> None:
    send_from("internal")
    KSR.tm.t_on_failure("ksr_failure_node")
    KSR.tm.t_set_fr(RING_MS, NODE_SILENCE_MS)


def node_failed() -> int:
    """Try the next media node when this one is dead or has no conductor; what it said of the call itself stands."""
    if KSR.tm.t_is_canceled() < 0:
        silent = fell_silent()
        if silent:
            KSR.dispatcher.ds_mark_dst_state("tp")
        code, reason = KSR.tm.t_get_status_code(), text("$T_rpl($hdr(Reason))")
        if routing.tries_next_node(code, reason, silent=silent) and _next_node():
            _try_node()
            if KSR.tm.t_relay() > 0:
                return telling.TRIES_AGAIN
        if silent:
            KSR.tm.t_reply(503, "No Media Node")
        else:
            _keep_503()
    KSR.rtpengine.rtpengine_delete("")
    return 1


def _keep_503() -> None:
    """Answer 503 ourselves: one that is relayed leaves Kamailio as 500, and phones do not try that again."""
    if KSR.tm.t_check_status("503") > 0:
        KSR.tm.t_reply(503, "Service Unavailable")


def _to_station(decision: ToStation, request: Request) -> int:
    KSR.seturi(f"sip:{decision.extension}@{decision.domain}")
    KSR.resetdsturi()
    if KSR.registrar.lookup("location") < 0:
        return reply(480, "Temporarily Unavailable")
    if request.peer.kind is PeerKind.NODE and request.from_user:
        # A media node writes its own address there: nothing that a phone may know, or could call back.
        KSR.uac.uac_replace_from("", f"sip:{request.from_user}@{decision.domain}")
    site = site_ahead()
    # What lies between a branch and us crosses the Internet.
    begin(request, SRTP if site else decision.media, site_id=site or "")
    KSR.tm.t_on_branch("ksr_branch_station")
    return _ring()


def _to_route(decision: ToRoute, request: Request) -> int:
    KSR.rr.loose_route_preloaded()
    KSR.resetdsturi()
    KSR.nathelper.handle_ruri_alias()
    begin(request, decision.media)
    return _ring()


def _pass_on() -> int:
    """Bring another edge's call to a phone or branch that is connected here."""
    KSR.rr.loose_route_preloaded()
    site = site_ahead()
    if not connect_branch(site):
        return reply(480, "Branch Unreachable")
    if not site:
        # A phone knows the socket that it registered at; over TCP it is the connection that it opened, or nothing.
        send_from(SOCKETS[peering.transport_of(text("$du"))])
        KSR.set_forward_no_connect()
    pass_by(site or "")
    return _ring()


def _ring() -> int:
    KSR.tm.t_on_failure("ksr_failure_station")
    KSR.tm.t_set_fr(RING_MS, PHONE_SILENCE_MS)
    return relay(480, "Temporarily Unavailable")


def station_branch() -> int:
    """Give each contact of a branch the connection that leads there, here or at another edge, else drop it."""
    site = site_ahead()
    if next_is_edge() or connect_branch(site) or (site and through_holder(site)):
        return 1
    KSR.set_drop()
    return 1


def station_failed() -> int:
    KSR.rtpengine.rtpengine_delete("")
    if KSR.tm.t_is_canceled() < 0 and fell_silent():
        KSR.tm.t_reply(480, "Temporarily Unavailable")
    return 1


def _to_hq(decision: ToHq, request: Request) -> int:
    KSR.seturi(f"sip:{routing.dialled_of(request.target_user)}@{request.from_domain}")
    KSR.hdr.append(f"{HEADER}: {to_header(decision.vouched)}\r\n")
    if request.preferred_identity:
        KSR.hdr.append(f"P-Preferred-Identity: {request.preferred_identity}\r\n")
    begin(request, SRTP)
    return 1 if relay_up("ksr_failure_hq") else relay()


def hq_failed() -> int:
    """Try HQ's next edge when this one does not answer at all, or drains; else its answer is the call's result."""
    drains = KSR.tm.t_check_status("503") > 0 and text(f"$T_rpl($hdr({RETRY_AFTER}))") != ""
    if KSR.tm.t_is_canceled() < 0 and (drains or fell_silent()):
        KSR.dispatcher.ds_mark_dst_state("ip" if drains else "tp")
        if KSR.dispatcher.ds_next_dst() > 0 and relay_up("ksr_failure_hq"):
            return telling.TRIES_AGAIN
        KSR.tm.t_reply(503, "Headquarters Unreachable")
    elif KSR.tm.t_is_canceled() < 0:
        _keep_503()
    KSR.rtpengine.rtpengine_delete("")
    return 1
