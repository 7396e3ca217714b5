"""Our place in a dialog: the seal in Record-Route; and requests that go from one end to the other, nowhere else."""

import functools
import re
import time
from collections.abc import Callable

import KSR

from edge_proxy import sealing, trunking
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.rendering import MEDIA_SET, site_of_branch_host
from edge_proxy.sealing import Dialog, End, EndKind
from kemi import credentials, ladder, uplink
from kemi.bindings import lives_at
from kemi.edges import next_is_edge, through_holder
from kemi.environment import HQ, PLATFORM, SEAL_SECRET, not_acceptable, reply, send_from, text, view
from kemi.gate import at_hand
from kemi.session import Session
from kemi.stripping import strip

ANY_SET, ANY_TRANSPORT = -1, 2
FROM, TO = "$_s($fU $fd)", "$_s($tU $td)"
"""User and host of a party; a sign between them other than a space would be part of a name."""
FORGOTTEN_AFTER_SECONDS = 5
"""A dialog lives on so long after its BYE was answered: requests cross on the way."""

_OF_PEERS = {
    PeerKind.NODE: EndKind.NODE,
    PeerKind.BRANCH: EndKind.BRANCH,
    PeerKind.EDGE: EndKind.EDGE,
    PeerKind.HQ: EndKind.HQ,
}
_ADDRESS = re.compile(r"sips?:(?:[^@;?]*@)?(?:[0-9.]+|\[[0-9a-f:]+\])(?::[0-9]+)?(?:;(?!maddr)[^;?@]*)*")
_CONTACT_HOST = re.compile(r"sips?:(?:[^@>;]*@)?\[?([^]:;>?]+)")


def stay(session: Session, sender: Peer, callee: End, *, trunk_id: str = "") -> None:
    """Stay in the path of the dialog that the INVITE at hand begins, whose media has been seen to.

    trunk_id: of the trunk that the caller comes from, if any.
    """
    speaks = session.caller_speaks
    if trunk_id:
        caller = End(EndKind.TRUNK, speaks, trunk_id)
    elif sender.kind is PeerKind.OUTSIDE:
        caller = End(EndKind.PHONE, speaks, sender.address, sealing.account_of(_aor(FROM)))
    else:
        caller = End(_OF_PEERS[sender.kind], speaks, sender.site_id)
    seal = sealing.seal(SEAL_SECRET, KSR.kx.get_callid(), Dialog(caller, callee), _now_minutes())
    KSR.rr.record_route()
    KSR.rr.add_rr_param(f";{sealing.PARAMETER}={seal}")


def next_host() -> str:
    """Return the host that the request at hand leaves to, empty where none can be told."""
    return "" if "maddr" in (text("$du") or text("$ru")).lower() else text("$nh(d)").strip("[]")


def site_ahead() -> str | None:
    """Return the site that the next hop's symbolic name stands for, None for an ordinary next hop."""
    return site_of_branch_host(next_host(), PLATFORM) if HQ and KSR.isdsturiset() else None


def site_of(next_hop: str) -> str | None:
    """Return the site whose branch a next hop, a SIP URI, stands for, None for an ordinary one."""
    found = _CONTACT_HOST.search(next_hop)
    return site_of_branch_host(found.group(1), PLATFORM) if found else None


def connect_branch(site_id: str) -> bool:
    """Point the next hop to the connection that a site's branch opened; say whether there is one."""
    connection = KSR.htable.sht_get("branches", site_id)
    if connection is None:
        return False
    KSR.setdsturi(f"sip:{connection};transport=tls")
    send_from("siptls")
    # It is a port behind a NAT: without the connection nobody listens there.
    KSR.set_forward_no_connect()
    return True


def in_dialog(sender: Peer, renegotiate: Callable[[Peer, End, End], bool]) -> int:
    """Pass on a request inside of a dialog that this edge began.

    renegotiate: sees to its media, given the sender and both ends; says whether that was possible.
    """
    is_ack = at_hand.message.method == "ACK"
    if is_ack and not at_hand.message.said("route"):
        # One for a refusal ends here; for an answer it has a Route.
        KSR.tm.t_check_trans()
        return 1
    ends = _ends(sender)
    if ends is None or KSR.rr.loose_route() < 0:
        # Not a dialog of ours, or not its ends: that would lend our name to anybody.  An ACK is never answered.
        return 1 if is_ack else reply(481, "Call Does Not Exist")
    behind, ahead = ends
    ladder.heard_request(sender, at_hand.message)
    strip(sender)
    if not _leads_to(ahead):
        KSR.warn(f"a request in a dialog from {sender.kind.value} would have left to nobody of it\n")
        return 1 if is_ack else reply(480, "Temporarily Unavailable")
    alias_contact(sender)
    if not renegotiate(sender, behind, ahead):
        if not is_ack:
            return not_acceptable()
        # Nobody can refuse an ACK: whose offer gets no answer ends the call (RFC 3261, 13.2.2.4).
        KSR.hdr.remove("Content-Type")
        KSR.textopsx.remove_body()
    if ahead.kind is EndKind.TRUNK and not is_ack:
        credentials.expect_in_dialog(ahead.name)
    if KSR.tm.t_relay() < 0 and not is_ack:
        KSR.sl.sl_reply_error()
    return 1


def sealed() -> Dialog | None:
    """Return the dialog that the request at hand is of by its seal, None where it has none of ours."""
    message = at_hand.message
    return sealing.open_seal(SEAL_SECRET, message.said("call-id"), message.said("route"), _now_minutes())


def _ends(sender: Peer) -> tuple[End, End] | None:
    """Return the end that the request at hand comes from and the one that it goes to."""
    dialog = sealed()
    # What ends a dialog is always taken.
    if dialog is None or (at_hand.message.method not in ("ACK", "BYE") and _is_over()):
        return None
    if sender.kind is PeerKind.HQ and uplink.goes_without():
        # Of the call that HQ took too late: its BYE would take the media of the one that goes on.
        return None
    ways = sealing.ends_of(
        dialog,
        sender,
        is_of=lambda trunk_id: HQ and view().trunks.is_at(trunk_id, sender.address),
        has_moved=lambda end: _is_at(end, FROM, sender.address),
    )
    # Behind one address there may be both ends.
    return ways[0 if len(ways) < 2 or KSR.rr.is_direction("downstream") > 0 else 1] if ways else None


def _leads_to(ahead: End) -> bool:
    """Say whether the real next hop is the end that a request must leave to; point it there where we know better."""
    if ahead.kind is EndKind.BRANCH:
        return next_is_edge() or connect_branch(ahead.name) or through_holder(ahead.name)
    if ahead.kind is EndKind.EDGE:
        return next_is_edge()
    if not KSR.isdsturiset():
        KSR.nathelper.handle_ruri_alias()
    if ahead.kind is EndKind.PHONE:
        host = next_host()
        return host == ahead.name or _is_at(ahead, TO, host)
    if ahead.kind is EndKind.TRUNK:
        return _leads_to_trunk(ahead.name)
    return is_destination(ANY_SET if ahead.kind is EndKind.NODE else MEDIA_SET)


def _aor(party: str) -> str:
    return text(party).replace(" ", "@", 1)


def _is_at(end: End, party: str, address: str) -> bool:
    """Say whether a phone, which was elsewhere when the dialog began, has registered from an address since.

    party: which of the request at hand it is; only whose account the seal names is looked for.
    """
    if not end.account:
        return False
    aor = _aor(party)
    return sealing.account_of(aor) == end.account and lives_at(f"sip:{aor}", address)


def is_destination(group: int) -> bool:
    """Say whether the next hop is one of the dispatcher's: a media node, or at a branch an edge of HQ."""
    uri = text("$du") or text("$ru")
    return _is_address(uri) and KSR.dispatcher.ds_is_from_list_uri(group, ANY_TRANSPORT, uri) > 0


@functools.lru_cache(maxsize=1024)
def _is_address(uri: str) -> bool:
    # A name would have a name server asked; and only a plain address is what it seems.
    return _ADDRESS.fullmatch(uri) is not None


def _leads_to_trunk(trunk_id: str) -> bool:
    trunk = view().trunks.trunk_of(trunk_id)
    if trunk is None:
        return False
    host = next_host()
    if view().trunks.is_at(trunk_id, host):
        way = trunking.untold_way(view().trunks, trunk, text("$du") or text("$ru"), host)
        if way is not None:
            KSR.setdsturi(way)
    else:
        # Its Contact or Record-Route names something that nobody has configured: its gateway knows the way.
        attempt = trunking.attempt_at(view().trunks, trunk, "", at_hand.message.said("call-id"))
        if attempt is None:
            return False
        KSR.setdsturi(attempt.next_hop)
    return True


def alias_contact(sender: Peer) -> None:
    """Keep where a phone really sends from with its Contact; so too a carrier's that names an address not its own."""
    if sender.kind is not PeerKind.OUTSIDE or not at_hand.message.said("contact"):
        return
    if sender.is_carrier:
        found = _CONTACT_HOST.search(at_hand.message.said("contact"))
        if found is None or view().trunks.is_carrier(found.group(1)):
            return
    KSR.nathelper.set_contact_alias()


def note_over() -> None:
    """Take note, at a response to BYE, that the dialog is over: its seal opens nothing a little later."""
    message = at_hand.message
    if message.method == "BYE" and message.status >= 200 and message.status not in (401, 407):
        KSR.htable.sht_sets("over", _name(), str(int(time.monotonic())))


def _is_over() -> bool:
    over = KSR.htable.sht_get("over", _name())
    return over is not None and time.monotonic() - float(over) > FORGOTTEN_AFTER_SECONDS


def _name() -> str:
    return sealing.name_of(at_hand.message.said("call-id"), *text("$_s($ft\t$tt)").split("\t"))


def _now_minutes() -> int:
    return int(time.time()) // 60
