"""Calls that nobody makes: how far they come, and whom they wait for."""

import json
from dataclasses import replace
from typing import Any

from callmodel.flows.simulator import Scene
from callmodel.ids import FlowId, TenantId
from control_plane.features.flows.rehearsing import MOST_LINES, walked
from control_plane.publishing.flowchecks import flow_of
from trunkline.plan import REPOSITORY

HOTLINE: dict[str, Any] = json.loads((REPOSITORY / "docs" / "flows" / "hotline.json").read_text())
OPEN = Scene(at_ms=1_790_000_000_000)
FLOW = flow_of(TenantId("acme"), FlowId("hotline"), 1, HOTLINE)


def test_a_call_stops_where_its_words_end_and_says_whom_it_waits_for():
    told = walked(FLOW, OPEN, ["2"])

    assert (told.wants, told.usual, told.node) == ("queue", "answered", "sales")
    assert "> 2" in told.lines


def test_a_call_that_is_over_waits_for_nobody_and_takes_no_more_words():
    told = walked(FLOW, OPEN, ["2", "hang", "1", "1"])

    assert told.wants is None
    assert "abandoned" in told.lines[-1]


def test_a_caller_who_keeps_pressing_keys_does_not_fill_the_memory():
    menu = {"kind": "menu", "prompts": [{"text": "Again?"}] * 60, "keys": {"1": "menu"}, "otherwise": "bye"}
    document = {"start": "menu", "nodes": {"menu": menu, "bye": {"kind": "hang_up"}}}
    flow = flow_of(TenantId("acme"), FlowId("round"), 1, document)

    told = walked(flow, replace(OPEN), ["1"] * 100)

    assert (len(told.lines), told.wants) == (MOST_LINES, None)
