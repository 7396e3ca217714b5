"""Calls out to a carrier: one gateway after another, with our number, and our digest where it is asked for."""

import time

import KSR

from callmodel.edgesnapshot import EdgeTrunk
from edge_proxy import trunking
from edge_proxy.decisions import Request, ToTrunk
from edge_proxy.sealing import End, EndKind
from kemi import anchoring, credentials, farewell, keys, ladder, telemetry
from kemi.dialogs import stay
from kemi.environment import RING_MS, SOCKETS, answer_call, has_sdp, not_acceptable, reply, send_from, text, view
from kemi.legs import begin, count, on_reply, relay
from kemi.stripping import strip_software

_RANG, _ASKED_AT = "$avp(gateway_rang)", "$avp(gateway_asked_at)"
_TRIED = "$avp(gateways_tried)"
"""The addresses that were asked, as they stand in `Attempt.next_hop`."""
SOON_MS = 50
"""What is left to a gateway that says once more, when its time is over, that it is trying."""


def to_trunk(decision: ToTrunk, request: Request) -> int:
    trunk = view().trunks.trunk_of(decision.trunk_id)
    attempt = trunking.attempt_at(view().trunks, trunk, decision.callee, text("$ci")) if trunk is not None else None
    if trunk is None or attempt is None:
        ladder.note(f"trunk {decision.trunk_id} has no gateway whose address is known")
        return reply(503, "No Gateway")
    identity = trunking.identity_of(decision.caller, decision.domain)
    strip_software()
    media = keys.offered_to(decision.trunk_id, trunk.media)
    # Before the parties change: what answers us shall stand as it came.
    session = begin(request, media)
    if session is None:
        return not_acceptable()
    KSR.uac.uac_replace_from("", identity)
    KSR.uac.uac_replace_to("", trunking.identity_of(decision.callee, decision.domain))
    if decision.caller != trunking.ANONYMOUS:
        KSR.hdr.append(f"P-Asserted-Identity: <{identity}>\r\n")
    KSR.pv.sets("$avp(trunk)", decision.trunk_id)
    KSR.pv.sets("$avp(callee)", decision.callee)
    KSR.pv.sets(_TRIED, "")
    if trunk.credentials is not None:
        # After the digest CSeq differs on both sides: only a dialog's state can count them apart.
        count(request)
        credentials.take_along(trunk)
    stay(session, request.peer, End(EndKind.TRUNK, media, decision.trunk_id))
    KSR.tm.t_on_reply("ksr_onreply_gateway")
    _aim(attempt)
    return relay(503, "Carrier Unavailable")


def _aim(attempt: trunking.Attempt) -> None:
    KSR.seturi(attempt.target_uri)
    KSR.setdsturi(attempt.next_hop)
    send_from(SOCKETS[attempt.transport])
    KSR.pv.sets(_TRIED, f"{text(_TRIED)} {attempt.next_hop}".strip())
    ladder.note(f"asks gateway {attempt.place} of trunk {text('$avp(trunk)')}: {attempt.next_hop}")
    credentials.await_challenge()
    _await(attempt.no_ring_ms, attempt.no_reply_ms)


def _await(no_ring_ms: int, no_reply_ms: int) -> None:
    """Give a gateway that is about to be asked its time: for a word at all, and for ringing."""
    KSR.pv.sets(_RANG, "")
    KSR.pv.sets(_ASKED_AT, str(time.monotonic()))
    KSR.tm.t_on_failure("ksr_failure_trunk")
    KSR.tm.t_set_fr(no_ring_ms, no_reply_ms)


def _aim_on(trunk: EdgeTrunk, *, again: bool = False) -> bool:
    """Try the next address of the trunk, or the last one again; say whether there was one."""
    tried = text(_TRIED).split()
    if again:
        tried.pop()
        KSR.pv.sets(_TRIED, " ".join(tried))
    attempt = trunking.attempt_at(view().trunks, trunk, text("$avp(callee)"), text("$ci"), tried)
    if attempt is None:
        return False
    _aim(attempt)
    return KSR.tm.t_relay() > 0


def gateway_replied() -> int:
    """Let a gateway ring as long as it takes; one that is only trying has no more time than at first."""
    code = KSR.kx.get_status()
    if 100 < code < 200 and text(_RANG) != "1" and not farewell.is_late():
        if trunking.is_ringing(code, has_sdp=has_sdp()):
            KSR.pv.sets(_RANG, "1")
            KSR.tm.t_set_fr(RING_MS, 0)
        else:
            # Each provisional response would begin its time anew.
            trunk = view().trunks.trunk_of(text("$avp(trunk)"))
            asked_ms = (time.monotonic() - float(text(_ASKED_AT))) * 1000
            left_ms = (trunk.no_ring_ms if trunk is not None else 0) - asked_ms
            KSR.tm.t_set_fr(max(int(left_ms), SOON_MS), 0)
    return on_reply()


def gateway_failed() -> int:
    if KSR.tm.t_is_canceled() > 0:
        anchoring.give_up()
        return 1
    code = KSR.tm.t_get_status_code()
    trunk = view().trunks.trunk_of(text("$avp(trunk)"))
    if code in (401, 407) and trunk is not None and _answer_challenge(trunk.no_ring_ms, trunk.no_reply_ms):
        return telemetry.TRIES_AGAIN
    if trunk is not None and keys.leave_out(trunk.trunk_id, code) and _aim_on(trunk, again=True):
        return telemetry.TRIES_AGAIN
    never_rang = KSR.tm.t_branch_timeout() > 0 and text(_RANG) != "1"
    if never_rang:
        waited_ms = (time.monotonic() - float(text(_ASKED_AT) or time.monotonic())) * 1000
        ladder.note(f"gateway gave no sign of ringing in {waited_ms / 1000:.1f} s")
    if trunking.tries_next_gateway(code, timed_out=never_rang):
        if trunk is not None and _aim_on(trunk):
            return telemetry.TRIES_AGAIN
        answer_call(503, "Carrier Unavailable")
    anchoring.give_up()
    return 1


def _answer_challenge(no_ring_ms: int, no_reply_ms: int) -> bool:
    """Send the request again with our digest; say whether it is on its way."""
    if not credentials.answer():
        return False
    _await(no_ring_ms, no_reply_ms)
    return KSR.tm.t_relay() > 0
