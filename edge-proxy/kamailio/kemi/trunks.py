"""Calls out to a carrier: one gateway after another, with our number, and our digest where it is asked for."""

import KSR

from edge_proxy import trunking
from edge_proxy.decisions import Request, ToTrunk
from edge_proxy.media import RTP
from edge_proxy.sealing import End, EndKind
from kemi import anchoring, credentials, telling
from kemi.dialogs import stay
from kemi.environment import RING_MS, SOCKETS, fell_silent, not_acceptable, reply, send_from, text, view
from kemi.legs import begin, relay
from kemi.stripping import strip_software


def to_trunk(decision: ToTrunk, request: Request) -> int:
    trunk = view().trunks.trunk_of(decision.trunk_id)
    attempt = trunking.attempt_at(view().trunks, trunk, decision.callee, 0) if trunk is not None else None
    if trunk is None or attempt is None:
        return reply(503, "No Gateway")
    identity = trunking.identity_of(decision.caller, decision.domain)
    strip_software()
    KSR.uac.uac_replace_from("", identity)
    KSR.uac.uac_replace_to("", trunking.identity_of(decision.callee, decision.domain))
    KSR.hdr.append(f"P-Asserted-Identity: <{identity}>\r\n")
    KSR.pv.sets("$avp(trunk)", decision.trunk_id)
    KSR.pv.sets("$avp(callee)", decision.callee)
    if trunk.credentials is not None:
        # After the digest CSeq differs on both sides: only a dialog's state can count them apart.
        KSR.dialog.dlg_manage()
        credentials.take_along(trunk)
    session = begin(request, RTP)
    if session is None:
        return not_acceptable()
    stay(session, request.peer, End(EndKind.TRUNK, RTP, decision.trunk_id))
    _aim(attempt)
    return relay(503, "Carrier Unavailable")


def _aim(attempt: trunking.Attempt) -> None:
    KSR.seturi(attempt.target_uri)
    KSR.setdsturi(attempt.next_hop)
    send_from(SOCKETS[attempt.transport])
    KSR.pv.seti("$avp(gateway)", attempt.index)
    credentials.await_challenge()
    KSR.tm.t_on_failure("ksr_failure_trunk")
    KSR.tm.t_set_fr(RING_MS, attempt.no_reply_ms)


def gateway_failed() -> int:
    if KSR.tm.t_is_canceled() > 0:
        anchoring.give_up()
        return 1
    code = KSR.tm.t_get_status_code()
    trunk = view().trunks.trunk_of(text("$avp(trunk)"))
    if code in (401, 407) and trunk is not None and _answer_challenge(trunk.no_reply_ms):
        return telling.TRIES_AGAIN
    if trunking.tries_next_gateway(code, timed_out=fell_silent()):
        attempt = None
        if trunk is not None:
            tried = int(KSR.pv.get("$avp(gateway)") or 0)
            attempt = trunking.attempt_at(view().trunks, trunk, text("$avp(callee)"), tried + 1)
        if attempt is not None:
            _aim(attempt)
            if KSR.tm.t_relay() > 0:
                return telling.TRIES_AGAIN
        KSR.tm.t_reply(503, "Carrier Unavailable")
    anchoring.give_up()
    return 1


def _answer_challenge(no_reply_ms: int) -> bool:
    """Send the request again with our digest, once; say whether it is on its way."""
    if not credentials.answer():
        return False
    KSR.tm.t_on_failure("ksr_failure_trunk")
    KSR.tm.t_set_fr(RING_MS, no_reply_ms)
    return KSR.tm.t_relay() > 0
