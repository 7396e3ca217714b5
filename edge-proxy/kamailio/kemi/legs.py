"""The legs of a call: media anchored on both sides, our place in the dialog, and requests inside of it."""

import re

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media, routing
from edge_proxy.decisions import Peer, PeerKind, Request
from edge_proxy.rendering import site_of_branch_host
from kemi import anchoring, farewell, telling, uplink
from kemi.edges import next_is_edge
from kemi.environment import (
    HQ,
    PLATFORM,
    SEAL_SECRET,
    behind_nat,
    has_sdp,
    header,
    reply,
    send_from,
    strip_ours,
    strip_software,
    text,
    view,
)
from kemi.peers import peer

PASSED = "passed"
REPLACE_MEDIA_ADDRESS = 2
_URI_HOST = re.compile(r"sips?:(?:[^@;]*@)?([^:;>?]+)")


def begin(request: Request, callee: MediaProtection, *, site_id: str = "", forked: bool = False) -> bool:
    """Anchor the media and stay in the dialog's path; say whether rtpengine takes the offer.

    callee: what its side speaks.  forked: others with the same Call-ID may come, for the phones of one station.
    """
    anchoring.begin(forked=forked)
    sdp = KSR.kx.gete_body() if has_sdp() else ""
    if sdp:
        caller = media.offered_protection(sdp)
        if not anchoring.offer(request.peer, callee, sdp):
            anchoring.give_up()
            return False
    else:
        caller = routing.media_of(view(), request.from_domain, request.from_user)
    _stay(media.Sides(caller, callee, site_id))
    _expect_answer(caller, offered=bool(sdp))
    return True


def not_acceptable() -> int:
    """Refuse an offer that rtpengine does not take: sent on as it is, it would show who is behind us."""
    return reply(488, "Not Acceptable Here")


def pass_by(site_id: str) -> None:
    """Stay in the path of a dialog whose media is anchored at another edge."""
    # The media is not here to count: a drain waits for these dialogs too.
    KSR.dialog.dlg_manage()
    _stay(media.Sides(None, None, site_id))
    _expect_answer(None, offered=False)


def _stay(sides: media.Sides) -> None:
    KSR.rr.record_route()
    KSR.rr.add_rr_param(f";{media.SEAL_PARAMETER}={media.seal(SEAL_SECRET, KSR.kx.get_callid(), sides)}")


def _expect_answer(toward: MediaProtection | None, *, offered: bool) -> None:
    KSR.pv.sets("$avp(toward)", toward.value if toward else PASSED)
    KSR.pv.sets("$avp(offered)", "1" if offered else "")
    KSR.tm.t_on_reply("ksr_onreply_media")


def relay(code: int = 503, reason: str = "Service Unavailable") -> int:
    if KSR.tm.t_relay() < 0:
        anchoring.give_up()
        reply(code, reason)
    return 1


def alias_contact(sender: Peer) -> None:
    """Keep where a phone behind NAT really sends from with its Contact; a carrier's Contact is as it says."""
    if sender.kind is PeerKind.OUTSIDE and not (HQ and view().is_carrier(sender.address)) and behind_nat():
        KSR.nathelper.set_contact_alias()


def on_reply() -> int:
    """Anchor what the answer brings, and keep to ourselves what is nobody else's."""
    sender = peer()
    if sender.kind is PeerKind.HQ and uplink.goes_without():
        KSR.set_drop()
        return 1
    telling.heard(KSR.kx.get_status())
    toward = text("$avp(toward)")
    if farewell.comes_second():
        return 1
    if toward and has_sdp() and KSR.kx.get_status() < 300 and not _anchors_answer(sender, toward):
        farewell.refuse_answer()
        return 1
    farewell.note_winner()
    alias_contact(sender)
    strip_ours()
    if sender.kind is PeerKind.NODE:
        strip_software()
    return 1


def _anchors_answer(sender: Peer, toward: str) -> bool:
    """Anchor what a response brings; say whether that was possible."""
    if toward == PASSED:
        _pass_by_address(sender)
        return True
    sdp = KSR.kx.gete_body()
    if text("$avp(offered)"):
        return anchoring.answer(sender, MediaProtection(toward), sdp)
    return anchoring.offer(sender, MediaProtection(toward), sdp)


def _pass_by_address(sender: Peer) -> None:
    """Tell the edge that has the media where a phone signals from: it does not see that."""
    if sender.kind is PeerKind.OUTSIDE:
        KSR.nathelper.fix_nated_sdp(REPLACE_MEDIA_ADDRESS)


def site_ahead() -> str | None:
    """Return the site that the next hop's symbolic name stands for, None for an ordinary next hop."""
    found = _URI_HOST.match(text("$du"))
    return site_of_branch_host(found.group(1), PLATFORM) if HQ and found else None


def connect_branch(site_id: str | None) -> bool:
    """Point the next hop to the connection that a site's branch opened; say whether there is a way."""
    if not site_id:
        return True
    connection = KSR.htable.sht_get("branches", site_id)
    if connection is None:
        return False
    KSR.setdsturi(f"sip:{connection};transport=tls")
    send_from("siptls")
    # It is a port behind a NAT: without the connection nobody listens there.
    KSR.set_forward_no_connect()
    return True


def in_dialog(sender: Peer) -> int:
    """Pass on a request inside a dialog that this edge began."""
    if KSR.is_ACK() and not header("Route"):
        if KSR.tm.t_check_trans() > 0:
            KSR.tm.t_relay()
        return 1
    sides = media.open_seal(SEAL_SECRET, KSR.kx.get_callid(), header("Route"))
    if sender.kind is PeerKind.HQ and uplink.goes_without():
        # Of the call that HQ took too late: its BYE would take the media of the one that goes on.
        sides = None
    if sides is None or KSR.rr.loose_route() < 0:
        # Not a dialog of ours: relaying it would lend our name to anybody.  An ACK is never answered.
        return 1 if KSR.is_ACK() else reply(481, "Call Does Not Exist")
    strip_ours()
    if sender.kind is PeerKind.NODE:
        strip_software()
    # From another edge: its media node's towards a branch of ours, or a branch of its own towards our media node.
    outward = sender.kind is PeerKind.NODE or (sender.kind is PeerKind.EDGE and sides.caller is None)
    if not next_is_edge() and outward and not connect_branch(sides.site_id):
        return reply(480, "Branch Unreachable")
    if not KSR.isdsturiset():
        KSR.nathelper.handle_ruri_alias()
    alias_contact(sender)
    if not _renegotiate(sender, sides):
        if not KSR.is_ACK():
            return not_acceptable()
        # Nobody can refuse an ACK: whose offer gets no answer ends the call (RFC 3261, 13.2.2.4).
        KSR.hdr.remove("Content-Type")
        KSR.textops.remove_body()
    if KSR.tm.t_relay() < 0 and not KSR.is_ACK():
        KSR.sl.sl_reply_error()
    return 1


def _renegotiate(sender: Peer, sides: media.Sides) -> bool:
    """Anchor what a request inside a dialog brings; say whether that was possible."""
    if sides.caller is None or sides.callee is None:
        _expect_answer(None, offered=False)
        if has_sdp():
            _pass_by_address(sender)
        return True
    KSR.tm.t_on_reply("ksr_onreply_media")
    if KSR.is_BYE():
        anchoring.end()
    elif KSR.is_ACK() and has_sdp():
        anchoring.go_on()
        return anchoring.answer(sender, sides.callee, KSR.kx.gete_body())
    elif KSR.is_INVITE() or KSR.is_UPDATE():
        from_caller = KSR.rr.is_direction("downstream") > 0
        ahead, behind = (sides.callee, sides.caller) if from_caller else (sides.caller, sides.callee)
        anchoring.go_on()
        if has_sdp() and not anchoring.offer(sender, ahead, KSR.kx.gete_body()):
            return False
        _expect_answer(behind, offered=has_sdp())
    return True
