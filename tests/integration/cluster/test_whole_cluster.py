"""One cluster under calls: media nodes come and go, and each fault of `make faults` costs no more than it may."""

import asyncio
from collections import Counter

import pytest

from tests.faults.catalogue import FAULTS, Trial
from tests.faults.field import Field
from tests.faults.trial import SMALL
from trunkline.conditions import edge_serves, rtpengine_answers, until
from trunkline.doors import doors_of_stack, findings_of

TRIED = [fault for fault in FAULTS if fault.fits_shape(SMALL.shape)]


async def live_by_node(field: Field) -> Counter[str]:
    """How many calls each media node holds now."""
    page = await field.api.get(f"/tenants/{field.seed.tenant_id}/calls", state="live")
    return Counter(item["node_id"] for item in page["items"])


async def edges_send_to(field: Field, nodes: int) -> bool:
    """Whether every edge sends new calls to so many nodes, and to no more."""
    stack = field.stack
    edges = range(1, stack.shape.edges + 1)
    ways = [(stack.plan.edge_control_at(edge), stack.environments.edge_secrets(edge)) for edge in edges]
    return not any([await edge_serves(*way, destinations=nodes + 1)() for way in ways])


async def test_a_third_node_takes_calls_and_leaves_again(field: Field):
    before = {name: field.stack.pid(name) for name in field.stack.names}
    talks = await field.talk(4)

    index = await field.stack.add_node()
    node = f"node-{index}"
    fresh = await field.talk(6)

    async def takes_part() -> bool:
        return (await live_by_node(field))[node] > 0

    assert await until(takes_part, 5), await live_by_node(field)
    its_calls = (await live_by_node(field))[node]
    async with asyncio.TaskGroup() as group:
        removal = group.create_task(field.stack.remove_node(index))
        assert await until(lambda: edges_send_to(field, nodes=2), 30)
        others = await field.talk(4)
        assert (await live_by_node(field))[node] == its_calls, "it takes no new ones"
        assert not removal.done(), "its calls are not over"
        assert await field.all_live([*talks, *fresh, *others]) == []
        for talk in (*talks, *fresh, *others):
            await talk.call.hang_up()

    assert {name: field.stack.pid(name) for name in field.stack.names} == before


async def test_no_door_of_commands_stands_open(field: Field):
    """rtpengine asks nobody for a password: it listens where phones and carriers do not come."""
    stack = field.stack

    assert list(findings_of(list(doors_of_stack(stack.plan, stack.shape)))) == []
    for edge in range(1, stack.shape.edges + 1):
        assert await rtpengine_answers(stack.plan.edge_control_at(edge))()
        assert not await rtpengine_answers(stack.plan.edge_at(edge))()


@pytest.mark.timeout(420)
@pytest.mark.parametrize("fault", TRIED, ids=lambda it: it.name)
async def test_a_fault_costs_no_more_than_it_may(field: Field, fault: Trial):
    outcome = await fault.tried(field, SMALL)

    assert outcome.ok, outcome
