"""Calls to phones: at this edge, behind a branch's connection, or at another edge that holds their connection."""

import KSR

from callmodel.edgesnapshot import MediaProtection
from callmodel.vouched import HEADER, to_header
from edge_proxy import peering, sealing
from edge_proxy.decisions import PeerKind, Request, ToRoute, ToStation
from edge_proxy.media import OPTIONAL, RTP, SRTP, TURNED, offer_for_all
from edge_proxy.sealing import End, EndKind
from kemi import forks, keys, ladder, telemetry
from kemi.dialogs import connect_branch, next_host, site_ahead, site_of, stay
from kemi.edges import next_is_edge, through_holder
from kemi.environment import (
    PHONE_SILENCE_MS,
    RING_MS,
    SOCKETS,
    answer_call,
    fell_silent,
    not_acceptable,
    reply,
    send_from,
    text,
)
from kemi.legs import begin, on_reply, pass_by, relay
from kemi.peers import peer
from kemi.session import OFFERED, Session, remembered

BUSY = (486, 600)
_BUSY = "$avp(busy)"
_AHEAD = "$avp(ahead)"
"""What rtpengine has offered, what a phone is to be offered, whose account it is, whose contacts are rung (nothing
where HQ has chosen the contact), and the call: where a phone is chosen, our own header is gone from the message.
"""


def to_station(decision: ToStation, request: Request) -> int:
    KSR.seturi(f"sip:{decision.extension}@{decision.domain}")
    KSR.resetdsturi()
    if KSR.registrar.lookup("location") < 0:
        ladder.note(f"no phone is registered as {decision.extension}@{decision.domain}")
        return reply(480, "Temporarily Unavailable")
    aor = f"{decision.extension}@{decision.domain}"
    account = sealing.account_of(aor)
    media = keys.offered_to(account, decision.media)
    offered = offer_for_all([_spoken_at(site, media) for site in _sites_ahead()])
    if begin(request, offered) is None:
        return not_acceptable()
    if request.peer.kind is PeerKind.NODE and request.from_user:
        # A media node writes its own address there: nothing that a phone may know, or could call back.
        KSR.uac.uac_replace_from("", f"sip:{request.from_user}@{decision.domain}")
    KSR.pv.sets(_AHEAD, f"{offered.value} {media.value} {account} {aor} {request.call}")
    KSR.tm.t_on_branch("ksr_branch_station")
    return _ring()


def _sites_ahead() -> list[str | None]:
    """Return the site of each contact that was found, None for one that is at no branch."""
    others = range(int(text("$branch(count)") or 0))
    return [site_ahead(), *(site_of(text(f"$(branch(dst_uri)[{at}])")) for at in others)]


def _spoken_at(site: str | None, media: MediaProtection) -> MediaProtection:
    """Return what a contact is to speak.  media: what the station's phones do."""
    # What lies between a branch and us crosses the Internet.
    return SRTP if site else media


def to_route(decision: ToRoute, request: Request) -> int:
    KSR.rr.loose_route_preloaded()
    KSR.resetdsturi()
    KSR.nathelper.handle_ruri_alias()
    account = sealing.account_of(f"{request.to_user}@{request.to_domain}")
    media = keys.offered_to(account, decision.media)
    with forks.one_by_one():
        if forks.is_answered():
            return reply(487, "Request Terminated")
        session = begin(request, media, forked=True)
    if session is None:
        return not_acceptable()
    stay(session, request.peer, End(EndKind.PHONE, media, next_host(), account))
    KSR.pv.sets(_AHEAD, f"{media.value} {media.value} {account}  {request.call}")
    return _ring()


def pass_on(request: Request) -> int:
    """Bring another edge's call to a phone or branch that is connected here."""
    KSR.rr.loose_route_preloaded()
    site = site_ahead()
    if site and not connect_branch(site):
        return reply(480, "Branch Unreachable")
    callee = End(EndKind.BRANCH, None, site) if site else End(EndKind.PHONE, None, next_host())
    if not site:
        # A phone knows the socket that it registered at; over TCP it is the connection that it opened, or nothing.
        send_from(SOCKETS[peering.transport_of(text("$du"))])
        KSR.set_forward_no_connect()
    else:
        _hand_on(request.call)
    pass_by(request, callee)
    return _ring()


def _ring() -> int:
    _listen()
    return relay(480, "Temporarily Unavailable")


def _listen() -> None:
    KSR.tm.t_on_reply("ksr_onreply_station")
    KSR.tm.t_on_failure("ksr_failure_station")
    KSR.tm.t_set_fr(RING_MS, PHONE_SILENCE_MS)


def _ring_without_keys() -> bool:
    """Ring a station that may have refused the keys in its offer once more; say whether that was done."""
    ahead = text(_AHEAD)
    if KSR.tm.t_is_canceled() > 0 or not ahead:
        return False
    _offered, media, account, aor, call_id = ahead.split(" ", 4)
    if media != OPTIONAL.value or not keys.leave_out(account, KSR.tm.t_get_status_code()):
        return False
    KSR.pv.sets(_AHEAD, f"{RTP.value} {RTP.value} {account} {aor} {call_id}")
    if aor:
        KSR.seturi(f"sip:{aor}")
        KSR.resetdsturi()
        if KSR.registrar.lookup("location") < 0:
            return False
        KSR.tm.t_on_branch("ksr_branch_station")
    else:
        # The same way; Kamailio goes it again for what looks new only.
        KSR.seturi(text("$ru"))
    _listen()
    return KSR.tm.t_relay() > 0


def station_branch() -> int:
    """Give each contact its own way and our place in it; one at a branch whose connection is gone is dropped."""
    site = site_ahead()
    if next_is_edge():
        kind, name = EndKind.EDGE, ""
    elif not site:
        kind, name = EndKind.PHONE, next_host()
    elif connect_branch(site):
        kind, name = EndKind.BRANCH, site
    elif through_holder(site):
        kind, name = EndKind.EDGE, ""
    else:
        KSR.set_drop()
        return 1
    offered, media, account, _aor, call_id = text(_AHEAD).split(" ", 4)
    session, speaks = remembered(), _spoken_at(site, MediaProtection(media))
    if not _turns_into(speaks, MediaProtection(offered), session):
        KSR.set_drop()
        return 1
    if kind is not EndKind.PHONE:
        _hand_on(call_id)
        account = ""
    stay(session, peer(), End(kind, speaks, name, account))
    return 1


def _turns_into(speaks: MediaProtection, offered: MediaProtection, session: Session) -> bool:
    """Make what rtpengine has offered what a contact is to be offered; say whether that is possible."""
    if speaks is offered or OFFERED not in session.marks:
        return True
    way = TURNED.get((offered, speaks))
    if way is None:
        ladder.note(
            f"not rung: a phone that speaks {speaks.value}, beside one of its station that is offered {offered.value}"
        )
    return way is not None and KSR.textops.replace_body_all(*way) > 0


def _hand_on(call_id: str) -> None:
    """Tell the edge that comes next, ours or a branch's, which call this is and where in its trace; no phone."""
    said = [(name, value) for name, value in (("call", call_id), ("traceparent", telemetry.place())) if value]
    if said:
        KSR.hdr.append(f"{HEADER}: {to_header(said)}\r\n")


def station_replied() -> int:
    if KSR.kx.get_status() in BUSY:
        KSR.pv.sets(_BUSY, "1")
    return on_reply()


def station_failed() -> int:
    if _ring_without_keys():
        return telemetry.TRIES_AGAIN
    forks.give_up()
    if KSR.tm.t_is_canceled() < 0 and fell_silent():
        # Of several phones a dead one's silence counts most to Kamailio; one that is busy is there.
        if text(_BUSY) == "1":
            answer_call(486, "Busy Here")
        else:
            answer_call(480, "Temporarily Unavailable")
    return 1
