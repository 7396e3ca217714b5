"""Figures of a leg's voice, as values: what a switch counted, and what a record keeps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """What the switch has counted of a leg's media so far.  Seen from the party: what it sent, what it was sent.

    sent, sent_lost, sent_jitter_ms: packets that came from it, packets missing among them, how unevenly they came.
    heard: packets that were sent to it.  heard_lost, heard_jitter_ms, round_trip_ms: what its own reports (RTCP) say,
    0 where it sends none.
    """

    sent: int = 0
    sent_lost: int = 0
    sent_jitter_ms: float = 0.0
    heard: int = 0
    heard_lost: int = 0
    heard_jitter_ms: float = 0.0
    round_trip_ms: float = 0.0


@dataclass(frozen=True)
class Stream:
    """One direction of a leg's voice.

    packets: how many came, or were sent.  lost: how many of them were missing at the other end.
    mos: how well it can be heard, 1 to 4.5 (ITU-T G.107); None where too few came to tell.
    dead_seconds: for how long nothing came though it should have.
    """

    packets: int
    lost: int = 0
    jitter_ms: float = 0.0
    mos: float | None = None
    dead_seconds: float = 0.0


@dataclass(frozen=True)
class LegVoice:
    """What a party sent and what it was sent, as the media node saw it.

    round_trip_ms: to the party and back, None where its phone sends no reports.
    pauses: it sends nothing while it is silent (RFC 3389), so that gaps mean nothing.
    dead_since_ms: since when nothing comes from it though it should; deaf_since_ms: since when it is sent nothing.
    """

    sent: Stream
    heard: Stream
    round_trip_ms: float | None = None
    pauses: bool = False
    dead_since_ms: int | None = None
    deaf_since_ms: int | None = None
