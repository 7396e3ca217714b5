"""Whose call a dialog is, and when nobody vouches for it any more."""

from callmodel.ids import CallId
from edge_proxy.dialogs import FORSAKEN_SECONDS, Dialog, Heard, Silence, dialogs_in

NODE, OTHER = "10.0.0.1:5060", "10.0.0.2:5060"
DIALOG = Dialog((7, 9), CallId("call-1"), NODE)
NAMED = Heard({NODE: {"call-1"}, OTHER: set()}, {NODE, OTHER})
UNNAMED = Heard({NODE: {"call-2"}, OTHER: set()}, {NODE, OTHER})
MOVED = Heard({NODE: set(), OTHER: {"call-1"}}, {NODE, OTHER})
UNTOLD = Heard({OTHER: set()}, {NODE, OTHER})
DEAD = Heard({OTHER: set()}, {OTHER})


def test_a_call_that_a_node_names_is_vouched_for_whichever_node_that_is():
    assert NAMED.vouches_for(DIALOG)
    assert MOVED.vouches_for(DIALOG)
    assert not UNNAMED.vouches_for(DIALOG)


def test_a_node_that_answers_and_tells_nothing_may_hold_its_calls_and_a_dead_one_holds_none():
    assert UNTOLD.vouches_for(DIALOG)
    assert not DEAD.vouches_for(DIALOG)


def test_a_dialog_is_forsaken_once_nobody_vouched_for_it_for_long_enough():
    silence = Silence()
    assert silence.note([DIALOG], UNNAMED, 100.0) == []
    assert silence.note([DIALOG], UNNAMED, 100.0 + FORSAKEN_SECONDS - 0.1) == []
    assert silence.note([DIALOG], UNNAMED, 100.0 + FORSAKEN_SECONDS) == [DIALOG]


def test_who_is_named_again_begins_anew():
    silence = Silence()
    silence.note([DIALOG], UNNAMED, 0.0)
    silence.note([DIALOG], NAMED, 10.0)
    assert silence.note([DIALOG], UNNAMED, FORSAKEN_SECONDS) == []
    assert silence.note([DIALOG], UNNAMED, 2 * FORSAKEN_SECONDS) == [DIALOG]


def test_dialogs_are_read_from_kamailios_list_and_one_without_a_call_is_nobodys_to_end():
    caller = {"contact": "sip:asterisk@10.0.0.1:5060"}
    entry = {"h_entry": 7, "h_id": 9, "caller": caller, "variables": [{"call": "call-1"}]}
    assert dialogs_in([entry, {**entry, "variables": []}]) == [DIALOG]
    assert dialogs_in([{**entry, "caller": {"contact": ""}}]) == [Dialog((7, 9), CallId("call-1"), "")]
