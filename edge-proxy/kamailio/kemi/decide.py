"""From a request to the decision behind digest and refusals."""

import hmac
from collections.abc import Callable
from dataclasses import replace

import KSR

from edge_proxy.decisions import Authenticate, Decision, Peer, Reject, Request
from kemi.environment import SEAL_SECRET, reply, text
from kemi.flows import vouch
from kemi.peers import strike

DIGEST_IS_HA1 = 1
NO_MATCH, WRONG_PASSWORD = -1, -2


def settled(decide: Callable[[Request], Decision], request: Request) -> Decision | None:
    """Return the decision, None when the request has been answered with a challenge or a refusal."""
    decision = decide(request)
    if isinstance(decision, Authenticate):
        if not _authenticated(decision, request.peer):
            return None
        decision = decide(replace(request, authenticated=True))
    if isinstance(decision, Reject):
        if decision.strike:
            strike(request.peer)
        reply(decision.code, decision.reason)
        return None
    return decision


def _authenticated(wanted: Authenticate, sender: Peer) -> bool:
    if KSR.auth.has_credentials(wanted.realm) > 0:
        outcome = NO_MATCH
        if text("$au") == wanted.username:
            outcome = KSR.auth.pv_auth_check(wanted.realm, wanted.ha1 or _ha1_of_nobody(wanted), DIGEST_IS_HA1, 0)
        if outcome > 0:
            KSR.auth.consume_credentials()
            vouch()
            return True
        # A stale nonce is no wrong password.
        if outcome in (NO_MATCH, WRONG_PASSWORD):
            strike(sender)
    KSR.auth.auth_challenge(wanted.realm, 1)
    return False


def _ha1_of_nobody(wanted: Authenticate) -> str:
    """Return what no password can match.  An unknown extension is checked like a known one, or an old nonce, which is
    no wrong password, would tell them apart.
    """
    return hmac.digest(SEAL_SECRET, f"{wanted.username}:{wanted.realm}".encode(), "md5").hex()
