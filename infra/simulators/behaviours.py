"""What happens when a number is dialled: a table by the last three digits.

The number alone decides, so the same number always behaves alike, on every machine and in every run.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, replace
from typing import Literal

CUSTOMER_TONES_HZ = (600, 740, 880, 1160, 1320, 1480, 1640, 1800)

Progress = Literal["early-media", "ringing", "none"]
Voice = Literal["tone", "machine", "silence"]


@dataclass(frozen=True)
class Behaviour:
    """What the called party and the network before it do; times in seconds.

    `final_code` 200 answers after `ring_seconds`; any other refuses then.  `ring_seconds` None rings until
    the caller gives up.  `talk_seconds` None talks until the caller hangs up.
    """

    name: str
    final_code: int = 200
    post_dial_delay_seconds: float = 0.1
    progress: Progress = "early-media"
    ring_seconds: float | None = 0.6
    voice: Voice = "tone"
    talk_seconds: float | None = None
    replies: bool = True


_REFUSED = Behaviour("", progress="none", ring_seconds=0.0)

BEHAVIOURS: dict[str, Behaviour] = {
    "001": Behaviour("silence: the INVITE gets no reply", replies=False),
    "002": Behaviour("answering machine: greeting, beep, then it listens", voice="machine"),
    "003": Behaviour("answers at once without ringing", progress="none", ring_seconds=0.0),
    "004": Behaviour("answers late, after 5 s of ringback", ring_seconds=5.0),
    "005": Behaviour("answers and hangs up after 2 s", talk_seconds=2.0),
    "006": Behaviour("answers and hangs up after 5 s", talk_seconds=5.0),
    "007": Behaviour("rings with 180 and no early media, then answers", progress="ringing"),
    "008": Behaviour("answers and says nothing", voice="silence"),
    "009": Behaviour("rings until the caller gives up", ring_seconds=None),
    "010": Behaviour("slow network: 3 s of post-dial delay, then an ordinary customer", post_dial_delay_seconds=3.0),
    "403": replace(_REFUSED, name="barred", final_code=403),
    "404": replace(_REFUSED, name="unassigned number", final_code=404),
    "410": replace(_REFUSED, name="number gone", final_code=410),
    "480": Behaviour("no answer: rings 5 s, then 480", final_code=480, ring_seconds=5.0),
    "484": replace(_REFUSED, name="address incomplete", final_code=484),
    "486": replace(_REFUSED, name="busy", final_code=486),
    "500": replace(_REFUSED, name="network failure", final_code=500),
    "503": replace(_REFUSED, name="congestion", final_code=503),
    "603": Behaviour("declined after ringing", final_code=603, ring_seconds=0.5),
}
ORDINARY = Behaviour("ordinary customer: ringback, answer, talks until the caller hangs up")


def digits_of(number: str) -> str:
    return "".join(character for character in number if character.isdigit())


def behaviour_of(number: str) -> Behaviour:
    """Return what dialling a number leads to; unless tabled, ordinary with 50-150 ms of post-dial delay."""
    digits = digits_of(number)
    behaviour = BEHAVIOURS.get(digits[-3:], ORDINARY)
    if behaviour.post_dial_delay_seconds != ORDINARY.post_dial_delay_seconds:
        return behaviour
    chance = random.Random(zlib.crc32(digits[-8:].encode()))
    return replace(behaviour, post_dial_delay_seconds=chance.uniform(0.05, 0.15))


def tone_of(number: str) -> int:
    """Return the frequency in Hz that the party at a number speaks with.

    Only the last eight digits count, so that +86 138..., 0138... and 138... sound the same.
    """
    return CUSTOMER_TONES_HZ[zlib.crc32(digits_of(number)[-8:].encode()) % len(CUSTOMER_TONES_HZ)]


def describe() -> str:
    """Return the table as text, for --help."""
    rows = [f"  ...{digits}  {behaviour.name}" for digits, behaviour in BEHAVIOURS.items()]
    return "\n".join([*rows, f"  others  {ORDINARY.name}"])
