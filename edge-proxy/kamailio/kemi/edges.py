"""Several edges at HQ: what the others tell and pass on, and the way to a contact that one of them holds."""

import re

import KSR

from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.peering import path_of
from edge_proxy.rendering import branch_host
from kemi.environment import SETTINGS, header, send_from, text

PEERS = SETTINGS["peer_ports"]
PEER_PORT = SETTINGS["peer_port"]
REPLICATION = "KDMQ"
_HOST = re.compile(r"sips?:([^:;>]+)")


def is_edge(address: str) -> bool:
    """Say whether an address at the peer socket is another edge's, or our own (it pings through its own Path)."""
    return address in PEERS or address == SETTINGS["address"]


def replicates() -> bool:
    """Take what another edge, who sends the request at hand, replicates; say whether it was that."""
    if not KSR.is_method(REPLICATION):
        return False
    KSR.dmq.handle_message()
    return True


def leave_path(sender: Peer) -> None:
    """Write the Path of whoever registers: a branch's is that of the site in its certificate, whatever it says; a
    phone's is this edge, for only here is the way through its NAT or connection.
    """
    if sender.kind not in (PeerKind.OUTSIDE, PeerKind.BRANCH):
        return
    KSR.hdr.remove("Path")
    way = ""
    if sender.kind is PeerKind.BRANCH:
        way = f"<sip:{branch_host(sender.site_id, SETTINGS['platform_domain'])};lr>"
    elif PEERS:
        way = path_of(SETTINGS["address"], PEER_PORT, (sender.address, KSR.kx.get_srcport(), KSR.kx.get_protoid()))
    if way and header("Contact").strip() not in ("", "*"):
        KSR.hdr.append(f"Path: {way}\r\n")
        KSR.textopsx.msg_apply_changes()


def ping(sender: Peer) -> int:
    """Pass our own ping on to a phone behind NAT; the other edges' pings of the same phone are not needed."""
    if sender.address == SETTINGS["address"] and KSR.rr.loose_route_preloaded() > 0:
        # Only the socket that the phone registered at is on its NAT's list.
        send_from("sip")
        KSR.tm.t_relay()
    return 1


def next_is_edge() -> bool:
    """Say whether the next hop is another edge, and send from the socket that it listens to us on."""
    found = _HOST.match(text("$du")) if PEERS else None
    if not found or found.group(1) not in PEERS:
        return False
    send_from("peer")
    return True


def announce_branch(site_id: str) -> None:
    """Tell the other edges, every few seconds, that a branch is connected here."""
    if PEERS and KSR.htable.sht_get("announced", site_id) is None:
        KSR.htable.sht_sets("announced", site_id, "1")
        KSR.htable.sht_sets("holders", site_id, SETTINGS["address"])


def through_holder(site_id: str) -> bool:
    """Point the next hop to the edge that a branch is connected to; say whether there is one."""
    holder = KSR.htable.sht_get("holders", site_id) if PEERS else None
    if holder not in PEERS:
        return False
    KSR.setdsturi(f"sip:{holder}:{PEERS[holder]}")
    send_from("peer")
    return True
