"""SRTP where the other side can: keys beside plain RTP (RFC 8643), and the same offer without for who refuses it."""

import KSR

from callmodel.edgesnapshot import MediaProtection
from edge_proxy import media
from kemi import uplink
from kemi.environment import HQ, text
from kemi.gate import at_hand
from kemi.session import KEYED, KEYLESS, Session, remembered

_REFUSER = "$avp(keys_refused_by)"


def offered_to(name: str, wanted: MediaProtection) -> MediaProtection:
    """Return what to offer to an account or trunk: no keys where they were refused lately.

    name: of the trunk, or what stands for the account (`sealing.account_of`).
    """
    if wanted is media.OPTIONAL and KSR.htable.sht_get("keyless", name) is not None:
        return media.RTP
    return wanted


def settle(session: Session) -> None:
    """Make what rtpengine has offered the text of the INVITE at hand, so that a failure route can change it."""
    if not HQ and uplink.was_sent_up():
        # A branch that is cut off rings its phones from a failure route, where that is not possible.
        return
    KSR.textopsx.msg_apply_changes()
    session.marks += KEYED


def leave_out(name: str, code: int) -> bool:
    """Take the keys out of the INVITE at hand, in a failure route, if that may be why an account or trunk refused it.

    Return whether it may.
    """
    session = remembered()
    if code not in media.KEYS_REFUSED or KEYED not in session.marks or KEYLESS in session.marks:
        return False
    session.marks += KEYLESS
    session.keep()
    KSR.pv.sets(_REFUSER, name)
    return KSR.textops.replace_body_all(media.KEY_LINES, "") > 0


def note_refusal(session: Session) -> None:
    """Take note, at a response, of who takes an offer without keys and has refused it with them."""
    if KEYLESS in session.marks and at_hand.message.status // 100 == 2:
        KSR.htable.sht_sets("keyless", text(_REFUSER), "1")
