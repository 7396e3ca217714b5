"""How much risk one more call may have: moved after each customer who answered, so that abandonment meets the cap.

Dual control: the threshold is the price of an abandoned call.  What the windows still allow (their balance, in calls)
moves it at once; what keeps the balance where it should be is learnt, more slowly.
"""

import math

from callmodel.pacing.windows import DAY_SECONDS, SlidingCount, Standing, standing_of

FIRST_THRESHOLD = 0.02
LEAST_THRESHOLD, MOST_THRESHOLD = 0.0002, 0.5
"""Never zero: a pacer that stopped would see no outcome, and could not recover."""
_SETTLE_OUTCOMES, _SETTLE_SECONDS = 200.0, 600.0
_LEARN_SLOWER = 12.0
_AIM, _AIM_DEVIATIONS = 2.5, 0.8
_NEAR_SHARE, _RESERVE_SHARE = 0.5, 0.3
_HALF_HOUR = 1800.0
_HALF_HOUR_DEVIATIONS, _HALF_HOUR_NEAR = 1.8, 2.0
_LEAST_EASING = 0.02


class Threshold:
    """The threshold of one campaign, and the windows that it answers for: a day, and thirty days."""

    def __init__(self, cap: float) -> None:
        """Take the cap: abandoned calls over those that people answered."""
        self.cap = cap
        self._day = SlidingCount(DAY_SECONDS, 288)
        self._month = SlidingCount(30 * DAY_SECONDS, 720)
        self._recent = SlidingCount(_HALF_HOUR, 60)
        self._learnt = math.log(FIRST_THRESHOLD)
        self._began: float | None = None

    def count(self, at: float, answered: int, abandoned: int) -> None:
        """Count what was before: the windows know it, and nothing is learnt from it."""
        self._day.add(at, answered, abandoned)
        self._month.add(at, answered, abandoned)

    def move(self, at: float, *, abandoned: bool) -> None:
        """Learn one outcome of a call that a person answered."""
        if self._began is None:
            self._began = at
        for window in (self._day, self._month, self._recent):
            window.forget(at)
            window.add(at, 1, int(abandoned))
        # The slower control is damped by the quicker one.
        gain, aim = self._gain_and_aim()
        step = gain * self.cap * gain * (self._balance() - aim) / _LEARN_SLOWER
        self._learnt = min(max(self._learnt + step, math.log(LEAST_THRESHOLD)), math.log(MOST_THRESHOLD))

    def at(self, now: float, expected_in_half_an_hour: float) -> float:
        """Return the threshold; so many answers are expected in half an hour, as long as they aren't known yet."""
        for window in (self._day, self._month, self._recent):
            window.forget(now)
        gain, aim = self._gain_and_aim()
        balance = self._balance()
        value = math.exp(self._learnt + gain * min(balance - aim, 2 * aim))
        # Near the end of what is allowed, overall or in half an hour, only calls that are all but safe go out.
        value *= _easing(balance - self._reserve(aim), aim * _NEAR_SHARE)
        value *= _easing(self._left_in_half_hour(now, expected_in_half_an_hour), _HALF_HOUR_NEAR)
        return min(max(value, LEAST_THRESHOLD), MOST_THRESHOLD)

    def standings(self, now: float, confidence: float) -> tuple[Standing, Standing]:
        """Return how the day and the thirty days stand."""
        for window in (self._day, self._month):
            window.forget(now)
        return standing_of(self._day, self.cap, confidence), standing_of(self._month, self.cap, confidence)

    def _balance(self) -> float:
        """Return how many more calls could be abandoned now without a window over the cap."""
        return min(self.cap * each.answered - each.abandoned for each in (self._day, self._month))

    def _reserve(self, aim: float) -> float:
        """Return the balance that is kept for calls that ring already.

        A new campaign begins with a call that it has not earned, and pays it back over its first hundred answers.
        """
        earned = min(1.0, self.cap * self._month.answered / 3)
        return earned * _RESERVE_SHARE * aim - (1 - earned)

    def _left_in_half_hour(self, now: float, expected_answers: float) -> float:
        """Return how many more calls luck alone could have abandoned in this half hour at the cap."""
        known = 0.0 if self._began is None else min(1.0, (now - self._began) / _HALF_HOUR)
        expected = self.cap * (self._recent.answered + (1 - known) * expected_answers)
        return expected + _HALF_HOUR_DEVIATIONS * math.sqrt(expected) - self._recent.abandoned

    def _gain_and_aim(self) -> tuple[float, float]:
        # A balance settles over two hundred outcomes at least, and over minutes, as calls ring meanwhile.
        outcomes = max(_SETTLE_OUTCOMES, self._recent.answered * _SETTLE_SECONDS / _HALF_HOUR)
        gain = 1 / (self.cap * outcomes)
        return gain, _AIM + _AIM_DEVIATIONS / math.sqrt(2 * gain)


def _easing(left: float, over: float) -> float:
    return min(1.0, max(_LEAST_EASING, left / over))
