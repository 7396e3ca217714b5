"""What Kamailio calls (KEMI).  Translates requests into values, asks `edge_proxy`, and carries out what it decides.

Runs on the interpreter that Kamailio is linked to, with the standard library, `callmodel` and `edge_proxy` only.
"""

import json
import os
import re
import time
import traceback
from dataclasses import replace
from pathlib import Path

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media, registration, routing, screening, trunking
from edge_proxy.certificates import is_headquarters, site_of_certificate
from edge_proxy.decisions import (
    Authenticate,
    Peer,
    PeerKind,
    Reject,
    Request,
    ToHq,
    ToMediaNode,
    ToRoute,
    ToStation,
    ToTrunk,
)
from edge_proxy.rendering import MEDIA_SET, branch_host, site_of_branch_host
from edge_proxy.view import StateFile

SETTINGS = json.loads(os.environ["EDGE_SCRIPT_SETTINGS"])
HQ = SETTINGS["role"] == "hq"
PLATFORM = SETTINGS["platform_domain"]
SITE = SETTINGS["site_id"]
OWN_HOST = "" if HQ else branch_host(SITE, PLATFORM)
INTERNAL_PORT, RPC_PORT = SETTINGS["internal_port"], SETTINGS["rpc_port"]
SEAL = bytes.fromhex(json.loads(Path(SETTINGS["secrets_file"]).read_text(encoding="utf-8"))["seal"])

NODE_SILENCE_MS, HQ_SILENCE_MS, PHONE_SILENCE_MS, RING_MS = 1000, 1500, 3000, 180_000
MAX_HOPS = 70
DIGEST_IS_HA1, WRONG_PASSWORD = 1, (-1, -2)
SAVE_WITHOUT_REPLY = 0x02
IN_TURN, BY_PRIORITY = 4, 8
# Contact is private, source is not what Via says (address, port).
NATTED = 1 + 2 + 16
BEHIND_NAT_FLAG, PING_FLAG = 6, 7
SANITY_MESSAGE, SANITY_URI = 17895, 7

OURS = "^(X-Trunkline-.*|P-Asserted-Identity|P-Preferred-Identity|Remote-Party-ID|Diversion|History-Info)$"
SOFTWARE = "^(User-Agent|Server|Organization|X-Asterisk-.*)$"
SEAL_PARAMETER = re.compile(r";sg=([rs]{2}[0-9a-f]{16})")
EXPIRES_PARAMETER = re.compile(r";\s*expires\s*=\s*(\d+)", re.IGNORECASE)
URI_HOST = re.compile(r"sips?:(?:[^@;]*@)?([^:;>?]+)")

STATE = StateFile(SETTINGS["state_file"], lambda problem: KSR.err(problem + "\n"))


def guarded(callback):
    """Answer 500 and log when our own code fails: Kamailio would say nothing, and the caller would wait."""
    in_transaction = callback.__name__.startswith("ksr_failure")

    def run(self, *arguments):
        try:
            return callback(self, *arguments)
        except Exception:
            KSR.err(f"script failed in {callback.__name__}: {traceback.format_exc()!r}\n")
            if in_transaction:
                KSR.tm.t_reply(500, "Server Internal Error")
            elif callback.__name__ == "ksr_request_route":
                KSR.sl.send_reply(500, "Server Internal Error")
            return 1

    return run


def mod_init():
    return Edge()


def view():
    return STATE.view(time.monotonic())


def text(name):
    """Return a pseudo-variable as text, empty when it is not there."""
    value = KSR.pv.get(name)
    return "" if value is None else str(value)


def header(name):
    return KSR.hdr.gete(name)


def reply(code, reason):
    KSR.sl.send_reply(code, reason)
    return 1


def has_sdp():
    return KSR.kx.get_bodylen() > 0 and "application/sdp" in header("Content-Type").lower()


def over_connection():
    return KSR.kx.get_proto() in ("tcp", "tls")


def behind_nat():
    return over_connection() or KSR.nathelper.nat_uac_test(NATTED) > 0


def send_from(socket):
    KSR.corex.set_send_socket_name(socket)


class Edge:
    def child_init(self, _rank):
        return 0

    @guarded
    def ksr_request_route(self, _msg):
        if KSR.kx.get_rcvport() == RPC_PORT:
            return 1
        peer = self.peer()
        if not self.listens_to(peer):
            return 1
        if KSR.is_CANCEL():
            if KSR.tm.t_check_trans() > 0:
                KSR.tm.t_relay()
            return 1
        if KSR.siputils.has_totag() > 0:
            return self.in_dialog(peer)
        if KSR.is_ACK() or KSR.tm.t_check_trans() == 0:
            return 1
        if KSR.is_OPTIONS() and not KSR.kx.gete_ruser():
            return reply(200, "OK")
        if KSR.is_REGISTER():
            return self.register(peer)
        if KSR.is_INVITE():
            return self.invite(peer)
        KSR.hdr.append_to_reply("Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER\r\n")
        return reply(405, "Method Not Allowed")

    # Who is it, and do we listen?

    def peer(self):
        address = KSR.kx.get_srcip()
        if HQ and KSR.kx.get_rcvport() == INTERNAL_PORT:
            kind = PeerKind.NODE if KSR.dispatcher.ds_is_from_lists() > 0 else PeerKind.OUTSIDE
            return Peer(kind, address)
        if KSR.kx.get_proto() == "tls":
            verified, san = text("$tls_peer_verified") == "1", text("$tls_peer_san_uri")
            site = site_of_certificate(verified=verified, common_name=text("$tls_peer_subject_cn"), san_uri=san)
            if HQ and site is not None:
                # Branches sit behind NATs: this connection is the only way back.
                if view().has_branch(site):
                    KSR.htable.sht_sets("branches", site, f"{address}:{KSR.kx.get_srcport()}")
                return Peer(PeerKind.BRANCH, address, site)
            if not HQ and is_headquarters(verified=verified, san_uri=san):
                return Peer(PeerKind.HQ, address)
        return Peer(PeerKind.OUTSIDE, address)

    def listens_to(self, peer):
        address = peer.address
        trusted = peer.kind is not PeerKind.OUTSIDE or (HQ and view().is_carrier(address))
        banned = not trusted and KSR.htable.sht_get("banned", address) is not None
        size = KSR.kx.get_msglen()
        match screening.screen(KSR.kx.gete_ua(), banned=banned, trusted=trusted, size_bytes=size):
            case screening.Ignore():
                return False
            case screening.Ban(reason):
                self.ban(address, reason)
                return False
            case screening.Refuse(code, reason):
                reply(code, reason)
                return False
        if HQ and peer.kind is PeerKind.OUTSIDE and KSR.kx.get_rcvport() == INTERNAL_PORT:
            KSR.warn(f"stranger on the media nodes' port: {address}\n")
            return False
        if not trusted and KSR.pike.pike_check_req() < 0:
            self.ban(address, screening.FLOOD)
            return False
        if KSR.maxfwd.process_maxfwd(MAX_HOPS) < 0:
            reply(483, "Too Many Hops")
            return False
        if KSR.sanity.sanity_check(SANITY_MESSAGE, SANITY_URI) < 0:
            return False  # it has answered
        KSR.force_rport()
        return True

    def ban(self, address, reason):
        KSR.htable.sht_sets("banned", address, reason)
        KSR.warn(f"banned {address}: {reason}\n")

    def strike(self, address):
        strikes = KSR.htable.sht_inc("strikes", address) or 0
        if screening.ban_after(strikes, SETTINGS["strikes_allowed"]):
            self.ban(address, screening.GUESSING)

    # Decisions, asked for and carried out

    def request(self, peer, method):
        known = {
            "from_user": KSR.kx.gete_fuser(),
            "from_domain": KSR.kx.gete_fhost().lower(),
            "to_user": KSR.kx.gete_tuser(),
            "to_domain": KSR.kx.gete_thost().lower(),
            "target_user": KSR.kx.gete_ruser(),
            "target_domain": KSR.kx.gete_rhost().lower(),
            "preferred_identity": header("P-Preferred-Identity"),
            "path": header("Path"),
        }
        if peer.kind is PeerKind.NODE:
            for name in ("target", "tenant", "trunk", "caller"):
                known[name] = header(f"X-Trunkline-{name.capitalize()}")
        elif peer.kind is PeerKind.BRANCH:
            known["station"], known["site"] = header("X-Trunkline-Station"), header("X-Trunkline-Site")
        return Request(method, peer, **known)

    def settle(self, decide, request):
        """Return the decision behind digest and refusals, None when the request has been answered."""
        decision = decide(request)
        if isinstance(decision, Authenticate):
            if not self.authenticated(decision, request.peer.address):
                return None
            decision = decide(replace(request, authenticated=True))
        if isinstance(decision, Reject):
            if decision.strike:
                self.strike(request.peer.address)
            reply(decision.code, decision.reason)
            return None
        return decision

    def authenticated(self, wanted, address):
        realm = wanted.realm
        if KSR.auth.has_credentials(realm) > 0:
            outcome = WRONG_PASSWORD[0]
            if wanted.ha1 is not None and text("$au") == wanted.username:
                outcome = KSR.auth.pv_auth_check(realm, wanted.ha1, DIGEST_IS_HA1, 0)
            if outcome > 0:
                KSR.auth.consume_credentials()
                return True
            if outcome in WRONG_PASSWORD:
                self.strike(address)
        KSR.auth.auth_challenge(realm, 1)
        return False

    # REGISTER

    def register(self, peer):
        request = self.request(peer, "REGISTER")
        decided = self.settle(lambda r: registration.decide_register(view(), r, branch_role=not HQ), request)
        if decided is None:
            return 1
        if peer.kind is PeerKind.OUTSIDE and behind_nat():
            KSR.nathelper.fix_nated_register()
            KSR.setbflag(BEHIND_NAT_FLAG)
            if not over_connection():
                KSR.setbflag(PING_FLAG)
        if decided.forward and KSR.dispatcher.ds_select_dst(MEDIA_SET, BY_PRIORITY) > 0:
            return self.register_at_hq()
        if KSR.registrar.save("location", 0) < 0:
            KSR.sl.sl_reply_error()
        return 1

    def register_at_hq(self):
        if KSR.registrar.save("location", SAVE_WITHOUT_REPLY) < 0:
            KSR.sl.sl_reply_error()
            return 1
        KSR.pv.sets("$avp(granted)", self.granted_contact())
        KSR.pv.sets("$avp(aor)", f"{KSR.kx.get_tuser()}@{KSR.kx.get_thost()}")
        KSR.nathelper.set_contact_alias()
        KSR.hdr.append(f"Path: <sip:{OWN_HOST};lr>\r\n")
        KSR.seturi(f"sip:{KSR.kx.get_thost()}")
        send_from("uplink")
        KSR.tm.t_on_reply("ksr_onreply_register")
        KSR.tm.t_on_failure("ksr_failure_register")
        KSR.tm.t_set_fr(RING_MS, HQ_SILENCE_MS)
        if KSR.tm.t_relay() < 0:
            self.grant_alone()
        return 1

    def granted_contact(self):
        """Return the Contact header that our 200 will carry, empty for one that unregisters."""
        contact = header("Contact")
        found = EXPIRES_PARAMETER.search(contact)
        expires = registration.granted_expires(found.group(1) if found else header("Expires"))
        if not expires or contact.strip() == "*":
            return ""
        return f"Contact: <{KSR.kx.gete_cturi()}>;expires={expires}\r\n"

    def grant_alone(self):
        # HQ does not answer: the branch's own phones must go on reaching each other.
        if granted := text("$avp(granted)"):
            KSR.hdr.append_to_reply(granted)
        KSR.tm.t_reply(200, "OK")

    @guarded
    def ksr_onreply_register(self, _msg):
        if KSR.kx.get_status() == 200:
            KSR.hdr.remove("Contact")
            KSR.hdr.remove("Path")
            if granted := text("$avp(granted)"):
                KSR.hdr.append(granted)
        return 1

    @guarded
    def ksr_failure_register(self, _msg):
        code = KSR.tm.t_get_status_code()
        if code == 408 or code >= 500:
            self.grant_alone()
        else:
            KSR.warn(f"headquarters refused a registration: {code}\n")
            KSR.registrar.unregister("location", f"sip:{text('$avp(aor)')}")
        return 1

    # INVITE

    def invite(self, peer):
        request = self.request(peer, "INVITE")
        alive = not HQ and KSR.dispatcher.ds_select_dst(MEDIA_SET, BY_PRIORITY) > 0

        def decide(asked):
            if HQ:
                return routing.decide_invite(view(), asked)
            return routing.decide_branch_invite(view(), asked, site_id=SITE, hq_alive=alive)

        decision = self.settle(decide, request)
        if decision is None:
            return 1
        KSR.textops.remove_hf_re(OURS)
        if not isinstance(decision, ToRoute):
            KSR.hdr.remove("Route")
        if peer.kind is PeerKind.OUTSIDE and behind_nat():
            KSR.nathelper.set_contact_alias()
        carry_out = {
            ToMediaNode: self.to_media_node,
            ToStation: self.to_station,
            ToTrunk: self.to_trunk,
            ToHq: self.to_hq,
            ToRoute: self.to_route,
        }
        return carry_out[type(decision)](decision, request)

    def begin(self, request, callee):
        """Anchor the media and stay in the dialog's path.  callee: what its side speaks."""
        sdp = KSR.kx.gete_body() if has_sdp() else ""
        if sdp:
            caller = media.offered_protection(sdp)
        else:
            caller = routing.media_of(view(), request.from_domain, request.from_user)
        if sdp:
            outside = request.peer.kind is PeerKind.OUTSIDE
            KSR.rtpengine.rtpengine_offer(media.offer_flags(callee, natted=outside and behind_nat()))
        KSR.rr.record_route()
        KSR.rr.add_rr_param(f";sg={media.seal(SEAL, KSR.kx.get_callid(), caller, callee)}")
        KSR.pv.sets("$avp(toward_caller)", caller.value)
        KSR.pv.sets("$avp(offered)", "1" if sdp else "")
        KSR.tm.t_on_reply("ksr_onreply_media")

    def relay(self, failure_code=503, failure_reason="Service Unavailable"):
        if KSR.tm.t_relay() < 0:
            KSR.rtpengine.rtpengine_delete("")
            reply(failure_code, failure_reason)
        return 1

    def to_media_node(self, decision, request):
        KSR.resetdsturi()
        KSR.setuser(decision.target)
        if KSR.dispatcher.ds_select_domain(MEDIA_SET, IN_TURN) < 0:
            return reply(503, "No Media Node")
        for name, value in decision.headers:
            KSR.hdr.append(f"{name}: {value}\r\n")
        if decision.from_user is not None:
            KSR.dialog.dlg_manage()
            KSR.uac.uac_replace_from("", f"sip:{decision.from_user}@{PLATFORM}")
        self.begin(request, MediaProtection.RTP)
        send_from("internal")
        KSR.tm.t_on_failure("ksr_failure_node")
        KSR.tm.t_set_fr(RING_MS, NODE_SILENCE_MS)
        return self.relay()

    @guarded
    def ksr_failure_node(self, _msg):
        if KSR.tm.t_is_canceled() > 0:
            KSR.rtpengine.rtpengine_delete("")
            return 1
        silent = KSR.tm.t_branch_timeout() > 0 and KSR.tm.t_branch_replied() < 0
        if silent:
            KSR.dispatcher.ds_mark_dst_state("tp")
        if (silent or KSR.tm.t_check_status("5[0-9][0-9]") > 0) and KSR.dispatcher.ds_next_domain() > 0:
            send_from("internal")
            KSR.tm.t_on_failure("ksr_failure_node")
            KSR.tm.t_set_fr(RING_MS, NODE_SILENCE_MS)
            if KSR.tm.t_relay() > 0:
                return 1
        KSR.rtpengine.rtpengine_delete("")
        if silent:
            KSR.tm.t_reply(503, "No Media Node")
        return 1

    def to_station(self, decision, request):
        KSR.seturi(f"sip:{decision.extension}@{decision.domain}")
        KSR.resetdsturi()
        if KSR.registrar.lookup("location") < 0:
            return reply(480, "Temporarily Unavailable")
        site = self.site_ahead()
        # What lies between a branch and us crosses the Internet.
        self.begin(request, MediaProtection.SRTP if site else decision.media)
        KSR.tm.t_on_branch("ksr_branch_station")
        KSR.tm.t_on_failure("ksr_failure_last")
        KSR.tm.t_set_fr(RING_MS, PHONE_SILENCE_MS)
        return self.relay(480, "Temporarily Unavailable")

    def site_ahead(self):
        """Return the site that the next hop's symbolic name stands for, None for an ordinary next hop."""
        found = URI_HOST.match(text("$du"))
        return site_of_branch_host(found.group(1), PLATFORM) if HQ and found else None

    def take_branch_connection(self):
        """Point the next hop to the connection that its branch opened; say whether there is a way."""
        site = self.site_ahead()
        if site is None:
            return True
        connection = KSR.htable.sht_get("branches", site)
        if connection is None:
            return False
        KSR.setdsturi(f"sip:{connection};transport=tls")
        send_from("siptls")
        # It is a port behind a NAT: without the connection nobody listens there.
        KSR.set_forward_no_connect()
        return True

    @guarded
    def ksr_branch_station(self, _msg):
        if not self.take_branch_connection():
            KSR.set_drop()
        return 1

    @guarded
    def ksr_failure_last(self, _msg):
        KSR.rtpengine.rtpengine_delete("")
        if KSR.tm.t_is_canceled() < 0 and KSR.tm.t_branch_timeout() > 0 and KSR.tm.t_branch_replied() < 0:
            KSR.tm.t_reply(480, "Temporarily Unavailable")
        return 1

    def to_trunk(self, decision, request):
        trunk = view().trunk_of(decision.trunk_id)
        attempt = trunking.attempt_at(view(), trunk, decision.callee, 0)
        if attempt is None:
            return reply(503, "No Gateway")
        identity = trunking.identity_of(decision.caller, decision.domain)
        KSR.dialog.dlg_manage()
        KSR.textops.remove_hf_re(SOFTWARE)
        KSR.uac.uac_replace_from("", identity)
        KSR.hdr.append(f"P-Asserted-Identity: <{identity}>\r\n")
        KSR.pv.sets("$avp(trunk)", decision.trunk_id)
        KSR.pv.sets("$avp(callee)", decision.callee)
        if trunk.credentials is not None:
            KSR.pv.sets("$avp(digest_realm)", trunk.credentials.realm)
            KSR.pv.sets("$avp(digest_username)", trunk.credentials.username)
            KSR.pv.sets("$avp(digest_ha1)", trunk.credentials.ha1)
        self.begin(request, MediaProtection.RTP)
        self.aim(attempt)
        return self.relay()

    def aim(self, attempt):
        KSR.seturi(attempt.target_uri)
        KSR.setdsturi(attempt.next_hop)
        send_from({"udp": "sip", "tcp": "siptcp", "tls": "siptls"}[attempt.transport])
        KSR.pv.seti("$avp(gateway)", attempt.index)
        KSR.pv.seti("$avp(answered_challenge)", 0)
        KSR.tm.t_on_failure("ksr_failure_trunk")
        KSR.tm.t_set_fr(RING_MS, attempt.no_reply_ms)

    @guarded
    def ksr_failure_trunk(self, _msg):
        if KSR.tm.t_is_canceled() > 0:
            KSR.rtpengine.rtpengine_delete("")
            return 1
        code = KSR.tm.t_get_status_code()
        trunk = view().trunk_of(text("$avp(trunk)"))
        spent = trunk is None or trunk.credentials is None or KSR.pv.get("$avp(answered_challenge)") == 1
        if code in (401, 407) and not spent and KSR.uac.uac_auth_mode(1) > 0:
            KSR.pv.seti("$avp(answered_challenge)", 1)
            KSR.tm.t_on_failure("ksr_failure_trunk")
            KSR.tm.t_set_fr(RING_MS, trunk.no_reply_ms)
            if KSR.tm.t_relay() > 0:
                return 1
        silent = KSR.tm.t_branch_timeout() > 0 and KSR.tm.t_branch_replied() < 0
        if trunking.tries_next_gateway(code, timed_out=silent, challenged=True):
            attempt = None
            if trunk is not None:
                last = int(KSR.pv.get("$avp(gateway)") or 0)
                attempt = trunking.attempt_at(view(), trunk, text("$avp(callee)"), last + 1)
            if attempt is not None:
                self.aim(attempt)
                if KSR.tm.t_relay() > 0:
                    return 1
            KSR.tm.t_reply(503, "Carrier Unavailable")
        KSR.rtpengine.rtpengine_delete("")
        return 1

    # A branch: up to HQ, and down from it

    def to_hq(self, decision, request):
        dialled = routing.dialled_of(request.target_user)
        KSR.seturi(f"sip:{dialled}@{request.from_domain}")
        for name, value in decision.headers:
            KSR.hdr.append(f"{name}: {value}\r\n")
        if request.preferred_identity:
            KSR.hdr.append(f"P-Preferred-Identity: {request.preferred_identity}\r\n")
        self.begin(request, MediaProtection.SRTP)
        send_from("uplink")
        KSR.tm.t_on_failure("ksr_failure_hq")
        KSR.tm.t_set_fr(RING_MS, HQ_SILENCE_MS)
        return self.relay()

    @guarded
    def ksr_failure_hq(self, _msg):
        silent = KSR.tm.t_branch_timeout() > 0 and KSR.tm.t_branch_replied() < 0
        if KSR.tm.t_is_canceled() < 0 and silent:
            KSR.dispatcher.ds_mark_dst_state("tp")
            if KSR.dispatcher.ds_next_dst() > 0:
                send_from("uplink")
                KSR.tm.t_on_failure("ksr_failure_hq")
                if KSR.tm.t_relay() > 0:
                    return 1
            KSR.tm.t_reply(503, "Headquarters Unreachable")
        KSR.rtpengine.rtpengine_delete("")
        return 1

    def to_route(self, decision, request):
        KSR.rr.loose_route_preloaded()
        KSR.resetdsturi()
        KSR.nathelper.handle_ruri_alias()
        self.begin(request, decision.media)
        KSR.tm.t_on_failure("ksr_failure_last")
        KSR.tm.t_set_fr(RING_MS, PHONE_SILENCE_MS)
        return self.relay(480, "Temporarily Unavailable")

    # Inside a dialog

    def in_dialog(self, peer):
        if KSR.is_ACK() and KSR.tm.t_check_trans() > 0 and not header("Route"):
            KSR.tm.t_relay()
            return 1
        found = SEAL_PARAMETER.search(header("Route"))
        sides = media.open_seal(SEAL, KSR.kx.get_callid(), found.group(1)) if found else None
        if sides is None or KSR.rr.loose_route() < 0:
            if KSR.is_ACK():
                return 1
            # Not a dialog of ours: relaying it would lend our name to anybody.
            return reply(481, "Call Does Not Exist")
        KSR.textops.remove_hf_re(OURS)
        if not KSR.isdsturiset():
            KSR.nathelper.handle_ruri_alias()
        if not self.take_branch_connection():
            return reply(480, "Branch Unreachable")
        if peer.kind is PeerKind.OUTSIDE and behind_nat():
            KSR.nathelper.set_contact_alias()
        self.renegotiate(sides)
        if HQ and peer.kind is PeerKind.NODE:
            KSR.textops.remove_hf_re(SOFTWARE)
        if KSR.tm.t_relay() < 0 and not KSR.is_ACK():
            KSR.sl.sl_reply_error()
        return 1

    def renegotiate(self, sides):
        caller, callee = sides
        from_caller = KSR.rr.is_direction("downstream") > 0
        if KSR.is_BYE():
            KSR.rtpengine.rtpengine_delete("")
        elif KSR.is_ACK() and has_sdp():
            KSR.rtpengine.rtpengine_answer(media.answer_flags(natted=False))
        elif KSR.is_INVITE() or KSR.is_UPDATE():
            ahead, behind = (callee, caller) if from_caller else (caller, callee)
            if has_sdp():
                KSR.rtpengine.rtpengine_offer(media.offer_flags(ahead, natted=False))
            KSR.pv.sets("$avp(toward_caller)", behind.value)
            KSR.pv.sets("$avp(offered)", "1" if has_sdp() else "")
            KSR.tm.t_on_reply("ksr_onreply_media")

    @guarded
    def ksr_onreply_media(self, _msg):
        status = KSR.kx.get_status()
        peer = self.peer()
        if has_sdp() and 180 <= status < 300:
            natted = peer.kind is PeerKind.OUTSIDE and KSR.nathelper.nat_uac_test(2) > 0
            if text("$avp(offered)"):
                KSR.rtpengine.rtpengine_answer(media.answer_flags(natted=natted))
            else:
                toward = MediaProtection(text("$avp(toward_caller)"))
                KSR.rtpengine.rtpengine_offer(media.offer_flags(toward, natted=natted))
        if peer.kind is PeerKind.OUTSIDE and not (HQ and view().is_carrier(peer.address)) and behind_nat():
            KSR.nathelper.set_contact_alias()
        KSR.textops.remove_hf_re(OURS)
        if peer.kind is PeerKind.NODE:
            KSR.textops.remove_hf_re(SOFTWARE)
        return 1

    @guarded
    def ksr_topology_event(self, _msg, _event=""):
        # Only carriers must not see who is behind us; phones and nodes need what stands in Via and Contact.
        if not view().is_carrier(text("$sndto(ip)")):
            KSR.set_drop()
        return 1

    def ksr_reply_route(self, _msg):
        return 1

    def ksr_onsend_route(self, _msg):
        # Must exist: Kamailio 5.6 calls it on every send, and breaks routing with a SystemError without it.
        return 1
