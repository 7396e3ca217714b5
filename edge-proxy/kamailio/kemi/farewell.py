"""Answers whose session description rtpengine does not take: nothing of them goes on, nobody is left in a call."""

import KSR

from edge_proxy.parting import Answered, headers_for, refusal_of
from kemi import anchoring
from kemi.environment import SETTINGS, header, text

_DONE, _WON, _LEFT = "$avp(answer_refused)", "$avp(answer_won)", "$avp(answers_left)"


def comes_second() -> bool:
    """Leave whoever answers a call that another has answered before; say whether that was done.

    Two phones may pick up at once, and a carrier may fork: media follows the first.
    """
    if KSR.kx.get_status() // 100 != 2:
        return False
    tag, winner = text("$tt"), text(_WON)
    if winner in ("", tag):
        return False
    _say("ACK")
    if tag not in text(_LEFT).split():
        KSR.pv.sets(_LEFT, f"{text(_LEFT)} {tag}")
        _say("BYE")
    KSR.textopsx.msg_set_buffer(refusal_of(text("$mb")))
    return True


def note_winner() -> None:
    """Take note of whose answer to a call that begins went through."""
    if KSR.kx.get_status() // 100 == 2 and anchoring.begins():
        KSR.pv.sets(_WON, text("$tt"))


def refuse_answer() -> None:
    """Drop a provisional response; make a final one a refusal, and leave whoever answered."""
    if KSR.kx.get_status() < 200:
        KSR.set_drop()
        return
    if header("CSeq").endswith("INVITE"):
        _say("ACK")
        # Inside a dialog what was agreed before goes on (RFC 3261, 14.1).
        if anchoring.begins() and not text(_DONE):
            _say("BYE")
            anchoring.give_up()
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
