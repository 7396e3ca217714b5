"""What a pacer learns of its campaign: how calls are answered, and how long talk and wrap-up last."""

from callmodel.pacing import outcomes
from callmodel.pacing.census import Census
from callmodel.pacing.durations import LearntDuration
from callmodel.pacing.forecast import Outlook, outlook_of
from callmodel.pacing.ringing import LearntRinging

_REFRESH_SECONDS = 10.0


class Learning:
    """Facts and counts in, chances out."""

    def __init__(self, answer_rate: float, talk_seconds: float, wrap_up_seconds: float, grace_seconds: float) -> None:
        """Take what to begin with: the share of calls that a person answers, and mean times."""
        self._ringing = LearntRinging(min(max(answer_rate, 0.01), 0.95))
        self._talk = LearntDuration(talk_seconds)
        self._wrap_up = LearntDuration(wrap_up_seconds)
        self._grace_seconds = grace_seconds
        self._outlook: Outlook | None = None
        self._refreshed = 0.0

    @property
    def doubt(self) -> float:
        """The variance of the learnt answer rate, over its square."""
        return self._ringing.doubt

    def observe(self, fact: outcomes.Fact) -> None:
        """Learn a fact."""
        match fact:
            case outcomes.CallAnswered(at, rang_seconds, by_person):
                self._ringing.end(at, rang_seconds, by_person=by_person)
            case outcomes.CallUnanswered(at, rang_seconds):
                self._ringing.end(at, rang_seconds, by_person=False)
            case outcomes.TalkEnded(_, talked_seconds):
                self._talk.end(talked_seconds)
            case outcomes.WrapUpEnded(_, wrapped_seconds):
                self._wrap_up.end(wrapped_seconds)

    def outlook(self, now: float, census: Census) -> Outlook:
        """Return the chances as they are known now, or were a few seconds ago."""
        if self._outlook is None or now - self._refreshed >= _REFRESH_SECONDS:
            self._outlook = outlook_of(
                self._ringing.curve(census.ringing),
                self._talk.survival(census.talking),
                self._wrap_up.survival(census.wrapping),
                self._grace_seconds,
            )
            self._refreshed = now
        return self._outlook
