"""Answers that go no further, of who comes second or not to rtpengine's taste: nobody is left in a call."""

import KSR

from edge_proxy.parting import ANSWERED_ELSEWHERE, Answered, headers_for, refusal_of
from kemi import anchoring, forks
from kemi.environment import SETTINGS, header, text
from kemi.gate import at_hand
from kemi.session import BEGINS, Session

OK, FAILED = 200, 300
_DONE, _LEFT = "$avp(answer_refused)", "$avp(answers_left)"


def comes_second(session: Session) -> bool:
    """Leave whoever answers a call that another has answered before; say whether that was done.

    Two phones may pick up at once, and a carrier may fork: media follows the first, whatever others say after it.
    """
    status = at_hand.message.status
    if BEGINS not in session.marks or status >= 300:
        return False
    tag = text("$tt")
    if session.winner == tag or not (session.winner or (forks.is_one(session) and forks.is_answered())):
        return False
    if status < 200:
        KSR.set_drop()
        return True
    _leave()
    KSR.textopsx.msg_set_buffer(refusal_of(text("$mb"), ANSWERED_ELSEWHERE))
    return True


def comes_too_late() -> bool:
    """Leave whoever answers once the call has gone on without it; say whether an answer came too late.

    A gateway or node that was given up for its silence may answer as its CANCEL is on the way.  Kamailio gives the
    answer to nobody then, so nobody else would acknowledge and end that call, which a carrier bills.
    """
    if not is_late():
        return False
    status = at_hand.message.status
    if status < OK:
        KSR.set_drop()
    elif status < FAILED:
        _leave()
    return True


def is_late() -> bool:
    """Say whether the response at hand is one to an INVITE that has failed by itself before."""
    last = text("$T_reply_last")
    return at_hand.message.method == "INVITE" and last.isascii() and last.isdigit() and int(last) >= FAILED


def _leave() -> None:
    """Acknowledge an answer, and say goodbye to whoever gave it: once, however often it comes."""
    tag = text("$tt")
    _say("ACK")
    if tag not in text(_LEFT).split():
        KSR.pv.sets(_LEFT, f"{text(_LEFT)} {tag}")
        _say("BYE")


def note_winner(session: Session) -> None:
    """Take note of whose answer to a call that begins went through."""
    if BEGINS in session.marks and at_hand.message.status // 100 == 2:
        session.winner = text("$tt")
        if forks.is_one(session):
            forks.note_answer()


def refuse_answer(session: Session) -> None:
    """Drop a provisional response; make a final one a refusal, and leave whoever answered."""
    if at_hand.message.status < 200:
        KSR.set_drop()
        return
    if at_hand.message.method == "INVITE":
        _say("ACK")
        # Inside a dialog what was agreed before goes on (RFC 3261, 14.1).
        if BEGINS in session.marks and not text(_DONE):
            _say("BYE")
            anchoring.give_up(session)
    KSR.pv.sets(_DONE, "1")
    # A 2xx can not be dropped, nor its class be changed, but by another message in its place.
    KSR.textopsx.msg_set_buffer(refusal_of(text("$mb")))


def _say(method: str) -> None:
    """Send a request to whoever answered, along the way that the answer came."""
    answered = Answered(
        header("From"),
        header("To"),
        KSR.kx.get_callid(),
        int(header("CSeq").split()[0]),
        text("$(hdr(Record-Route)[*])"),
    )
    back = f"sip:{KSR.kx.get_srcip()}:{KSR.kx.get_srcport()};transport={KSR.kx.get_proto()}"
    socket = f"{KSR.kx.get_proto()}:{text('$Ri')}:{KSR.kx.get_rcvport()}"
    headers = headers_for(method, answered, SETTINGS["address"])
    KSR.tm.t_uac_send(method, text("$(ct{nameaddr.uri})") or back, back, socket, headers, "")
