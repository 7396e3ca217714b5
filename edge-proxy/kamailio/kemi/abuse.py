"""Who has gone too far, and what it costs: strikes, bans, locks of accounts, and floods (ADR 15, 18).

A UDP datagram says itself where it comes from: nothing that follows from it alone may hit its address for longer than
a flood lasts.
"""

import hashlib
import time

import KSR

from edge_proxy import bans, digest, guessing, screening
from edge_proxy.decisions import Peer
from edge_proxy.telephones import number_in
from kemi import dialogs
from kemi.environment import SEAL_SECRET, SETTINGS, header, over_connection, view
from kemi.gate import at_hand

ALLOWED = SETTINGS["strikes_allowed"]
NONCE_KEY = hashlib.blake2b(SETTINGS["address"].encode(), key=SEAL_SECRET[:64], digest_size=32).digest()
"""This edge's own: each edge counts its own nonces, so another's must not be taken here a second time."""
FLOOD_IN_WINDOW = 2 * SETTINGS["flood_requests"]


def is_home(address: str) -> bool:
    """Say whether phones have signed in from an address lately: it is never cut off as a whole."""
    return KSR.htable.sht_get("homes", address) is not None


def is_proven(address: str) -> bool:
    """Say whether the message at hand was sent by who lives at its address: over a connection, or, over UDP, with a
    nonce that we gave to that address.
    """
    if over_connection():
        return True
    said = header("Authorization" if KSR.is_REGISTER() else "Proxy-Authorization")
    nonce = digest.nonce_in(said) if said else ""
    return bool(nonce) and digest.is_bound(nonce, address, NONCE_KEY) and digest.is_fresh(nonce, time.time())


def belongs_to_a_call() -> bool:
    """Say whether a request is one that is taken from anybody: without it a call could not be ended.

    An ACK or CANCEL is answered with nothing where there is no such call.
    """
    return at_hand.message.method in ("ACK", "CANCEL") or dialogs.sealed() is not None


def calls_for_help() -> bool:
    """Say whether a request is a call of a known tenant to an emergency number; who sends it is not proven yet."""
    if not KSR.is_INVITE():
        return False
    dialled = number_in(KSR.kx.gete_ruser())
    return view().is_emergency(KSR.kx.gete_fhost(), KSR.kx.gete_fuser(), dialled)


def may_call_for_help(source: str, most: int) -> bool:
    """Count a call for help that nothing else would let through; say whether it is one of so many in a second."""
    return calls_for_help() and (KSR.htable.sht_inc("help", f"{source}:{int(time.time())}") or 0) <= most


def noise(sender: Peer, reason: str = screening.NOISE, *, proven: bool) -> None:
    """Count a message that makes no sense; it is a strike where its sender is proven and nobody else lives there.

    Needs nothing of the message but its sender: may be called before it is parsed.
    """
    KSR.htable.sht_inc("noise", reason)
    if screening.is_punished(proven=proven, spared=_is_spared(sender)):
        strike(sender)
    elif not (proven or sender.is_trusted) and KSR.pike.pike_check_ip(sender.address) < 0:
        KSR.htable.sht_sets("flooding", sender.address, "1")


def offend(sender: Peer, reason: str) -> None:
    """Ban the sender of what no phone ever sends, where it is proven and nobody else lives there."""
    KSR.htable.sht_inc("noise", reason)
    if screening.is_punished(proven=is_proven(sender.address), spared=_is_spared(sender)):
        ban(sender.address, reason)


def strike(sender: Peer, account: str = "") -> None:
    """Count a proven failure: too many in a minute ban the address, or lock the account out where others live there.

    account: whose password was not right.
    """
    address = sender.address
    pair = guessing.pair_of(address, account)
    of_address = KSR.htable.sht_inc("strikes", address) or 0
    of_pair = (KSR.htable.sht_inc("strikes", pair) or 0) if account else 0
    spared = _is_spared(sender)
    match guessing.after_failure(of_address=of_address, of_pair=of_pair, allowed=ALLOWED, spared=spared):
        case guessing.Sanction.BAN:
            ban(address, screening.GUESSING)
        case guessing.Sanction.LOCK:
            KSR.htable.sht_sets("locked", pair, _sentence(screening.GUESSING))
            KSR.warn(f"locked out at {address}: {account}\n")


def ban(address: str, reason: str) -> None:
    KSR.htable.sht_sets("banned", address, _sentence(reason))
    KSR.warn(f"banned {address}: {reason}\n")


def exceeds(sender: Peer) -> bool:
    """Say whether a request is more than a stranger may send, and is dropped.

    A proven flood is banned.  One over UDP may come from anywhere: its address is dropped for as long as it lasts,
    but for what belongs to calls, or comes from where phones have signed in.
    """
    address = sender.address
    if is_proven(address):
        if _has_room(address):
            return False
        if is_home(address):
            # Each of its phones has its own measure.
            return not (belongs_to_a_call() or _has_room(_flow_of(address)))
        ban(address, screening.FLOOD)
        return True
    if KSR.pike.pike_check_req() >= 0:
        return False
    KSR.htable.sht_inc("noise", screening.FLOOD)
    KSR.htable.sht_sets("flooding", address, "1")
    if belongs_to_a_call():
        return False
    flow = _flow_of(address)
    return not (is_home(flow) and _has_room(flow))


def note_home(address: str, account: str) -> None:
    """Remember where an account has signed in from: the address, the phone's own port, and who it was."""
    now = int(time.time())
    _keep("homes", address, now, bans.HOME_SECONDS)
    _keep("homes", _flow_of(address), now, bans.HOME_SECONDS)
    _keep("familiar", guessing.pair_of(address, account), now, bans.FAMILIAR_SECONDS)


def _keep(table: str, key: str, now: int, life_seconds: int) -> None:
    # Each entry that is written is sent to every other edge: only as often as needed.
    written = KSR.htable.sht_get(table, key)
    if written is None or now - int(written) > life_seconds // 3:
        KSR.htable.sht_sets(table, key, str(now))


def _is_spared(sender: Peer) -> bool:
    return sender.is_trusted or is_home(sender.address)


def _flow_of(address: str) -> str:
    return f"{address}:{KSR.kx.get_srcport()}"


def _has_room(source: str) -> bool:
    # By second: an entry that has expired counts no more until Kamailio's timer takes it away, up to 20 s later.
    return bool((KSR.htable.sht_inc("flows", f"{source}:{int(time.time())}") or 0) <= FLOOD_IN_WINDOW)


def _sentence(reason: str) -> str:
    return bans.sentence(reason, int(time.time()), SETTINGS["ban_seconds"])
