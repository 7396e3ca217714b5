"""Campaign calls of which their nodes say nothing any more."""

from callmodel.ids import CallId, NodeId
from callmodel.wire import HeldCalls
from media_nodes.dialler.nodes import Missing

T = 1_764_500_000_000
NODE, CALL = NodeId("media-1"), CallId("c1")
TAKEN = {CALL: (NODE, T)}


def held(at_ms: int, *calls: str) -> dict[NodeId, HeldCalls]:
    return {NODE: HeldCalls(NODE, at_ms, tuple(CallId(call) for call in calls))}


def test_a_call_that_its_node_names_or_has_not_had_time_to_name_goes_on():
    missing = Missing()

    assert missing.over(TAKEN, held(T - 1), T) == set()
    assert missing.over(TAKEN, held(T + 60_000, CALL), T + 60_000) == set()


def test_a_call_that_a_living_node_does_not_name_is_over_after_a_while():
    missing = Missing()

    assert missing.over(TAKEN, held(T + 1_000), T + 1_000) == set()
    assert missing.over(TAKEN, held(T + 10_999), T + 10_999) == set()
    assert missing.over(TAKEN, held(T + 11_000), T + 11_000) == {CALL}


def test_what_was_named_again_is_missed_anew():
    missing = Missing()
    missing.over(TAKEN, held(T + 1_000), T + 1_000)
    missing.over(TAKEN, held(T + 2_000, CALL), T + 2_000)

    assert missing.over(TAKEN, held(T + 12_000), T + 12_000) == set()


def test_a_silent_nodes_calls_wait_for_its_successor():
    missing = Missing()
    missing.over(TAKEN, {}, T)

    assert missing.over(TAKEN, {}, T + 149_999) == set()
    assert missing.over(TAKEN, {}, T + 150_000) == {CALL}
