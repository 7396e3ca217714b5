"""Where a call's INVITE stands in its trace, and what a worker tells of it."""

import pytest

from callmodel.calltrace import CallTrace
from callmodel.edgesnapshot import MediaProtection
from edge_proxy.decisions import Peer, PeerKind, Request, ToHq, ToStation
from edge_proxy.transactions import begun_of, begun_to_text, from_datagram, place_of, rerouted, to_datagram

SAID, NEW, SPAN = "a" * 32, "c" * 32, "d" * 16


def request_of(kind: PeerKind, traceparent: str = "") -> Request:
    return Request("INVITE", Peer(kind), traceparent=traceparent)


@pytest.mark.parametrize("kind", [PeerKind.NODE, PeerKind.BRANCH, PeerKind.HQ, PeerKind.EDGE])
def test_an_invite_goes_on_where_a_trusted_peer_says(kind):
    said = f"00-{SAID}-{'b' * 16}-01"

    assert place_of(request_of(kind, said), SPAN, NEW, kept=False) == CallTrace(SAID, SPAN, "b" * 16, True)


def test_a_trace_begins_where_a_call_comes_from_and_nowhere_else():
    def begins(kind: PeerKind) -> bool:
        return place_of(request_of(kind), SPAN, NEW, kept=True) is not None

    assert {kind for kind in PeerKind if begins(kind)} == {PeerKind.OUTSIDE, PeerKind.BRANCH}


def test_what_went_elsewhere_in_the_end_is_told_with_its_last_way():
    begun = begun_of(request_of(PeerKind.OUTSIDE), ToHq(()), CallTrace(NEW, SPAN, None, True), 7)
    station = ToStation("2001", "acme.test", MediaProtection.RTP)

    told = from_datagram(to_datagram(rerouted(begun_to_text(begun), station), 200, 8, 9, 0))

    assert (told.begun.route, told.begun.traceparent, told.status) == ("station", begun.traceparent, 200)
