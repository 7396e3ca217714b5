"""INVITE outside of dialogs: each decision carried out, and what follows when its way fails."""

import time

import KSR

from callmodel.vouched import HEADER, PAUSES, REFUSED, Vouched, to_header
from edge_proxy import routing
from edge_proxy.decisions import (
    Decision,
    HqSeen,
    PassOn,
    Peer,
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
from edge_proxy.heads import has_comfort_noise
from edge_proxy.media import RTP, SRTP
from edge_proxy.rendering import KNOWN_SET, MEDIA_SET, SPARE_SET
from edge_proxy.sealing import End, EndKind
from edge_proxy.telephones import number_in
from kemi import anchoring, ladder, stations, telemetry, trunks, uplink
from kemi.decide import settled
from kemi.dialogs import alias_contact, stay
from kemi.environment import (
    HQ,
    IN_TURN,
    NODE_SILENCE_MS,
    PLATFORM,
    RETRY_AFTER,
    RING_MS,
    SITE,
    answer_call,
    fell_silent,
    header,
    reply,
    send_from,
    text,
    view,
)
from kemi.gate import at_hand
from kemi.legs import begin, expect_refusal, relay
from kemi.peers import peer, request_from
from kemi.stripping import strip_ours, strip_ways

_ANY_NODE = "$avp(anynode)"


def invite(sender: Peer) -> int:
    started_ns = time.time_ns()
    request = request_from(sender, "INVITE")
    hq = HqSeen(alive=False) if HQ else uplink.seen()
    late = sender.kind is PeerKind.HQ and uplink.rung_here(request.to_domain, request.from_user, request.to_user)

    def decide(asked: Request) -> Decision:
        if HQ:
            return routing.decide_invite(view(), asked)
        return routing.decide_branch_invite(view(), asked, site_id=SITE, hq=hq, rung_here=late)

    if sender.is_trusted:
        ladder.heard_call(request, at_hand.message)
    decision = settled(decide, request)
    if decision is None:
        return 1
    if not sender.is_trusted:
        ladder.heard_call(request, at_hand.message)
    strip_ours()
    if not sender.is_trusted:
        strip_ways()
    if not isinstance(decision, ToRoute | PassOn):
        KSR.hdr.remove("Route")
    alias_contact(sender)
    return _carry_out(telemetry.begin(decision, request, started_ns), request)


def _carry_out(decision: Decision, request: Request) -> int:
    match decision:
        case ToMediaNode():
            return _to_media_node(decision, request)
        case ToStation():
            return stations.to_station(decision, request)
        case ToTrunk():
            return trunks.to_trunk(decision, request)
        case ToHq():
            return _to_hq(decision, request)
        case ToRoute():
            return stations.to_route(decision, request)
        case PassOn():
            return stations.pass_on(request)
        case _:
            return reply(500, "Server Internal Error")


def _to_media_node(decision: ToMediaNode, request: Request) -> int:
    KSR.resetdsturi()
    # Whole, for what was dialled may be a tel URI.
    KSR.seturi(f"sip:{decision.target}@{PLATFORM}")
    if not _any_node(MEDIA_SET, SPARE_SET) and not (decision.any_node and _any_node(KNOWN_SET)):
        return reply(503, "No Media Node")
    session = None if request.refused else begin(request, RTP)
    if session is None:
        more: Vouched = ((REFUSED, "1"),)
    else:
        more = ((PAUSES, "1"),) if has_comfort_noise(at_hand.message.session) else ()
    KSR.hdr.append(f"{HEADER}: {to_header((*decision.vouched, *more))}\r\n")
    if not request.to_domain:
        # A tel URI, which Asterisk takes in no other place either.
        KSR.uac.uac_replace_to("", f"sip:{decision.target}@{PLATFORM}")
    if decision.from_user is not None:
        KSR.uac.uac_replace_from("", f"sip:{decision.from_user}@{PLATFORM}")
    if session is None:
        _leave_media_out()
    else:
        stay(session, request.peer, End(EndKind.NODE, RTP), trunk_id=dict(decision.vouched).get("trunk", ""))
    KSR.pv.sets(_ANY_NODE, "1" if decision.any_node else "")
    _try_node()
    return relay(503, "No Media Node")


def _leave_media_out() -> None:
    """Bring on a call whose media rtpengine does not take, without it: whoever refuses it writes its record."""
    expect_refusal()
    ladder.note("refused: the description of the caller's media, to be answered 488 by the media node")
    KSR.hdr.remove("Content-Type")
    KSR.textopsx.remove_body()


def _any_node(*sets: int) -> bool:
    return any(KSR.dispatcher.ds_select_domain(each, IN_TURN) > 0 for each in sets)


def _next_node() -> bool:
    """Take the next of the set, after the last of the emptiest a fuller one; for some calls any at last."""
    group = text("$xavp(_dsdst_=>grp)")
    if KSR.dispatcher.ds_next_domain() > 0:
        return True
    further = {str(MEDIA_SET): (SPARE_SET, KNOWN_SET), str(SPARE_SET): (KNOWN_SET,)}.get(group, ())
    return _any_node(*(each for each in further if each != KNOWN_SET or text(_ANY_NODE) == "1"))


def _try_node() -> None:
    send_from("internal")
    KSR.tm.t_on_failure("ksr_failure_node")
    KSR.tm.t_set_fr(RING_MS, NODE_SILENCE_MS)


def node_failed() -> int:
    """Try the next media node when this one is dead or has no conductor; what it said of the call itself stands."""
    if KSR.tm.t_is_canceled() < 0:
        # Silence says nothing of the node: it may be the answer to what one phone wrote.  Probes tell who is dead.
        silent = fell_silent()
        code, reason = KSR.tm.t_get_status_code(), text("$T_rpl($hdr(Reason))")
        if routing.tries_next_node(code, reason, silent=silent) and _next_node():
            _try_node()
            if KSR.tm.t_relay() > 0:
                return telemetry.TRIES_AGAIN
        if silent:
            answer_call(503, "No Media Node")
        else:
            _keep_503()
    anchoring.give_up()
    return 1


def _keep_503() -> None:
    """Answer 503 ourselves: one that is relayed leaves Kamailio as 500, and phones do not try that again."""
    if KSR.tm.t_check_status("503") > 0:
        answer_call(503, "Service Unavailable")


def _to_hq(decision: ToHq, request: Request) -> int:
    dialled = number_in(request.target_user) or ""
    KSR.seturi(f"sip:{dialled}@{request.from_domain}")
    uplink.forget_rung_here(request.from_domain, request.from_user, dialled)
    KSR.pv.sets("$avp(vouched)", to_header(decision.vouched))
    if not _go_up():
        _without_hq(request._replace(target_user=dialled), answered=False, heard=False)
    return 1


def _go_up() -> bool:
    return uplink.relay_up("ksr_failure_hq", "ksr_branch_hq")


def hq_branch() -> int:
    """Give what only HQ may see to its branch alone: the call may yet go to a colleague's phone."""
    request = request_from(peer(), "INVITE")
    if request.preferred_identity:
        KSR.hdr.append(f"P-Preferred-Identity: {request.preferred_identity}\r\n")
    session = begin(request, SRTP)
    vouched = text("$avp(vouched)")
    if session is None:
        _leave_media_out()
        KSR.hdr.append(f"{HEADER}: {vouched};{to_header(((REFUSED, '1'),))}\r\n")
        return 1
    KSR.hdr.append(f"{HEADER}: {vouched}\r\n")
    stay(session, request.peer, End(EndKind.HQ, SRTP))
    return 1


def hq_failed() -> int:
    """Go on without HQ's edge when it answers nothing at all, or drains; else its answer is the call's result."""
    if KSR.tm.t_is_canceled() < 0:
        drains = KSR.tm.t_check_status("503") > 0 and text(f"$T_rpl($hdr({RETRY_AFTER}))") != ""
        if drains or fell_silent():
            heard = uplink.heard_since()
            if drains or not heard:
                # Silence to one call alone may be the answer to what a phone wrote.
                KSR.dispatcher.ds_mark_dst_state("ip" if drains else "tp")
            return _without_hq(request_from(peer(), "INVITE"), answered=drains, heard=heard)
        _keep_503()
    anchoring.give_up()
    return 1


def answers_too_late() -> bool:
    """Say whether a response is HQ's 200 to a call that went on without HQ: the phone has another's answer."""
    # Before all else: each answer to a probe is how HQ is heard.
    if HQ or peer().kind is not PeerKind.HQ:
        return False
    return KSR.kx.get_status() // 100 == 2 and header("CSeq").endswith("INVITE") and uplink.goes_without()


def _without_hq(request: Request, *, answered: bool, heard: bool) -> int:
    """Take the first way that is left to a call which an edge of HQ did not take."""
    for way in routing.ways_without_hq(view(), request, answered=answered, heard=heard):
        match way:
            case ToNextHqEdge():
                if KSR.dispatcher.ds_next_dst() > 0 and _go_up():
                    return telemetry.TRIES_AGAIN
            case ToStation():
                uplink.note_rung_here(request.from_domain, request.from_user, way.extension)
                telemetry.goes_to(way)
                anchoring.give_up()
                stations.to_station(way, request)
                return telemetry.TRIES_AGAIN
            case Reject():
                anchoring.give_up()
                answer_call(way.code, way.reason)
    return 1
