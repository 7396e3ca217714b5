"""A leg in its row: short, and the same again when it is read; rows from before are read too."""

import json
from dataclasses import replace

import pytest

from callmodel.callstate import LegRole, LegState
from callmodel.cdr import CdrLeg
from callmodel.codec import from_wire, to_wire
from callmodel.ids import LegId
from callmodel.voice.figures import LegVoice, Stream
from control_plane.packedlegs import pack_leg, unpack_leg

CALL, BEGAN_MS = "0193fa9e-0000-7000-8000-000000000007", 1_764_547_200_000
VOICE = LegVoice(Stream(4251, 12, 3.4, 4.36), Stream(4249), 41.7)
LEG = CdrLeg(
    LegId(f"{CALL}-2"),
    LegRole.CUSTOMER,
    LegState.ENDED,
    BEGAN_MS,
    BEGAN_MS + 50,
    BEGAN_MS + 5_000,
    BEGAN_MS + 90_000,
    hold_seconds=0.0,
    voice=VOICE,
    sip_call_id="abc@carrier.example",
)
BY_NOBODY = LegVoice(Stream(0, dead_seconds=12.0), Stream(600, mos=4.4), dead_since_ms=BEGAN_MS + 5_000)


@pytest.mark.parametrize(
    "leg",
    [
        LEG,
        replace(LEG, voice=None, ringing_ms=None, answered_ms=None, sip_code=486),
        replace(LEG, voice=BY_NOBODY),
        replace(LEG, voice=replace(VOICE, pauses=True, deaf_since_ms=BEGAN_MS)),
        replace(LEG, voice=LegVoice(Stream(0), Stream(0))),
        replace(LEG, leg_id=LegId("media-1-1796085194.0"), state=LegState.ANSWERED, ended_ms=None),
    ],
    ids=["whole", "refused", "never-came", "pauses", "nothing", "lives"],
)
def test_a_leg_comes_back_as_it_was(leg: CdrLeg):
    packed = json.loads(json.dumps(pack_leg(to_wire(leg), CALL, BEGAN_MS)))

    assert from_wire(CdrLeg, unpack_leg(packed, CALL, BEGAN_MS)) == leg


def test_what_follows_from_the_call_takes_no_room():
    packed = pack_leg(to_wire(LEG), CALL, BEGAN_MS)

    assert packed["leg_id"] == "~-2"
    assert "state" not in packed
    assert packed["answered_ms"] == 5_000
    assert packed["voice"] == [4251, 12, 3.4, 4.36, 0, 4249, 0, 0, None, 0, 41.7]


def test_a_row_from_before_is_read_as_it_is():
    before = {name: value for name, value in to_wire(replace(LEG, voice=None)).items() if value is not None}

    assert from_wire(CdrLeg, unpack_leg(before, CALL, BEGAN_MS)) == replace(LEG, voice=None)
