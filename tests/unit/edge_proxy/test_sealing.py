"""A dialog's seal opens for its own call, ends and time, and says where a request must leave to."""

import pytest

from edge_proxy import media, sealing
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.sealing import Dialog, End, EndKind

KEY, CALL, BORN = b"key", "call-1", 29_000_000
NODE = End(EndKind.NODE, media.RTP)
PHONE = End(EndKind.PHONE, media.WEBRTC, "203.0.113.7")
BRANCH = End(EndKind.BRANCH, media.SRTP, "branch-1")
TRUNK = End(EndKind.TRUNK, media.RTP, "trunk-1")
ELSEWHERE = Dialog(End(EndKind.EDGE, None), End(EndKind.BRANCH, None, "branch-1"))
AT_PHONE, AT_NODE = Peer(PeerKind.OUTSIDE, "203.0.113.7"), Peer(PeerKind.NODE, "10.0.0.5")
STRANGER = Peer(PeerKind.OUTSIDE, "198.51.100.66")


def route(dialog: Dialog, call_id: str = CALL) -> str:
    return f"<sip:203.0.113.10;lr;sg={sealing.seal(KEY, call_id, dialog, BORN)};ftag=1>, <sip:other;lr;sg=x>"


def opened(routes: str, *, key: bytes = KEY, call_id: str = CALL, minutes: int = 0) -> Dialog | None:
    return sealing.open_seal(key, call_id, routes, BORN + minutes)


def receiver(dialog: Dialog, peer: Peer, *trunks: str, moved: End | None = None) -> End | None:
    ways = sealing.ends_of(dialog, peer, trunks.__contains__, lambda end: end == moved)
    return ways[0][1] if ways else None


@pytest.mark.parametrize("dialog", [Dialog(PHONE, NODE), Dialog(NODE, BRANCH), Dialog(NODE, TRUNK), ELSEWHERE])
def test_a_seal_remembers_both_ends(dialog):
    assert opened(route(dialog)) == dialog


def test_a_seal_opens_for_its_own_call_only():
    routes = route(Dialog(PHONE, BRANCH))

    assert opened(routes, call_id="call-2") is None
    assert opened(routes, key=b"other") is None
    assert opened(routes.replace("branch-1", "branch-2")) is None
    assert opened(routes.replace("203.0.113.7", "198.51.100.66")) is None
    assert opened("<sip:203.0.113.10;lr>") is None


def test_a_seal_lasts_a_day():
    routes = route(Dialog(PHONE, NODE))

    assert opened(routes, minutes=sealing.MAX_AGE_MINUTES) is not None
    assert opened(routes, minutes=sealing.MAX_AGE_MINUTES + 1) is None
    assert opened(routes, minutes=-60) is not None, "the clock was put back by an hour"
    assert opened(routes, minutes=-sealing.MAX_AGE_MINUTES - 1) is None


def test_a_name_that_could_end_the_parameter_is_not_sealed():
    with pytest.raises(ValueError, match="URI"):
        sealing.seal(KEY, CALL, Dialog(NODE, End(EndKind.TRUNK, media.RTP, "a;b")), BORN)


def test_a_phone_reaches_its_media_node_and_a_stranger_nobody():
    dialog = Dialog(PHONE, NODE)

    assert receiver(dialog, AT_PHONE) == NODE
    assert receiver(dialog, AT_NODE) == PHONE
    assert receiver(dialog, STRANGER) is None
    assert receiver(dialog, Peer(PeerKind.BRANCH, "203.0.113.7", "branch-1")) is None


def test_a_branch_speaks_for_its_own_site_in_a_dialog_too():
    dialog = Dialog(NODE, BRANCH)

    assert receiver(dialog, Peer(PeerKind.BRANCH, "198.51.100.1", "branch-1")) == NODE
    assert receiver(dialog, Peer(PeerKind.BRANCH, "198.51.100.1", "branch-2")) is None


def test_a_phone_that_has_moved_is_known_by_its_account():
    moved = PHONE._replace(account=sealing.account_of("1001@acme.test"))
    dialog = Dialog(moved, NODE)

    assert opened(route(dialog)) == dialog
    assert receiver(dialog, STRANGER, moved=moved) == NODE
    assert receiver(dialog, STRANGER) is None
    assert receiver(dialog, AT_NODE, moved=moved) == moved


def test_a_carrier_speaks_from_any_address_of_its_trunk():
    dialog = Dialog(NODE, TRUNK)

    assert receiver(dialog, STRANGER, "trunk-1") == NODE
    assert receiver(dialog, STRANGER, "trunk-2") is None
    assert receiver(dialog, AT_NODE) == TRUNK


def test_colleagues_behind_one_address_are_told_apart_by_the_direction():
    colleague = End(EndKind.PHONE, media.SRTP, "203.0.113.7")
    dialog = Dialog(PHONE, colleague)

    assert sealing.ends_of(dialog, AT_PHONE, lambda _: False, lambda _: False) == [
        (PHONE, colleague),
        (colleague, PHONE),
    ]


def test_a_dialog_has_one_name_in_both_directions_and_its_fork_another():
    assert sealing.name_of(CALL, "a", "b") == sealing.name_of(CALL, "b", "a")
    assert sealing.name_of(CALL, "a", "b") != sealing.name_of(CALL, "a", "c")
