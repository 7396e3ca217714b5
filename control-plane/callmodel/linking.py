"""Two calls of one phone, joined by its REFER with Replaces (RFC 3891, 5589): each gets a leg into the other.

The call that was asked brings the other as it brings anybody; the other lets it take the place of the phone there.
"""

from dataclasses import replace

from callmodel import attempts, consulting, facts, legs, orders
from callmodel.callstate import Call, Leg, LegRole, LegState
from callmodel.endings import Ending, sip_code_of
from callmodel.ids import LegId, TenantId
from callmodel.links import Link, LinkedParty

Step = attempts.Step

GONE = sip_code_of(Ending.STATION_UNREACHABLE)
NORMAL = sip_code_of(Ending.COMPLETED)


def named_by(call: Call, tenant_id: TenantId, link: Link) -> LegId | None:
    """Return the leg of the station that a link is of, None where it is not in this call, or this call asks itself.

    tenant_id: whose call asks.
    """
    if call.tenant_id != tenant_id or call.call_id == link.call_id:
        return None
    seat = link.extension, link.station_tenant_id
    return next((leg.leg_id for leg in call.present if (leg.extension, leg.station_tenant_id) == seat), None)


def take_in(call: Call, fact: facts.LinkAsked, most_parties: int) -> Step:
    """Let another call take the place of a party that hands over; whoever is in it talks with those who stay."""
    replaced = call.leg_of(fact.replaces)
    if replaced not in call.present or replaced is None or len(call.live_legs) >= most_parties:
        return refused(call, fact)
    link = fact.link
    stays = legs.party_beside(call, replaced.leg_id)
    leg = Leg(fact.leg_id, LegRole.LINK, LegState.RINGING, fact.at_ms, joined_call=link.call_id)
    call = replace(call, legs=(*call.legs, leg))
    call = legs.answered(call, leg.leg_id, fact.at_ms)
    call = named(call, leg.leg_id, link.party)
    call = consulting.leave(call, replaced.leg_id)
    return call, [
        orders.Answer(leg.leg_id),
        orders.HangUp(replaced.leg_id, NORMAL),
        orders.NameLink(link.node_id, link.leg_id, call.call_id, stays),
    ]


def refused(call: Call, fact: facts.LinkAsked) -> Step:
    """Let the other call go: the party that it names is not there any more."""
    return call, [orders.HangUp(fact.leg_id, GONE)]


def introduced(call: Call, fact: facts.LinkNamed) -> Call:
    """Note who is at the other end, now that the other call has said so."""
    leg = call.leg_of(fact.leg_id)
    if leg is None or not leg.is_live or leg.role is not LegRole.LINK:
        return call
    return named(call.with_leg(leg.leg_id, joined_call=fact.call_id), leg.leg_id, fact.party)


def named(call: Call, leg_id: LegId, party: LinkedParty) -> Call:
    """Return the call with a link that goes by the name of whoever talks at its other end."""
    role = LegRole.LINK
    if party.extension is not None:
        role = LegRole.AGENT if call.customer_leg is not None else LegRole.COLLEAGUE
    elif party.number is not None:
        role = LegRole.OUTSIDE
    return call.with_leg(
        leg_id,
        role=role,
        extension=party.extension,
        site_id=party.site_id,
        station_tenant_id=party.tenant_id,
        number=party.number,
    )
