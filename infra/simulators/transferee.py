"""The phone that is transferred: follows a REFER, tells how it went, and takes over calls (RFC 3515, 3891)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from .call import CallEndedError, PhoneCall
from .sip_message import REASONS, SipMessage, parse_address

FOLLOW_SECONDS = 60.0


def target_of(refer_to: str) -> tuple[str, dict[str, str]]:
    """Return the URI to call and the headers to call it with, out of a Refer-To header.

    Raises MalformedSipError when it holds no URI.
    """
    uri, _, embedded = parse_address(refer_to).uri.partition("?")
    pairs = (part.partition("=") for part in embedded.split("&") if part)
    return uri, {name: unquote(value) for name, _, value in pairs}


def sipfrag_notify(call: PhoneCall, status: int) -> SipMessage:
    """Build the NOTIFY that tells the transferor how far the new call has come."""
    notify = call.dialog.build_request("NOTIFY")
    state = "active;expires=60" if status < 200 else "terminated;reason=noresource"
    notify.headers += [("Event", "refer"), ("Subscription-State", state)]
    notify.headers.append(("Content-Type", "message/sipfrag;version=2.0"))
    notify.body = f"SIP/2.0 {status} {REASONS.get(status, 'Unknown')}\r\n"
    return notify


async def outcome_of(call: PhoneCall) -> int:
    """Wait until a call is answered or has failed, and return its final status."""
    try:
        await call.wait_for("answered", FOLLOW_SECONDS)
    except (CallEndedError, TimeoutError):
        return call.final_code or 408
    return 200


def replaced_call(invite: SipMessage, calls: Iterable[PhoneCall]) -> PhoneCall | None:
    """Return the call that an INVITE's Replaces header wants to take over."""
    call_id, _, tail = invite.get("replaces").partition(";")
    tags = dict(part.partition("=")[::2] for part in tail.split(";"))
    for call in calls:
        ours = call.dialog.local_tag == tags.get("to-tag") and call.dialog.remote_tag == tags.get("from-tag")
        if ours and call.dialog.call_id == call_id.strip():
            return call
    return None
