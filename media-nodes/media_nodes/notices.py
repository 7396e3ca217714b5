"""What a phone is told of a hand-over that it asked for by REFER (RFC 3515), over AMI: ARI has three words for it."""

import asyncio
import logging

from callmodel.ids import LegId
from media_nodes.ami import Ami, AmiAwayError, AmiError

REASONS = {
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    503: "Service Unavailable",
}

AHEAD_SECONDS = 0.1
"""Edges may change the order of what comes at once, and Asterisk's own word is to be heard after this one."""

logger = logging.getLogger(__name__)


async def tell_failed(ami: Ami, leg_id: LegId, sip_code: int) -> None:
    """Tell why nobody was reached, which ends the phone's subscription, and return when that has left.

    Asterisk writes `Subscription-State: terminated` by itself.  Where it can not tell, its own word has to do.
    """
    said = {
        "Event": "refer",
        "Content-type": "message/sipfrag;version=2.0",
        "Content": f"SIP/2.0 {sip_code} {REASONS.get(sip_code, 'Failed')}",
    }
    fields = {"Channel": leg_id, "Variable": ",".join(f"{name}={value}" for name, value in said.items())}
    try:
        await ami.action("PJSIPNotify", fields)
        await asyncio.sleep(AHEAD_SECONDS)
    except (AmiError, AmiAwayError) as error:
        logger.warning("phone not told why", extra={"leg_id": leg_id, "sip_code": sip_code, "error": str(error)})
