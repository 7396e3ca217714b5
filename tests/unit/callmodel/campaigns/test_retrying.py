"""When a lead is called again."""

from dataclasses import replace

from callmodel.campaigns.document import Campaign, RetryRule
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.results import AttemptResult
from callmodel.campaigns.retrying import LONGEST_GAP_SECONDS, MOST_FAILURES, again
from tests.unit.callmodel.campaigns.campaign_stories import LEAD, campaign

T = 1_764_500_000_000
MINUTE = 60_000
BUSY, SILENT = AttemptResult.BUSY, AttemptResult.NO_ANSWER
RULES = campaign(
    retries=(RetryRule((BUSY,), 2, (60, 600)), RetryRule((SILENT, AttemptResult.MACHINE), 3, (3600,))),
)


def after_results(rules: Campaign, *results: AttemptResult) -> list[int | None]:
    """Return the seconds after each attempt at which the next one follows."""
    lead: Lead | None = LEAD
    gaps: list[int | None] = []
    for result in results:
        assert lead is not None
        found = again(rules, lead, result, T)
        gaps.append(None if found is None else (found.due_ms - T) // 1000)
        lead = found
    return gaps


def test_each_result_has_its_gaps_and_its_end():
    assert after_results(RULES, BUSY, BUSY, BUSY) == [60, 600, None]
    assert after_results(RULES, SILENT, AttemptResult.MACHINE, SILENT, SILENT) == [3600, 3600, 3600, None]
    assert after_results(RULES, BUSY, SILENT, BUSY) == [60, 3600, 600]


def test_who_was_reached_or_has_no_rule_is_not_called_again():
    for result in (AttemptResult.CONNECTED, AttemptResult.DEAD, AttemptResult.REJECTED, AttemptResult.HUNG_UP):
        assert again(RULES, LEAD, result, T) is None


def test_after_the_last_attempt_there_is_none():
    assert again(replace(RULES, most_attempts=2), replace(LEAD, attempts=1), BUSY, T) is None


def test_what_was_our_fault_counts_for_nobody_and_is_tried_more_and_more_seldom():
    gaps = after_results(RULES, *[AttemptResult.FAILED] * (MOST_FAILURES + 1))

    assert gaps[:4] == [10, 20, 40, 80] and gaps[-2:] == [LONGEST_GAP_SECONDS, None]
    found = again(RULES, LEAD, AttemptResult.FAILED, T)
    assert found is not None and found.attempts == 0
    assert after_results(RULES, AttemptResult.CANCELLED) == [1]


def test_a_rule_may_say_otherwise_of_our_faults():
    rules = campaign(retries=(RetryRule((AttemptResult.FAILED,), 1, (5,)),))

    assert after_results(rules, AttemptResult.FAILED, AttemptResult.FAILED) == [5, None]


def test_a_call_back_is_one_no_more_once_it_was_tried():
    found = again(RULES, replace(LEAD, call_back=True), BUSY, T)

    assert found is not None and not found.call_back and found.results == {"busy": 1}
