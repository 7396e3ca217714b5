"""A number of ours rests by itself when it does worse than it did."""

from callmodel.campaigns.health import Ailment, Tally, ailment_of

BEFORE = Tally(attempts=2000, answered=500, short=50)


def test_a_number_that_is_answered_as_ever_goes_on():
    assert ailment_of(Tally(100, 25, 2), BEFORE) is None
    assert ailment_of(Tally(100, 18, 2), BEFORE) is None, "luck does as much"


def test_a_number_that_hardly_anybody_answers_any_more_rests():
    assert ailment_of(Tally(100, 5, 0), BEFORE) is Ailment.SELDOM_ANSWERED


def test_a_number_that_people_hang_up_on_at_once_rests():
    assert ailment_of(Tally(300, 80, 60), BEFORE) is Ailment.HUNG_UP_ON


def test_nothing_is_said_of_few_calls_or_of_a_new_number():
    assert ailment_of(Tally(40, 0, 0), BEFORE) is None
    assert ailment_of(Tally(100, 0, 0), Tally(150, 40, 0)) is None
    assert ailment_of(Tally(100, 0, 0), Tally(2000, 0, 0)) is None, "nobody ever answered it"
