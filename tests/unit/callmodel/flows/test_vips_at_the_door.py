"""Before a flow's first node: who is a VIP by pattern or by the tenant's system, and for whom there is a channel."""

from dataclasses import replace
from typing import Any

import pytest

from callmodel.callstate import Call, Phase
from callmodel.cdr import cdr_of
from callmodel.directory import Directory
from callmodel.endings import Ending
from callmodel.facts import ChannelHeld, LegHungUp, SpendStopped, VipTold, WayFound
from callmodel.flows.visit import Doing
from callmodel.ids import FlowId, QueueId
from callmodel.orders import AskVip, ClaimTrunk, HangUp, HoldChannel, JoinQueue, LookUp, Order, ReleaseTrunk
from callmodel.privacy import number_hash
from callmodel.routing import plan_call
from callmodel.vips import Vip, VipPattern, VipRules, by_pattern, from_answer
from tests.unit.callmodel.flows.flow_stories import (
    CALLER,
    after,
    called,
    directory_with,
    flow_of,
    heard_out,
    text,
    texts,
    waited,
)
from tests.unit.callmodel.stories import ACME, CHEAP, CUSTOMER, T0, TENANT

QUEUE = {
    "wait": {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "bye"},
    "bye": {"kind": "hang_up", "prompts": text("Goodbye.")},
}
FULL = flow_of({"bye": {"kind": "hang_up", "prompts": text("All lines are taken.")}}, flow_id="full")
URL = "https://crm.acme.example/vip"
WANG = Vip(ACME, number_hash(TENANT.number_key, CUSTOMER), 3, queue_id=QueueId("gold"))


def centre(rules: VipRules, max_channels: int = 10) -> Directory:
    found = directory_with(flow_of(QUEUE))
    tenants = tuple(replace(each, vip_rules=rules, max_channels=max_channels) for each in found.tenants)
    return replace(found, tenants=tenants, flows=(*found.flows, FULL))


def rings(rules: VipRules, **more: Any) -> tuple[Call, list[Order]]:
    return called({}, directory=centre(rules), **more)


def joined(orders: list[Order]) -> JoinQueue:
    return next(order for order in orders if isinstance(order, JoinQueue))


def told(call: Call, vip: Vip | None) -> VipTold:
    return VipTold(f"{call.call_id}-f1", vip, T0 + 200)


def test_the_longest_pattern_decides_where_no_list_does():
    patterns = (VipPattern("+861", 1), VipPattern("+86138", 4, queue_id=QueueId("gold")), VipPattern("+4", 9))

    _, orders = rings(VipRules(patterns=patterns))

    assert (joined(orders).queue_id, joined(orders).priority) == ("gold", 9)
    assert by_pattern(VipRules(patterns=patterns), ACME, "+33123456", "h") is None


def test_the_tenants_system_is_asked_and_believed():
    call, orders = rings(VipRules(URL))
    assert orders[1] == AskVip(f"{call.call_id}-f1", URL, 300) and call.phase is Phase.IN_FLOW

    _, orders = after((call, []), told(call, WANG))

    assert (joined(orders).queue_id, joined(orders).priority) == ("gold", 9)


@pytest.mark.parametrize("answer", ["none", "silence", "another's"])
def test_a_caller_of_whom_it_says_nothing_goes_on_as_everybody(answer: str):
    call, _ = step = rings(VipRules(URL))
    if answer == "silence":
        after_it = waited(step)
    elif answer == "none":
        after_it = after(step, told(call, None))
    else:
        after_it = waited(after(step, VipTold("another", WANG, T0 + 10)))

    assert (joined(after_it[1]).queue_id, joined(after_it[1]).priority) == ("sales", 0)


def test_who_is_listed_or_withholds_the_number_is_not_asked_for():
    listed = replace(centre(VipRules(URL)), vips=(WANG,))

    for orders in (called({}, directory=listed)[1], rings(VipRules(URL), withheld=True)[1]):
        assert not [order for order in orders if isinstance(order, AskVip | LookUp)]


def test_a_caller_who_gives_up_while_it_is_asked_is_gone():
    step = rings(VipRules(URL))
    call, _ = after(step, LegHungUp(CALLER, None, T0 + 100))

    assert call.ending is Ending.ABANDONED
    assert after((call, []), told(call, WANG))[1] == []


@pytest.mark.parametrize(("vips", "most"), [((), 8), ((WANG,), 10)], ids=["ordinary", "vip"])
def test_each_caller_holds_a_channel_and_some_are_for_vips_only(vips: tuple[Vip, ...], most: int):
    directory = replace(centre(VipRules(reserved_channels=2)), vips=vips)
    call, orders = called({}, directory=directory)
    assert orders[1] == HoldChannel(CALLER, CHEAP, most)

    call, orders = after((call, []), ChannelHeld(CALLER, CHEAP, True, T0 + 5))
    assert joined(orders) and call.legs[0].trunk_held
    assert not call.trunk_held, "it costs nothing: no spend stops it"
    assert after((call, []), SpendStopped(T0 + 6))[0].ending is None

    _, orders = after((call, []), LegHungUp(CALLER, None, T0 + 90))
    assert ReleaseTrunk(CALLER, CHEAP) in orders


def test_who_finds_no_channel_is_told_so_or_goes_where_the_tenant_chose():
    refused = ChannelHeld(CALLER, CHEAP, False, T0 + 5)

    call, orders = after(rings(VipRules(reserved_channels=2)), refused)
    assert call.ending is Ending.TENANT_CHANNELS_EXHAUSTED and HangUp(CALLER, 486) in orders

    step = after(rings(VipRules(reserved_channels=2, full_flow=FlowId("full"))), refused)
    assert texts(step[1]) == ["All lines are taken."]
    ended, _ = after(heard_out(step), LegHungUp(CALLER, None, T0 + 90))
    assert (ended.ending, cdr_of(ended).missed) == (Ending.NO_ANSWER, "tenant-channels-exhausted")


def test_nobody_is_turned_away_because_nobody_counts_and_a_late_word_is_given_back():
    call, _ = step = rings(VipRules(reserved_channels=2))
    assert call.visit is not None and call.visit.doing is Doing.ENTERING
    assert joined(waited(step)[1])

    gone, _ = after(step, LegHungUp(CALLER, None, T0 + 3))
    assert after((gone, []), ChannelHeld(CALLER, CHEAP, True, T0 + 5))[1] == [ReleaseTrunk(CALLER, CHEAP)]


def test_calls_to_the_outside_leave_the_kept_channels_free_and_a_vips_mobile_takes_one():
    mobile = replace(WANG, mobile="+8613911112222", queue_id=None)
    nodes = {"ring": {"kind": "ring", "steps": [{"to": "{vip_mobile}"}], "otherwise": "bye"}, "bye": QUEUE["bye"]}
    directory = replace(centre(VipRules(reserved_channels=2)), flows=(flow_of(nodes),), vips=(mobile,))
    plan = plan_call(directory, ACME, "+8613911112222")
    assert plan.tenant_max_channels == 8  # type: ignore[union-attr]

    call, _ = called({}, directory=directory)
    step = after((call, []), ChannelHeld(CALLER, CHEAP, True, T0 + 5), WayFound("+8613911112222", plan, T0 + 9))

    [claim] = [order for order in step[1] if isinstance(order, ClaimTrunk)]
    assert claim.tenant_max_channels == 10


@pytest.mark.parametrize(
    ("answer", "vip"),
    [
        ({"vip": "true"}, Vip(ACME, "h")),
        ({"vip": "true", "level": "12", "priority": "x", "mobile": "1; drop"}, Vip(ACME, "h")),
        ({"vip": "false", "level": "3"}, None),
        ({}, None),
        (
            {"vip": "true", "level": "3", "priority": "10", "own_agent": "u1", "mobile": "+8613911112222"},
            Vip(ACME, "h", 3, 10, "u1", None, "+8613911112222"),  # type: ignore[arg-type]
        ),
    ],
)
def test_of_an_answer_only_what_makes_sense_is_taken(answer: dict[str, str], vip: Vip | None):
    assert from_answer(ACME, "h", answer) == vip
