"""Our digest at a carrier: for calls, and for every request inside of them that it challenges (RFC 3261, 22.3)."""

import re

import KSR

from callmodel.edgesnapshot import EdgeTrunk
from kemi.environment import text, view

PASSWORD_IS_HA1 = 1
MOST_ANSWERS = 2
_STALE = re.compile(r'\bstale\s*=\s*"?true\b', re.IGNORECASE)
_ANSWERED, _HA1 = "$avp(answered_challenge)", "$avp(digest_ha1)"


def take_along(trunk: EdgeTrunk) -> None:
    """Keep a trunk's credentials with the transaction at hand, should its carrier ask for them."""
    if trunk.credentials is not None:
        KSR.pv.sets("$avp(digest_realm)", trunk.credentials.realm)
        KSR.pv.sets("$avp(digest_username)", trunk.credentials.username)
        KSR.pv.sets(_HA1, trunk.credentials.ha1)


def await_challenge() -> None:
    """Say that a challenge has not been answered yet."""
    KSR.pv.seti(_ANSWERED, 0)


def answer() -> bool:
    """Put our digest into the request at hand; say whether that was done.

    A gateway gets one answer, and another where it says that only the nonce was at fault: carriers have several
    servers, of which one does not know what the other asked (RFC 7616, 3.3).
    """
    given = int(text(_ANSWERED) or 0)
    if not text(_HA1) or given >= MOST_ANSWERS or (given > 0 and not _was_stale()):
        return False
    if KSR.uac.uac_auth_mode(PASSWORD_IS_HA1) < 0:
        return False
    KSR.pv.seti(_ANSWERED, given + 1)
    return True


def _was_stale() -> bool:
    asked = text("$T_rpl($hdr(WWW-Authenticate))") or text("$T_rpl($hdr(Proxy-Authenticate))")
    return _STALE.search(asked) is not None


def expect_in_dialog(trunk_id: str) -> None:
    """Be ready for a carrier that challenges a request inside of a dialog: a call that cannot end goes on costing."""
    trunk = view().trunks.trunk_of(trunk_id)
    if trunk is not None and trunk.credentials is not None:
        take_along(trunk)
        await_challenge()
        KSR.tm.t_on_failure("ksr_failure_challenged")


def challenged() -> int:
    """Send a request inside of a dialog again with our digest where the carrier wants it."""
    if KSR.tm.t_get_status_code() in (401, 407) and answer():
        KSR.tm.t_on_reply("ksr_onreply_media")
        KSR.tm.t_on_failure("ksr_failure_challenged")
        KSR.tm.t_relay()
    return 1
