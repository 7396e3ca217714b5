"""What is measured of a leg's media while it lives."""

from dataclasses import dataclass

from callmodel.ids import LegId
from callmodel.voice.figures import LegVoice


@dataclass(frozen=True)
class EarlyMediaMeasured:
    """Whether the media that a leg's network sends before the answer brings packets: told when that changes."""

    leg_id: LegId
    sounds: bool
    at_ms: int


@dataclass(frozen=True)
class VoiceMeasured:
    """What a leg's voice came to so far: told when a direction dies or lives again, and at the leg's end."""

    leg_id: LegId
    voice: LegVoice
    at_ms: int
