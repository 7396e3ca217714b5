"""From one call into another: who is in both hands the others over to each other, and both calls go on as one talk.

A link is a leg of each of the two calls, wherever they live.  The one that asks says all of this with its INVITE.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from callmodel.ids import E164, CallId, Extension, LegId, NodeId, SiteId, TenantId

_SEPARATOR = "~"


@dataclass(frozen=True)
class LinkedParty:
    """Who talks at the other end of a link: a station, or a number outside; nobody's where there are several.

    tenant_id: whose station it is, None for the call's own tenant.
    """

    extension: Extension | None = None
    site_id: SiteId | None = None
    tenant_id: TenantId | None = None
    number: E164 | None = None


@dataclass(frozen=True)
class Link:
    """What a call that asks for another says.

    node_id, leg_id: where it lives, and its leg.  extension, station_tenant_id: the station that is in both calls.
    dialog: the Call-ID (RFC 3261) by which that station's phone knows the other one.  party: who comes.
    """

    node_id: NodeId
    leg_id: LegId
    extension: Extension
    dialog: str
    station_tenant_id: TenantId | None = None
    party: LinkedParty = LinkedParty()

    @property
    def call_id(self) -> CallId:
        """The call that asks: its legs are named after it."""
        return call_of(self.leg_id)


def call_of(leg_id: LegId) -> CallId:
    """Return whose leg it is, of one that its call has named."""
    return CallId(leg_id.rpartition("-")[0])


def link_text(link: Link) -> str:
    """Return a link as text without spaces."""
    party = link.party
    said = (
        link.node_id,
        link.leg_id,
        link.extension,
        link.dialog,
        link.station_tenant_id,
        party.extension,
        party.site_id,
        party.tenant_id,
        party.number,
    )
    return _SEPARATOR.join(quote(each or "", safe="+@:.").replace(_SEPARATOR, "%7E") for each in said)


def link_in(text: str) -> Link | None:
    """Return the link that a text says, None where it says none."""
    said = [unquote(each) for each in text.split(_SEPARATOR)]
    if len(said) != 9 or not all(said[:4]):
        return None
    node_id, leg_id, extension, dialog, home, at, site, whose, number = said
    party = LinkedParty(
        Extension(at) if at else None,
        SiteId(site) if site else None,
        TenantId(whose) if whose else None,
        E164(number) if number else None,
    )
    return Link(NodeId(node_id), LegId(leg_id), Extension(extension), dialog, TenantId(home) if home else None, party)
