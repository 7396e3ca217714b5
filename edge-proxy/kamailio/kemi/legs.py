"""The legs of a call: media anchored on both sides, and what an answer brings."""

import KSR

from callmodel.edgesnapshot import MediaProtection
from callmodel.vouched import HEADER, PAUSES
from edge_proxy import heads, media, routing
from edge_proxy.decisions import Peer, PeerKind, Request
from edge_proxy.dialogs import CALL_VARIABLE
from edge_proxy.sealing import End
from kemi import anchoring, farewell, forks, keys, ladder, telemetry, uplink
from kemi.dialogs import alias_contact, note_over, stay
from kemi.environment import HQ, has_sdp, reply, view
from kemi.gate import at_hand
from kemi.peers import is_misleading, peer
from kemi.session import OFFERED, PASSED, Session, remembered
from kemi.stripping import strip

REPLACE_MEDIA_ADDRESS = 2
RINGING, OK = 180, 200
_LOOKED_FOR = (181, 182)
"""The call is forwarded, or in line: somebody is about to be found, though nothing rings yet."""
_FROM_PARTIES = (PeerKind.OUTSIDE, PeerKind.BRANCH)


def begin(request: Request, callee: MediaProtection, *, forked: bool = False) -> Session | None:
    """Anchor the media of a call, and return its session, None where rtpengine does not take the offer.

    callee: what its side speaks.  forked: others with the same Call-ID may come, for the phones of one station.
    """
    session = anchoring.begun(forked=forked)
    # At a branch this may be a failure route, where the message at hand is a response.
    sdp = at_hand.message.session if HQ else KSR.kx.gete_body() if has_sdp() else ""
    if sdp:
        caller = media.offered_protection(sdp)
        if not anchoring.offer(session, request.peer, callee, sdp):
            anchoring.give_up(session)
            return None
        if callee is media.OPTIONAL:
            keys.settle(session)
    else:
        caller = routing.media_of(view(), request)
    _expect_answer(session, caller, offered=bool(sdp))
    return session


def count(request: Request) -> None:
    """Let Kamailio keep the dialog that the request at hand begins, with our own id of the call."""
    KSR.dialog.dlg_manage()
    KSR.pv.sets(f"$dlg_var({CALL_VARIABLE})", request.call)


def pass_by(request: Request, callee: End) -> None:
    """Stay in the path of a dialog whose media is anchored at another edge."""
    # The media is not here to count: a drain waits for these dialogs too.
    count(request)
    session = Session()
    _expect_answer(session, None, offered=False)
    stay(session, request.peer, callee)


def expect_refusal() -> None:
    """Hear what a media node says to a call that goes to it without its sound, and strip it as any answer."""
    _expect_answer(anchoring.begun(), None, offered=False)


def _expect_answer(session: Session, toward: MediaProtection | None, *, offered: bool) -> None:
    session.toward = toward.value if toward else PASSED
    if offered:
        session.marks += OFFERED
    session.keep()
    KSR.tm.t_on_reply("ksr_onreply_media")


def relay(code: int = 503, reason: str = "Service Unavailable") -> int:
    if KSR.tm.t_relay() < 0:
        forks.give_up()
        reply(code, reason)
    return 1


def on_reply() -> int:
    """Anchor what the answer brings, and keep to ourselves what is nobody else's."""
    sender = peer()
    if sender.kind is PeerKind.HQ and uplink.goes_without():
        KSR.set_drop()
        return 1
    if is_misleading(sender):
        KSR.set_drop()
        return 1
    message = at_hand.message
    ladder.heard_reply(sender, message)
    if farewell.comes_too_late():
        return 1
    telemetry.heard(message.status)
    note_over()
    session = remembered()
    if not _takes_answer_in_turn(session, sender):
        return 1
    if message.status in _LOOKED_FOR and not message.has_session:
        # Asterisk makes nothing of them, and the caller would hear nothing.
        KSR.textopsx.change_reply_status(RINGING, "Ringing")
    keys.note_refusal(session)
    session.keep()
    alias_contact(sender)
    strip(sender)
    return 1


def _takes_answer_in_turn(session: Session, sender: Peer) -> bool:
    if not forks.is_one(session):
        return _takes_answer(session, sender)
    with forks.one_by_one():
        return _takes_answer(session, sender)


def _takes_answer(session: Session, sender: Peer) -> bool:
    """See to the media of a response, and who answered first; say whether the response goes on as it is."""
    if farewell.comes_second(session):
        return False
    message = at_hand.message
    if session.toward and message.has_session and message.status == OK and sender.kind in _FROM_PARTIES:
        _tell_of_pauses(session)
    if session.toward and message.has_session and message.status < 300 and not _anchors_answer(session, sender):
        session.keep()
        farewell.refuse_answer(session)
        return False
    farewell.note_winner(session)
    return True


def _tell_of_pauses(session: Session) -> None:
    """Tell the media node that its callee may send nothing while silent: such answers go to HQ's nodes alone."""
    if HQ and session.caller_speaks is not None and heads.has_comfort_noise(at_hand.message.session):
        KSR.hdr.append(f"{HEADER}: {PAUSES}=1\r\n")


def _anchors_answer(session: Session, sender: Peer) -> bool:
    """Anchor what a response brings; say whether that was possible."""
    toward, sdp = session.caller_speaks, at_hand.message.session
    if toward is None:
        _pass_by_address(sender)
        return True
    if OFFERED in session.marks:
        return anchoring.answer(session, sender, toward, sdp)
    return anchoring.offer(session, sender, toward, sdp)


def _pass_by_address(sender: Peer) -> None:
    """Tell the edge that has the media where a phone signals from: it does not see that."""
    if sender.kind is PeerKind.OUTSIDE:
        KSR.nathelper.fix_nated_sdp(REPLACE_MEDIA_ADDRESS)


def renegotiate(sender: Peer, behind: End, ahead: End) -> bool:
    """Anchor what a request inside of a dialog brings from one end to the other; say whether that was possible."""
    method, offered = at_hand.message.method, at_hand.message.has_session
    if behind.speaks is None or ahead.speaks is None:
        _expect_answer(Session(), None, offered=False)
        if offered:
            _pass_by_address(sender)
        return True
    if method == "ACK":
        return not offered or anchoring.answer(anchoring.gone_on(), sender, ahead.speaks, at_hand.message.session)
    if method in ("INVITE", "UPDATE"):
        session = anchoring.gone_on()
        toward = keys.offered_to(ahead.account or ahead.name, ahead.speaks)
        if offered and not anchoring.offer(session, sender, toward, at_hand.message.session):
            return False
        _expect_answer(session, behind.speaks, offered=offered)
        return True
    if method == "BYE":
        anchoring.end()
    KSR.tm.t_on_reply("ksr_onreply_media")
    return True
