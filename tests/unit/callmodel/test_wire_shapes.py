"""Messages survive the trip as JSON, and readers forgive newer writers."""

import json
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callmodel.callstate import Call, CallState, LegRole
from callmodel.cdr import Cdr, cdr_of
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.directory import Directory
from callmodel.facts import HangUpAsked, LegHungUp
from callmodel.ids import Extension, SiteId, unix_ms_of, uuid7
from callmodel.orders import Milestone, Order
from callmodel.wire import EndCall, Envelope, NodeOrder, PlaceCall, milestone_envelope, order_of
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    CALL,
    CLAIMING,
    CUSTOMER_LEG,
    DIRECTORY,
    RINGING,
    T0,
    TALKING,
    after,
)


def there_and_back(value):
    return from_wire(type(value), json.loads(json.dumps(to_wire(value))))


@pytest.mark.parametrize("value", [DIRECTORY, CLAIMING, RINGING, TALKING], ids=lambda value: type(value).__name__)
def test_values_come_back_as_they_went(value):
    assert there_and_back(value) == value


@settings(max_examples=100, deadline=None)
@given(st.one_of(*(st.from_type(kind) for kind in get_args(Order))))
def test_every_order_comes_back_as_it_went(order):
    assert there_and_back(order) == order


@settings(max_examples=100, deadline=None)
@given(st.one_of(*(st.from_type(kind) for kind in get_args(NodeOrder))))
def test_every_order_to_a_node_comes_back_as_it_went(order):
    order = replace(order, kind=type(order).kind)

    assert order_of(json.loads(json.dumps(to_wire(order)))) == order


def test_ended_call_travels_as_its_cdr():
    ended = after(
        TALKING,
        HangUpAsked(T0 + 9_000),
        LegHungUp(AGENT_LEG, None, T0 + 9_001),
        LegHungUp(CUSTOMER_LEG, None, T0 + 9_002),
    )[0]
    envelope = there_and_back(milestone_envelope(replace(ended, version=4), Milestone.ENDED, T0 + 9_002))

    assert isinstance(envelope, Envelope)
    assert from_wire(Cdr, envelope.body) == replace(cdr_of(ended), version=4)
    assert envelope.fact_id == f"{CALL}:4"


def test_living_call_travels_as_wallboards_show_it():
    envelope = milestone_envelope(TALKING, Milestone.ANSWERED, T0)

    live = from_wire(Cdr, envelope.body)
    assert (live.state, live.ended_ms, live.ending, live.talk_seconds) == (CallState.TALKING, None, None, None)
    assert [(leg.leg_id, leg.role) for leg in live.legs] == [
        (AGENT_LEG, LegRole.AGENT),
        (CUSTOMER_LEG, LegRole.CUSTOMER),
    ]


def test_newer_writers_keys_are_passed_over():
    document = {**to_wire(DIRECTORY), "invented_later": 1}

    assert from_wire(Directory, document) == DIRECTORY


@pytest.mark.parametrize(
    "change", [{"call_id": None}, {"legs": "many"}, {"phase": "confused"}, {"started_ms": "yesterday"}]
)
def test_wrong_shape_is_named(change):
    document = {**to_wire(TALKING), **change}

    with pytest.raises(ShapeError, match=next(iter(change))):
        from_wire(Call, document)


def test_missing_key_is_named():
    document = to_wire(TALKING)
    del document["tenant_id"]

    with pytest.raises(ShapeError, match="tenant_id is missing"):
        from_wire(Call, document)


def test_order_of_a_newer_kind_is_passed_over():
    assert order_of({"kind": "call.invented-later"}) is None
    assert order_of(to_wire(EndCall(CALL, ACME))) == EndCall(CALL, ACME)


def test_order_to_place_a_call_may_have_no_time_limit():
    placed = PlaceCall(CALL, ACME, Extension("1001"), SiteId("hq"), "13812345678", "u1", not_after_ms=T0)
    document = to_wire(placed)
    assert order_of(document) == placed

    del document["not_after_ms"]

    assert order_of(document) == replace(placed, not_after_ms=None)


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_ids_keep_their_time(unix_ms, random_bits):
    assert unix_ms_of(uuid7(unix_ms, random_bits)) == unix_ms


@given(st.integers(0, 2**47), st.integers(1, 2**40), st.integers(0, 2**74 - 1), st.integers(0, 2**74 - 1))
def test_later_ids_sort_later(unix_ms, later_by, first_bits, second_bits):
    assert uuid7(unix_ms, first_bits) < uuid7(unix_ms + later_by, second_bits)
