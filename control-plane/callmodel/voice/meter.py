"""Follows a leg's media from reading to reading: sums, gaps, and the moment in which a direction is dead.

Without a clock: whoever reads says when.  A reading a second is meant, and every other second of a voice that flows.
"""

from callmodel.voice.figures import LegVoice, Reading, Stream
from callmodel.voice.mos import G711, G711_CONCEALED, Codec, burst_ratio_of, mos_of, rating

DEAD_MS = 3_000
"""For how long nothing may come of a voice that is due."""
PACKET_MS = 20
CLEAR_PACKETS = 50
"""A second of voice: of less nobody can say how well it was heard."""
FULL_SHARE = 0.6
"""Of its usual packets a second: a stream that brings less, and loses none, has paused in it."""
PAUSES = 2
"""So often a stream has paused and gone on before it counts as one that pauses."""
MOST_LOST_A_SECOND = 200
"""More is a stream that began anew with other numbers (RFC 3550, appendix A.1), not loss."""
_SPAN_MS = 500


class Direction:
    """One direction's counts, and whether it is dead.

    codec: how whoever hears it bears lost packets.
    """

    def __init__(self, codec: Codec, dead_seconds: float = 0.0) -> None:
        self._codec = codec
        self.packets = self.lost = 0
        self.jitter_ms = 0.0
        self.pauses = False
        self.dead_since_ms: int | None = None
        self.fresh = 0
        """Packets since the reading before."""
        self.count = self._count_lost = 0
        self._at_ms: int | None = None
        self._last_came_ms: int | None = None
        self._due_since_ms: int | None = None
        self._dead_ms = round(dead_seconds * 1000)
        self._most = 0.0
        self._thin = False
        self._gaps = 0
        self._samples = self._squares = 0

    def take(self, count: int, lost: int, jitter_ms: float, at_ms: int, *, due: bool) -> None:
        """Take what was counted up to now; due: whether packets should come."""
        span_ms = at_ms - self._at_ms if self._at_ms is not None else None
        self.fresh = count - self.count if count >= self.count else count
        missing = self._missing(lost, span_ms)
        self.count, self._count_lost = count, lost
        self.packets += self.fresh
        self.lost += missing
        if self.fresh:
            self.jitter_ms = jitter_ms
        if span_ms is not None and span_ms >= _SPAN_MS:
            self._samples += 1
            self._squares += missing * missing
            self._learn(span_ms, missing)
        self._judge(at_ms, due=due)
        self._at_ms = at_ms

    @property
    def flows(self) -> bool:
        """Whether as many packets have come since the reading before as ever do."""
        return self.fresh > 0 and not self._thin

    def quiet_ms(self, at_ms: int) -> int:
        """Return for how long nothing has come though it was due."""
        if self._due_since_ms is None:
            return 0
        return at_ms - max(self._due_since_ms, self._last_came_ms or 0)

    def stream(self, delay_ms: float) -> Stream:
        """Return what it came to; delay_ms: one way, mouth to ear."""
        due = self.packets + self.lost
        mos = None
        if self.packets >= CLEAR_PACKETS:
            burst = burst_ratio_of(self.lost, due, self._squares, self._samples)
            mos = round(mos_of(rating(self._codec, 100.0 * self.lost / due, burst, delay_ms)), 2)
        return Stream(self.packets, self.lost, round(self.jitter_ms, 1), mos, round(self._dead_ms / 1000, 1))

    def _missing(self, lost: int, span_ms: int | None) -> int:
        missing = lost - self._count_lost
        most = MOST_LOST_A_SECOND * max(span_ms or 60_000, 1_000) // 1_000
        return missing if 0 < missing <= most else 0

    def _learn(self, span_ms: int, missing: int) -> None:
        """Notice a stream that goes on after it brought less than it does, or nothing, and lost nothing."""
        rate = self.fresh / span_ms
        expected = self._most * span_ms
        thin = expected > 0 and self.fresh < FULL_SHARE * expected and missing < (expected - self.fresh) / 2
        if self._thin and not thin and self.fresh:
            self._gaps += 1
            self.pauses = self.pauses or self._gaps >= PAUSES
        self._thin = thin
        self._most = max(self._most, rate)

    def _judge(self, at_ms: int, *, due: bool) -> None:
        if due and self._due_since_ms is None:
            self._due_since_ms = at_ms
        if self.fresh or not due:
            if self.fresh:
                self._last_came_ms = self._came_last(at_ms)
            if not due:
                self._due_since_ms = None
            self.dead_since_ms = None
            return
        if self.dead_since_ms is not None:
            self._dead_ms += at_ms - (self._at_ms or at_ms)
        elif self.quiet_ms(at_ms) >= DEAD_MS and not (self.pauses and self.packets):
            # Who pauses is dead only where nothing ever came.
            self.dead_since_ms = at_ms - self.quiet_ms(at_ms)
            self._dead_ms += at_ms - self.dead_since_ms

    def _came_last(self, at_ms: int) -> int:
        """Return when the last packet came, at the latest: what ceased has brought fewer than it does."""
        if self._at_ms is None or not self._most:
            return at_ms
        return min(at_ms, self._at_ms + round(self.fresh / self._most))


class Meter:
    """One leg's voice, both directions.

    known: what was told of it before, by a conductor that is gone: its dead seconds go on.
    """

    def __init__(self, known: LegVoice | None = None) -> None:
        # What comes here is mixed as it is; whoever is sent it has a phone that fills holes.
        self.sent = Direction(G711, known.sent.dead_seconds if known else 0.0)
        self.heard = Direction(G711_CONCEALED, known.heard.dead_seconds if known else 0.0)
        self.sent.pauses = known.pauses if known else False
        self.asked = False
        self._due = self._hears = False
        """Whether it was asked what the party has said of pauses."""
        self._round_trip_ms = 0.0

    def take(self, reading: Reading, at_ms: int, *, due: bool, hears: bool) -> None:
        """Take a reading.  due: its party should be heard.  hears: somebody speaks to it."""
        self._due, self._hears = due, hears
        self._round_trip_ms = reading.round_trip_ms or self._round_trip_ms
        self.sent.take(reading.sent, reading.sent_lost, reading.sent_jitter_ms, at_ms, due=due)
        self.heard.take(reading.heard, reading.heard_lost, reading.heard_jitter_ms, at_ms, due=hears)

    def end(self, reading: Reading, at_ms: int) -> None:
        """Take the last reading: what was due up to now still is."""
        self.take(reading, at_ms, due=self._due, hears=self._hears)

    def voice(self) -> LegVoice:
        """Return what it came to so far."""
        one_way_ms = self._round_trip_ms / 2
        return LegVoice(
            self.sent.stream(one_way_ms + PACKET_MS),
            self.heard.stream(one_way_ms + PACKET_MS + 2 * self.heard.jitter_ms),
            round(self._round_trip_ms, 1) or None,
            self.sent.pauses,
            self.sent.dead_since_ms,
            self.heard.dead_since_ms,
        )
