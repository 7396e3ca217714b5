"""From a request to the decision behind digest and refusals."""

import hmac
import random
from collections.abc import Callable, Iterator

import KSR

from edge_proxy import digest, guessing
from edge_proxy.decisions import Authenticate, Decision, Peer, Reject, Request
from kemi import ladder
from kemi.abuse import ALLOWED, NONCE_KEY, is_proven, may_call_for_help, noise, note_home, strike
from kemi.environment import SEAL_SECRET, reply, text
from kemi.flows import vouch

DIGEST_IS_HA1, WITH_CHALLENGE = 1, 4
WRONG_PASSWORD, STALE_NONCE = -2, -4
MOST_CREDENTIALS = 4
NOBODYS = hmac.digest(SEAL_SECRET, b"nobody's realm", "md5").hex()
"""A realm that nobody can have credentials for."""


def settled(decide: Callable[[Request], Decision], request: Request) -> Decision | None:
    """Return the decision, None when the request has been answered with a challenge or a refusal."""
    decision = decide(request)
    if isinstance(decision, Authenticate):
        if not _authenticated(decision, request.peer):
            return None
        decision = decide(request._replace(authenticated=True))
    if isinstance(decision, Reject):
        if decision.strike:
            noise(request.peer, proven=is_proven(request.peer.address))
        reply(decision.code, decision.reason)
        return None
    return decision


def _authenticated(wanted: Authenticate, sender: Peer) -> bool:
    credentials = digest.for_realm(_credentials(), wanted.realm)
    match digest.examine(credentials, text("$ou"), sender.address, NONCE_KEY):
        case Reject(code, reason):
            reply(code, reason)
            return False
        case digest.Challenge(stale):
            _challenge(wanted.realm, sender.address, stale=stale)
            return False
    account = guessing.account_of(wanted.username, wanted.realm)
    checked = credentials is not None and credentials.username == wanted.username and _is_checked(account, sender)
    ha1 = wanted.ha1 if checked and wanted.ha1 else _ha1_of_nobody(wanted)
    outcome = KSR.auth.pv_auth_check(wanted.realm, ha1, DIGEST_IS_HA1, 0)
    if outcome > 0:
        KSR.auth.consume_credentials()
        vouch()
        note_home(sender.address, account)
        return True
    if outcome == WRONG_PASSWORD:
        # Over UDP it is proven too: the nonce was this address's.
        KSR.htable.sht_inc("guesses", account)
        strike(sender, account)
        ladder.note_account(account, f"wrong password from {sender.address}")
    _challenge(wanted.realm, sender.address, stale=outcome == STALE_NONCE)
    return False


def _is_checked(account: str, sender: Peer) -> bool:
    pair = guessing.pair_of(sender.address, account)
    standing = guessing.Standing(
        of_account=int(KSR.htable.sht_get("guesses", account) or 0),
        of_address=int(KSR.htable.sht_get("strikes", sender.address) or 0),
        familiar=KSR.htable.sht_get("familiar", pair) is not None,
        locked=KSR.htable.sht_get("locked", pair) is not None,
    )
    emergency = standing.locked and standing.familiar and may_call_for_help(pair, guessing.HELP_CHECKED)
    return guessing.is_checked(standing, ALLOWED, random.random(), emergency=emergency)


def _credentials() -> Iterator[str]:
    name = _words()[1]
    for place in range(MOST_CREDENTIALS):
        value = text(f"$(hdr({name})[{place}])")
        if not value:
            return
        yield value


def _words() -> tuple[str, str, int, str]:
    """Return the names of the challenge and its answer, and status and reason: the registrar is the phone's server,
    for calls we are a proxy (RFC 3261, 22).
    """
    if KSR.is_REGISTER():
        return "WWW-Authenticate", "Authorization", 401, "Unauthorized"
    return "Proxy-Authenticate", "Proxy-Authorization", 407, "Proxy Authentication Required"


def _challenge(realm: str, address: str, *, stale: bool) -> None:
    # Kamailio leaves a challenge behind where it finds no credentials.  It must not look at those at hand: that would
    # use up a count, which may be somebody else's.
    KSR.auth.pv_auth_check(NOBODYS, NOBODYS, DIGEST_IS_HA1 | WITH_CHALLENGE, 0)
    made = digest.challenge_with(realm, text("$avp(digest_challenge)"), address, NONCE_KEY, stale=stale)
    name, _, code, reason = _words()
    KSR.hdr.append_to_reply(f"{name}: {made}\r\n")
    KSR.sl.send_reply(code, reason)


def _ha1_of_nobody(wanted: Authenticate) -> str:
    """Return what no password can match.  An unknown extension is checked like a known one, or an old nonce, which is
    no wrong password, would tell them apart.
    """
    return hmac.digest(SEAL_SECRET, f"{wanted.username}:{wanted.realm}".encode(), "md5").hex()
