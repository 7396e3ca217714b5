"""Who a request comes from, and whether we listen to it at all."""

from typing import Any

import KSR

from callmodel.vouched import HEADER, REFUSED, from_header
from edge_proxy import screening
from edge_proxy.callers import Told
from edge_proxy.certificates import is_headquarters, site_of_certificate
from edge_proxy.decisions import Peer, PeerKind, Reject, Request
from edge_proxy.registration import names_another_way
from kemi import uplink
from kemi.abuse import belongs_to_a_call, calls_for_help, exceeds, is_proven, may_call_for_help, noise, offend
from kemi.edges import PEERS, announce_branch, is_edge
from kemi.environment import HQ, RETRY_AFTER, SETTINGS, draining, header, reply, text, view
from kemi.flows import vouch
from kemi.gate import at_hand

MAX_HOPS = 70
INTERNAL_PORT, PEER_PORT = str(SETTINGS["internal_port"]), str(SETTINGS["peer_port"])
_STATIONS = (PeerKind.OUTSIDE, PeerKind.BRANCH)
_NOTHING = "<null>"
"""What Kamailio writes for what is not there; no part of a URI can be that."""
RETRY_AFTER_SECONDS = 30
"""As long as an edge may be away that restarts: who comes back sooner waits for a process that is not there."""

MOST_LINES = 8
_OF_PARTIES = {
    "p-asserted-identity": "asserted",
    "remote-party-id": "remote_party",
    "privacy": "privacy",
    "diversion": "diversion",
    "history-info": "history",
    "p-called-party-id": "called_party",
}

SANITY_MESSAGE, SANITY_URI, SANITY_PROXY_REQUIRE = 17895, 7, 512


def peer() -> Peer:
    """Return the sender of the message at hand, as socket and certificate prove it."""
    # In one go: each question to Kamailio costs a few microseconds, and this is asked most often.
    address, port, transport = str(KSR.pv.get("$_s($si $Rp $pr)")).split(" ")
    if HQ and port == INTERNAL_PORT:
        return Peer(PeerKind.NODE, address) if KSR.dispatcher.ds_is_from_lists() > 0 else outsider(address)
    if PEERS and port == PEER_PORT:
        return Peer(PeerKind.EDGE, address) if is_edge(address) else outsider(address)
    if transport != "tls":
        return outsider(address)
    verified, san = text("$tls_peer_verified") == "1", text("$tls_peer_san_uri")
    if not HQ:
        if not is_headquarters(verified=verified, san_uri=san):
            return outsider(address)
        uplink.hear()
        return Peer(PeerKind.HQ, address)
    site = site_of_certificate(verified=verified, common_name=text("$tls_peer_subject_cn"), san_uri=san)
    if site is None:
        return outsider(address)
    if view().has_branch(site):
        # Branches sit behind NATs: this connection is the only way back.
        KSR.htable.sht_sets("branches", site, f"{address}:{KSR.kx.get_srcport()}")
        announce_branch(site)
    return Peer(PeerKind.BRANCH, address, site)


def outsider(address: str) -> Peer:
    """Return whoever sends from an address and has proved nothing else."""
    # Carriers come to HQ alone.
    return view().trunks.outsider(address) if HQ else Peer(PeerKind.OUTSIDE, address)


def listens_to(sender: Peer) -> bool:
    """Say whether to go on with a request; when not, whatever answer it deserves has been sent."""
    address = sender.address
    # Before the first answer: also what is refused has to find its way back through a NAT.
    KSR.force_rport()
    # Answers go back on the connection that asked, or nowhere: whoever closes it and gives a name in Via would make a
    # worker wait for a name server.
    KSR.set_reply_no_connect()
    trusted, is_plain = sender.is_trusted, at_hand.message.is_plain
    if trusted:
        vouch()
    # What is plain is not too long either: of those whom we trust there is nothing to ask then.
    if not (trusted and is_plain) and not _is_heard(sender):
        return False
    if sender.kind is PeerKind.OUTSIDE:
        port = KSR.kx.get_rcvport()
        if HQ and port == SETTINGS["internal_port"]:
            # A node of ours asks whether we live before we have heard of it: that is no news.
            if not KSR.is_OPTIONS():
                KSR.warn(f"stranger on the media nodes' port: {address}\n")
            return False
        if PEERS and port == SETTINGS["peer_port"]:
            KSR.warn(f"stranger on the edges' port: {address}\n")
            return False
    if not trusted and exceeds(sender) and not may_call_for_help(address, screening.HELP_IN_WINDOW):
        return False
    # Both answer what they refuse, if that can be answered; the gate has seen to it where all is written plainly.
    if not is_plain:
        if KSR.sanity.sanity_check(SANITY_MESSAGE, SANITY_URI) < 0:
            # No phone writes that, and Kamailio logs a line or more for each.
            noise(sender, proven=is_proven(address))
            return False
        if KSR.sanity.sanity_check(SANITY_PROXY_REQUIRE, 0) < 0:
            return False
    if KSR.maxfwd.process_maxfwd(MAX_HOPS) < 0:
        reply(483, "Too Many Hops")
        return False
    return True


def _is_heard(sender: Peer) -> bool:
    """Say whether a request is one to believe anything of, by who sends it, with what, and how long it is."""
    address, trusted = sender.address, sender.is_trusted
    banned = not trusted and KSR.htable.sht_get("banned", address) is not None and not belongs_to_a_call()
    # Whoever calls for help is heard, at a measure that Kamailio has kept to before (kamailio.cfg.in).
    banned = banned and not calls_for_help()
    agent, size = at_hand.message.said("user-agent"), KSR.kx.get_msglen()
    match screening.screen(agent, banned=banned, trusted=trusted, size_bytes=size):
        case screening.Ignore():
            return False
        case screening.Offend(reason):
            offend(sender, reason)
            return False
        case Reject(code, reason):
            reply(code, reason)
            return False
    return True


def is_misleading(sender: Peer) -> bool:
    """Say whether a phone's Contact is several, or names another way than where the phone speaks from."""
    if sender.is_trusted:
        return False
    registers = at_hand.message.method == "REGISTER"
    return at_hand.message.several_contacts or names_another_way(at_hand.message.said("contact"), registers=registers)


def leaves_to_others(sender: Peer, method: str) -> bool:
    """Refuse new work while this edge drains; say whether that was done."""
    if not draining():
        return False
    registers = HQ and any(trunk.registers for trunk in view().trunks.trunks_from(sender.address))
    if not screening.leaves_to_others(sender.kind, method, registers=registers, emergency=calls_for_help()):
        return False
    KSR.hdr.append_to_reply(f"{RETRY_AFTER}: {RETRY_AFTER_SECONDS}\r\n")
    reply(503, "Draining")
    return True


def request_from(sender: Peer, method: str) -> Request:
    """Return the request at hand as a value; our own headers only from those who may set them."""
    said = ["" if word == _NOTHING else word for word in text("$_s($fU\t$fd\t$tU\t$td\t$rU\t$rd)").split("\t")]
    # Nothing of it, where Kamailio can not read From or To: then nobody is known, and nobody may do anything.
    said += [""] * (6 - len(said))
    known: dict[str, Any] = {
        "from_user": said[0],
        "from_domain": said[1].lower(),
        "to_user": said[2],
        "to_domain": said[3].lower(),
        "target_user": said[4],
        "target_domain": said[5].lower(),
    }
    if sender.kind in _STATIONS and not sender.is_carrier:
        known["preferred_identity"] = header("P-Preferred-Identity")
    if sender.is_carrier:
        known["told"] = _told()
    elif sender.kind is PeerKind.NODE:
        known |= _vouched("target", "tenant", "trunk", "caller", "traceparent", "link", "call")
    elif sender.kind is PeerKind.BRANCH:
        known |= _vouched("station", "site", "traceparent", REFUSED)
    elif sender.kind in (PeerKind.HQ, PeerKind.EDGE):
        known |= _vouched("traceparent", "call")
    return Request(method, sender, **known)


def _told() -> Told:
    """Return what a carrier's message tells of its parties beside From and To."""
    there = at_hand.message.names(_OF_PARTIES.keys(), "\n")
    return Told(**{_OF_PARTIES[name]: _every(name) for name in there})


def _every(name: str) -> str:
    """Return the values of a header that may stand twice, as one list of them."""
    if at_hand.message.is_plain:
        return header(name)  # there it stands once
    lines = (text(f"$(hdr({name})[{place}])") for place in range(MOST_LINES))
    return ",".join(filter(None, lines))


def _vouched(*names: str) -> dict[str, str]:
    said = from_header(header(HEADER))
    return {name: said.get(name, "") for name in names}
