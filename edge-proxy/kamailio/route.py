"""What Kamailio loads: the callbacks that it looks for by name (KEMI), each guarded, each handed on to `kemi`.

Runs on the interpreter that Kamailio is linked to, with the standard library, `callmodel`, `edge_proxy`
and `kamailio_helpers` only.
"""

import gc
import traceback

import KSR
from kemi import (
    calls,
    credentials,
    dialogs,
    edges,
    flows,
    ladder,
    legs,
    openssl,
    registrar,
    stations,
    telemetry,
    trunks,
)
from kemi.abuse import is_proven, noise
from kemi.environment import SETTINGS, look, over_connection, reply, text, view
from kemi.gate import at_hand
from kemi.peers import is_misleading, leaves_to_others, listens_to, outsider, peer
from kemi.stripping import strip_ours

from edge_proxy.decisions import Peer, PeerKind
from kamailio_helpers.kemi import Family, end_with_parent, guarded

UDP = 1
_OWN_PORTS = (SETTINGS["internal_port"], SETTINGS["peer_port"])


def unreadable() -> int:
    """Text that is no UTF-8 where we read it: no phone writes that."""
    sender = peer()
    noise(sender, proven=is_proven(sender.address))
    return reply(400, "Bad Request")


answered = guarded(unreadable, by_timer=look, at_end=ladder.tell)
"""Of each callback: when our own code fails, who asked is answered."""


def mod_init() -> "Edge":
    edge = Edge()
    # Before the fork: what was imported stays, and the collector holds no worker up with it.
    gc.freeze()
    return edge


class Edge:
    def __init__(self) -> None:
        self._family = Family()
        self._watch = flows.Watch()

    def child_init(self, _rank: int) -> int:
        if self._family.is_worker:
            end_with_parent()
            openssl.part_with_other_processes()
        return 0

    def ksr_received(self, _msg: object) -> int:
        try:
            verdict = at_hand.receive()
            if verdict < 0 and KSR.pv.get("$rcv(rcvport)") not in _OWN_PORTS:
                noise(outsider(str(KSR.pv.get("$rcv(srcip)"))), proven=KSR.pv.get("$rcv(proto)") != UDP)
            return verdict
        except Exception:
            KSR.err(f"script failed in ksr_received: {traceback.format_exc()!r}\n")
            return -1

    def ksr_oversized(self, _msg: object) -> int:
        at_hand.forget()
        return 1

    @answered
    def ksr_request_route(self, _msg: object) -> int:
        method = at_hand.message.method
        if not method and KSR.kx.get_rcvport() == SETTINGS["rpc_port"]:
            return 1
        sender = peer()
        if not listens_to(sender) or (sender.kind is PeerKind.EDGE and edges.replicates()):
            return 1
        if at_hand.message.fault:
            return self._refuse(sender, *at_hand.message.fault)
        if method == "CANCEL":
            if KSR.tm.t_check_trans() > 0:
                ladder.heard_request(sender, at_hand.message)
                KSR.tm.t_relay()
            return 1
        if is_misleading(sender):
            return 1 if method == "ACK" else reply(400, "One Contact Without Detour")
        if KSR.siputils.has_totag() > 0:
            return dialogs.in_dialog(sender, legs.renegotiate)
        if method == "ACK" or KSR.tm.t_check_trans() == 0:
            return 1
        match method:
            case "OPTIONS":
                return self._options(sender)
            case "REGISTER":
                return 1 if leaves_to_others(sender, method) else registrar.register(sender)
            case "INVITE":
                return 1 if leaves_to_others(sender, method) else calls.invite(sender)
            case _:
                return self._refuse_method()

    def _options(self, sender: Peer) -> int:
        if sender.kind is PeerKind.EDGE and KSR.kx.gete_ruser():
            return edges.ping(sender)
        # Whoever is asked for, it is this edge that answers: some phones and carriers probe us so.
        host = KSR.kx.gete_rhost().lower()
        if KSR.kx.gete_ruser() and host != SETTINGS["address"] and not view().has_domain(host):
            return self._refuse_method()
        return 1 if leaves_to_others(sender, "OPTIONS") else reply(200, "OK")

    def _refuse(self, sender: Peer, code: int, reason: str) -> int:
        if code == 400:
            # What nobody can read no phone writes.
            noise(sender, proven=is_proven(sender.address))
        if at_hand.message.method == "ACK":
            return 1  # never answered
        if code == 415:
            KSR.hdr.append_to_reply("Accept: application/sdp\r\n")
        return reply(code, reason)

    def _refuse_method(self) -> int:
        KSR.hdr.append_to_reply("Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER\r\n")
        return reply(405, "Method Not Allowed")

    @answered
    def ksr_onreply_register(self, _msg: object) -> int:
        return registrar.on_reply()

    @answered
    def ksr_failure_register(self, _msg: object) -> int:
        return registrar.on_failure()

    @answered
    def ksr_onreply_media(self, _msg: object) -> int:
        return legs.on_reply()

    @answered
    def ksr_onreply_gateway(self, _msg: object) -> int:
        return trunks.gateway_replied()

    @answered
    def ksr_failure_node(self, _msg: object) -> int:
        return telemetry.failed(calls.node_failed())

    @answered
    def ksr_branch_station(self, _msg: object) -> int:
        return stations.station_branch()

    @answered
    def ksr_onreply_station(self, _msg: object) -> int:
        return stations.station_replied()

    @answered
    def ksr_failure_station(self, _msg: object) -> int:
        return telemetry.failed(stations.station_failed())

    @answered
    def ksr_failure_trunk(self, _msg: object) -> int:
        return telemetry.failed(trunks.gateway_failed())

    @answered
    def ksr_failure_challenged(self, _msg: object) -> int:
        return credentials.challenged()

    @answered
    def ksr_branch_hq(self, _msg: object) -> int:
        return calls.hq_branch()

    @answered
    def ksr_failure_hq(self, _msg: object) -> int:
        return telemetry.failed(calls.hq_failed())

    def ksr_leaves_to_carrier(self, _msg: object) -> int:
        address = text("$sndto(ip)")
        # A timer sends too.
        look()
        if not view().trunks.is_carrier(address):
            return -1
        KSR.htable.sht_sets("carriers", address, "1")
        return 1

    @answered
    def ksr_connections(self, _msg: object, _event: str = "") -> int:
        look()
        self._watch.look()
        return 1

    @answered
    def ksr_parse_error(self, _msg: object) -> int:
        noise(peer(), proven=over_connection())
        return 1

    @answered
    def ksr_reply_route(self, _msg: object) -> int:
        # Kamailio would send a response on to wherever its second Via points, though we have never asked anything:
        # anybody could aim us at anybody.  The late answer of one of ours may pass, to be acknowledged and ended; its
        # media is not.
        if calls.answers_too_late():
            KSR.set_drop()
        elif KSR.tm.t_check_trans() <= 0:
            late = at_hand.message.method == "INVITE" and at_hand.message.status // 100 == 2
            if not late or peer().kind is PeerKind.OUTSIDE:
                KSR.set_drop()
            else:
                strip_ours()
                KSR.textopsx.remove_body()
        return 1

    def ksr_onsend_route(self, _msg: object) -> int:
        # Must exist: Kamailio 5.6 calls it on every send, and breaks routing with a SystemError without it.
        return 1
