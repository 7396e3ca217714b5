"""Asterisk's events in our words."""

from typing import Any

import pytest

from callmodel.facts import DigitPressed, LegAnswered, LegHungUp, LegRang, LegSentEarlyMedia, Played
from callmodel.ids import LegId
from media_nodes.stasis import Arrived, Created, Departed, Superseded, TransferWanted, playback_of, to_news

LEG = LegId("call-2")


def event(kind: str, **more: Any) -> dict[str, Any]:
    channel = {
        "id": LEG,
        "name": "PJSIP/edge-2-0000001a",
        "state": "Down",
        "caller": {"number": "+8613812345678"},
        "dialplan": {"exten": "+862155550100"},
    }
    return {"type": kind, "channel": channel} | more


def test_invite_carries_what_the_edge_vouches_for():
    news = to_news(event("StasisStart", args=["in", "origin=trunk;trunk=t1"]), 5)

    assert news == Arrived(
        LEG, "trunk", "", "", "", "t1", "", "+862155550100", 5, edge="edge-2", number="+8613812345678"
    )


def test_withheld_number_comes_beside_an_anonymous_caller():
    said = "origin=trunk;trunk=t1;number=+8613812345678;withheld=1;diverted=+862155550123"
    channel = event("StasisStart")["channel"] | {"caller": {"number": "anonymous"}}

    news = to_news(event("StasisStart", args=["in", said], channel=channel), 5)

    assert isinstance(news, Arrived)
    assert (news.number, news.withheld, news.diverted_by) == ("+8613812345678", True, "+862155550123")


def test_caller_without_a_number_has_none():
    channel = event("StasisStart")["channel"] | {"caller": {"number": "anonymous"}}

    news = to_news(event("StasisStart", args=["in", "origin=trunk;trunk=t1"], channel=channel), 5)

    assert isinstance(news, Arrived)
    assert (news.number, news.withheld) == ("", False)


@pytest.mark.parametrize("kind", ["StasisEnd", "ChannelHangupRequest"])
def test_leg_that_leaves_without_a_reason_has_departed(kind: str):
    assert to_news(event(kind), 5) == Departed(LEG, 5)


def test_leg_of_which_nothing_is_heard_is_given_up_by_asterisk_itself():
    given_up = event("ChannelHangupRequest", soft=True, cause=1)

    assert to_news(given_up, 5) == LegHungUp(LEG, None, 5, silent=True)


@pytest.mark.parametrize(
    "more",
    [{}, {"cause": 16}, {"cause": 44}, {"cause": 1}, {"cause": 32, "soft": True}, {"cause": 16, "soft": True}],
    ids=str,
)
def test_no_goodbye_of_a_phones_or_of_ours_is_taken_for_a_time_out(more: dict[str, Any]):
    assert to_news(event("ChannelHangupRequest", **more), 5) == Departed(LEG, 5)


def test_leg_of_ours_may_be_dialled():
    assert to_news(event("StasisStart", args=["out"]), 5) == Created(LEG)


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        ("RINGING", LegRang(LEG, 5)),
        ("PROGRESS", LegSentEarlyMedia(LEG, 5)),
        ("ANSWER", LegAnswered(LEG, 5)),
        ("", None),
        ("BUSY", None),
    ],
)
def test_progress_of_a_dialled_leg(status: str, fact: object):
    assert to_news({"type": "Dial", "dialstatus": status, "peer": {"id": LEG}}, 5) == fact


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"cause": 17, "tech_cause": 486}, 486),
        ({"cause": 21, "tech_cause": 603}, 603),
        ({"cause": 17}, 486),
        ({"cause": 1, "tech_cause": 0}, 404),
        ({"cause": 99}, 480),
        ({}, 480),
    ],
)
def test_end_of_an_unanswered_leg_has_the_far_side_s_response(more: dict[str, int], code: int):
    assert to_news(event("ChannelDestroyed", **more), 5) == LegHungUp(LEG, code, 5)


def test_end_of_a_conversation_has_no_response():
    gone = event("ChannelDestroyed", cause=16, tech_cause=200)
    gone["channel"]["state"] = "Up"

    assert to_news(gone, 5) == LegHungUp(LEG, None, 5)


def test_refer_asks_for_a_transfer_and_its_echo_does_not():
    wanted = {
        "type": "ChannelTransfer",
        "refer_to": {"requested_destination": {"destination": "1002"}},
        "referred_by": {"source_channel": {"id": LEG}},
    }

    assert to_news(wanted, 5) == TransferWanted(LEG, "1002", 5)


@pytest.mark.parametrize("destination", ["1002", ""])
def test_a_refer_with_replaces_names_the_other_call(destination):
    wanted = {
        "type": "ChannelTransfer",
        "refer_to": {"requested_destination": {"destination": destination, "protocol_id": "f81d@host"}},
        "referred_by": {"source_channel": {"id": LEG}},
    }

    assert to_news(wanted, 5) == TransferWanted(LEG, destination, 5, "f81d@host")
    assert to_news(wanted | {"state": "channel_answered"}, 5) is None


def test_what_means_nothing():
    assert to_news({"type": "ChannelVarset"}, 5) is None
    assert to_news({"type": "ApplicationReplaced"}, 5) == Superseded()


def test_key_is_told():
    news = to_news(event("ChannelDtmfReceived", digit="#", duration_ms=80), 5)

    assert news == DigitPressed(LEG, "#", 5)
    assert "#" not in repr(news), "an error quotes the fact that it is about"


@pytest.mark.parametrize(("state", "failed"), [("done", False), ("failed", True)])
def test_end_of_what_is_played_names_leg_and_play(state: str, failed: bool):
    playback = {"id": playback_of(LEG, "menu+2"), "state": state}

    assert to_news({"type": "PlaybackFinished", "playback": playback}, 5) == Played(LEG, "menu+2", 5, failed)


def test_end_of_a_playback_that_is_not_ours_means_nothing():
    assert to_news({"type": "PlaybackFinished", "playback": {"id": "other", "state": "done"}}, 5) is None
