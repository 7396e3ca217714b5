"""REGISTER: kept here, and from a branch also told to HQ."""

import re

import KSR

from edge_proxy import registration
from edge_proxy.decisions import Peer, PeerKind, SaveContact
from edge_proxy.registration import Binding
from kemi.bindings import bindings_of
from kemi.decide import settled
from kemi.edges import leave_path
from kemi.environment import (
    HQ,
    OWN_HOST,
    behind_nat,
    header,
    over_connection,
    text,
    view,
)
from kemi.gate import at_hand
from kemi.peers import request_from
from kemi.stripping import strip_ours
from kemi.uplink import relay_up, seen

SAVE_WITHOUT_REPLY = 0x02
BEHIND_NAT_FLAG, PING_FLAG = 6, 7
_EXPIRES = re.compile(r";\s*expires\s*=\s*([0-9]+)", re.IGNORECASE)


def register(sender: Peer) -> int:
    request = request_from(sender, "REGISTER")
    decision = settled(lambda asked: registration.decide_register(view(), asked, branch_role=not HQ), request)
    if decision is None:
        return 1
    strip_ours()
    leave_path(sender)
    if sender.kind is PeerKind.OUTSIDE:
        # It is called where it registers from, whatever its Contact says: that could be a carrier, which takes calls
        # from our address and bills them.
        KSR.nathelper.fix_nated_register()
        if behind_nat():
            KSR.setbflag(BEHIND_NAT_FLAG)
            if not over_connection():
                KSR.setbflag(PING_FLAG)
    _make_room(sender, f"sip:{request.to_user}@{request.to_domain}")
    if isinstance(decision, SaveContact) and decision.forward and seen().alive:
        return _tell_headquarters()
    if KSR.registrar.save("location", 0) < 0:
        KSR.sl.sl_reply_error()
    return 1


def _make_room(sender: Peer, aor: str) -> None:
    """Let go of what the phone at hand has registered before it came back from another port."""
    said = at_hand.message.said("contact")
    if said in ("", "*"):
        return
    contact = f"{KSR.kx.gete_cturi()}"
    address = sender.address if sender.kind is PeerKind.OUTSIDE else registration.address_of(contact)
    new = Binding("", contact, address, at_hand.message.said("user-agent"), registration.instance_of(said))
    for name in registration.superseded(list(bindings_of(aor)), new):
        KSR.registrar.unregister_ruid("location", aor, name)


def _tell_headquarters() -> int:
    if KSR.registrar.save("location", SAVE_WITHOUT_REPLY) < 0:
        KSR.sl.sl_reply_error()
        return 1
    KSR.pv.sets("$avp(granted)", _granted_contact())
    KSR.pv.sets("$avp(aor)", f"sip:{KSR.kx.get_tuser()}@{KSR.kx.get_thost()}")
    # HQ gives this contact back to us when it rings the phone: it has to lead behind the phone's own NAT.
    KSR.nathelper.set_contact_alias()
    KSR.hdr.append(f"Path: <sip:{OWN_HOST};lr>\r\n")
    KSR.seturi(f"sip:{KSR.kx.get_thost()}")
    KSR.tm.t_on_reply("ksr_onreply_register")
    if not relay_up("ksr_failure_register"):
        _grant_alone()
    return 1


def _granted_contact() -> str:
    """Return the Contact header that our 200 will carry, empty for a REGISTER that takes bindings away."""
    contact = header("Contact")
    found = _EXPIRES.search(contact)
    expires = registration.granted_expires(found.group(1) if found else header("Expires"))
    if not expires or contact.strip() in ("", "*"):
        return ""
    return f"Contact: <{KSR.kx.gete_cturi()}>;expires={expires}\r\n"


def _grant_alone() -> None:
    # HQ does not answer: the branch's own phones must go on reaching each other.
    granted = text("$avp(granted)")
    if granted:
        KSR.hdr.append_to_reply(granted)
    KSR.tm.t_reply(200, "OK")


def on_reply() -> int:
    """Show the phone its own contact again, instead of what HQ made of it."""
    if KSR.kx.get_status() == 200:
        KSR.hdr.remove("Contact")
        KSR.hdr.remove("Path")
        granted = text("$avp(granted)")
        if granted:
            KSR.hdr.append(granted)
    return 1


def on_failure() -> int:
    code = KSR.tm.t_get_status_code()
    if code == 408 or code >= 500:
        KSR.tm.t_on_reply("ksr_onreply_register")
        if KSR.dispatcher.ds_next_dst() < 0 or not relay_up("ksr_failure_register"):
            _grant_alone()
    else:
        KSR.warn(f"headquarters refused a registration: {code}\n")
        KSR.registrar.unregister("location", text("$avp(aor)"))
    return 1
