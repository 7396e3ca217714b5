"""The predictive pacer of one campaign over all its sites: facts and snapshots in, calls to launch out."""

from typing import Protocol

from callmodel.pacing.census import Census, census_of
from callmodel.pacing.forecast import Outlook, Risk, add_up
from callmodel.pacing.learning import Learning
from callmodel.pacing.outcomes import CustomerAbandoned, CustomerConnected, Fact, OutcomesCounted
from callmodel.pacing.snapshot import Snapshot
from callmodel.pacing.threshold import Threshold
from callmodel.pacing.windows import Standing

_MOST_LINES_AN_AGENT = 50
_BUSY_SHARE = 0.8


class Knowledge(Protocol):
    """What a forecast is made from; `Learning` in a campaign."""

    @property
    def doubt(self) -> float:
        """The variance of the answer rate, over its square."""
        ...

    def observe(self, fact: Fact) -> None:
        """Learn a fact."""
        ...

    def outlook(self, now: float, census: Census) -> Outlook:
        """Return the chances as they are known."""
        ...


class Pacer:
    """Launches calls while the next one's predicted abandonment stays under a threshold that keeps the cap.

    It has no clock, no chance and no I/O: the same facts and snapshots give the same calls.  Ask it every second or
    so, and tell it every fact in between.  Times are seconds of any clock that doesn't go back.
    """

    def __init__(
        self,
        cap: float = 0.03,
        *,
        grace_seconds: float = 2.0,
        answer_rate: float = 0.2,
        talk_seconds: float = 120.0,
        wrap_up_seconds: float = 20.0,
        knowledge: Knowledge | None = None,
        threshold: Threshold | None = None,
    ) -> None:
        """Take the cap, a share of the calls that people answer; and what to begin with until facts have told better.

        `answer_rate` is the share of launched calls that a person answers.  Raises ValueError for a cap that is no
        share, or times that are none.
        """
        if not 0.0 < cap < 1.0:
            raise ValueError("a cap is a share between 0 and 1")
        if min(talk_seconds, wrap_up_seconds) <= 0 or grace_seconds < 0:
            raise ValueError("talk and wrap-up take time, and a grace is not negative")
        self._knowledge = knowledge or Learning(answer_rate, talk_seconds, wrap_up_seconds, grace_seconds)
        self._threshold = threshold or Threshold(cap)
        self._contact_seconds = talk_seconds + wrap_up_seconds

    def observe(self, fact: Fact) -> None:
        """Learn a fact.  Each is told once."""
        match fact:
            case CustomerConnected(at):
                self._threshold.move(at, abandoned=False)
            case CustomerAbandoned(at):
                self._threshold.move(at, abandoned=True)
            case OutcomesCounted(at, answered, abandoned):
                self._threshold.count(at, answered, abandoned)
            case _:
                self._knowledge.observe(fact)

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        """Return how many calls to launch at once: 0 when closed, without agents, or with no channel free."""
        census = census_of(snapshot)
        agents = len(snapshot.agents)
        most = min(snapshot.channels_free, _MOST_LINES_AN_AGENT * agents - len(snapshot.ringing_seconds))
        if not snapshot.is_open or most <= 0:
            return 0
        outlook = self._knowledge.outlook(now, census)
        risk = Risk(
            outlook,
            add_up([(census.ringing, outlook.answered)]),
            add_up([(census.talking, outlook.free_after_talk), (census.wrapping, outlook.free_after_wrap_up)]),
            census.ready - snapshot.waiting,
            self._knowledge.doubt,
        )
        threshold = self._threshold.at(now, agents * _BUSY_SHARE * 1800.0 / self._contact_seconds)
        return _most_under(risk, threshold, most)

    def standings(self, now: float, confidence: float = 0.95) -> tuple[Standing, Standing]:
        """Return how the last 24 hours and the last 30 days stand against the cap, and how sure that is."""
        return self._threshold.standings(now, confidence)


def _most_under(risk: Risk, threshold: float, most: int) -> int:
    """Return how many calls go out before the next one's risk reaches the threshold: it grows with each."""
    if risk.of_one_more(0) >= threshold:
        return 0
    low, high = 1, 2
    while high <= most and risk.of_one_more(high - 1) < threshold:
        low, high = high, high * 2
    high = min(high, most + 1)
    # `low` calls are fine, and `high` are not, or more than there may be.
    while high - low > 1:
        middle = (low + high) // 2
        if risk.of_one_more(middle - 1) < threshold:
            low = middle
        else:
            high = middle
    return low
