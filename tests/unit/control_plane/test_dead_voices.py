"""Which voices of a call are dead, as the call is told of, and what a webhook is told of one."""

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import to_wire
from callmodel.ids import E164, CallId, LegId, NodeId, TenantId
from callmodel.voice.figures import LegVoice, Stream
from control_plane.features.calls.deadvoices import DeadVoice, dead_voices, event_of

TENANT, CALL = TenantId("acme"), CallId("call-1")
AGENT_LEG, CUSTOMER_LEG = LegId("call-1-0"), LegId("call-1-1")
ALIVE = LegVoice(Stream(500), Stream(500))


def call(customer: LegVoice | None = ALIVE, *, withheld: bool = False) -> Cdr:
    legs = (
        CdrLeg(AGENT_LEG, LegRole.AGENT, LegState.ANSWERED, 0, voice=ALIVE),
        CdrLeg(CUSTOMER_LEG, LegRole.CUSTOMER, LegState.ANSWERED, 0, voice=customer),
    )
    about = (CALL, TENANT, NodeId("node-1"), 2, Direction.OUTBOUND, CallState.TALKING, "13812345678", 0, legs)
    return Cdr(*about, number=E164("+8613812345678"), withheld=withheld)


def test_a_call_whose_voices_live_has_nothing_to_tell():
    assert list(dead_voices(to_wire(call()))) == []
    assert list(dead_voices(to_wire(call(None)))) == []
    assert list(dead_voices({})) == []


def test_each_dead_direction_is_told_of():
    both = LegVoice(Stream(5), Stream(5), dead_since_ms=7000, deaf_since_ms=8000)

    assert list(dead_voices(to_wire(call(both)))) == [
        DeadVoice(CALL, CUSTOMER_LEG, "sent", 7000),
        DeadVoice(CALL, CUSTOMER_LEG, "heard", 8000),
    ]


def test_the_number_is_masked_or_withheld_and_a_leg_that_is_unknown_is_not_told_of():
    dead = DeadVoice(CALL, CUSTOMER_LEG, "sent", 7000)
    told, hidden = event_of(TENANT, dead, call()), event_of(TENANT, dead, call(withheld=True))

    assert told and (told.number, told.role, told.since_ms) == ("+86138****5678", "customer", 7000)
    assert hidden and hidden.number == "anonymous"
    assert event_of(TENANT, DeadVoice(CALL, LegId("other"), "sent", 7000), call()) is None
