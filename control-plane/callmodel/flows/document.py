"""A flow as its tenant writes it: a versioned document of nodes by name."""

from collections.abc import Iterator
from dataclasses import dataclass

from callmodel.flows.conditions import CalendarIs
from callmodel.flows.nodes import BranchNode, HangUpNode, Node, QueueNode, RingNode, RingStep
from callmodel.ids import CalendarId, Extension, FlowId, TenantId

MOST_NODES = 200
MOST_BYTES = 64 * 1024
"""Of the JSON: a call carries its flow."""
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Flow:
    """One version of a flow.

    languages: those that it speaks, the first for callers of whom no other is known.  tenant_id: whose it is, filled
    in as it is published.
    """

    flow_id: FlowId
    start: str
    nodes: dict[str, Node]
    version: int = 1
    name: str = ""
    languages: tuple[str, ...] = (DEFAULT_LANGUAGE,)
    tenant_id: TenantId = TenantId("")


NOBODYS = FlowId("")
"""The id of a flow that no tenant wrote."""


def ringing(extension: Extension, seconds: int, language: str) -> Flow:
    """Return what a number does that rings a station after its notice of recording."""
    ring = RingNode((RingStep(extension, seconds),), otherwise="bye")
    return Flow(NOBODYS, "ring", {"ring": ring, "bye": HangUpNode()}, languages=(language,))


def calendars_of(flow: Flow) -> frozenset[CalendarId]:
    """Return the calendars that a flow names."""
    return frozenset(calendar_id for node in flow.nodes.values() for calendar_id in calendars_in(node))


def calendars_in(node: Node) -> Iterator[CalendarId]:
    """Yield the calendars that a node names."""
    match node:
        case BranchNode(cases=cases):
            conditions = (each for case in cases for each in case.when)
            named = [each.calendar_id for each in conditions if isinstance(each, CalendarIs)]
        case QueueNode(queues=queues):
            named = [each.calendar_id for each in queues]
        case RingNode(steps=steps):
            named = [each.calendar_id for each in steps]
        case _:
            named = []
    yield from (each for each in named if each is not None)
