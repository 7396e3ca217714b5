"""When a lead is called again: by the campaign's rule for how the last attempt ended."""

from dataclasses import replace

from callmodel.campaigns.document import Campaign, RetryRule
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.results import AttemptResult

OURS = frozenset({AttemptResult.FAILED, AttemptResult.CANCELLED})
"""Results that are nobody's attempt: the customer's phone did not ring."""
FIRST_GAP_SECONDS, LONGEST_GAP_SECONDS = 10, 3600
MOST_FAILURES = 12
"""Of ours in a row of one lead, where no rule says otherwise: then it is let go."""
FIRST_PRIORITY = 10


def counts(result: AttemptResult) -> bool:
    """Say whether an attempt counts: for the lead, and for how often people may be called."""
    return result not in OURS


def after(lead: Lead, result: AttemptResult, at_ms: int) -> Lead:
    """Return a lead with one attempt more."""
    made = replace(lead, results={**lead.results, result.value: lead.results.get(result.value, 0) + 1})
    return replace(made, attempts=lead.attempts + counts(result), due_ms=at_ms, call_back=False)


def again(campaign: Campaign, lead: Lead, result: AttemptResult, at_ms: int) -> Lead | None:
    """Return the lead as it is called again, with its `due_ms`, None where it is not.

    lead: as it was called.  Who is due again goes before those whom nobody has called yet: they are promised a time,
    and a long list would put them off to its end.
    """
    made = replace(after(lead, result, at_ms), priority=FIRST_PRIORITY)
    if made.attempts >= campaign.most_attempts:
        return None
    rule = next((each for each in campaign.retries if result in each.after), None)
    if rule is None:
        return _after_ours(made, result, at_ms) if result in OURS else None
    had = sum(made.results.get(each.value, 0) for each in rule.after)
    return None if had > rule.times else replace(made, due_ms=at_ms + _gap_seconds(rule, had) * 1000)


def _gap_seconds(rule: RetryRule, had: int) -> int:
    return rule.gap_seconds[min(had, len(rule.gap_seconds)) - 1] if rule.gap_seconds else 0


def _after_ours(made: Lead, result: AttemptResult, at_ms: int) -> Lead | None:
    """Try again soon, then more and more seldom: a carrier that is down for an hour is not asked every second."""
    had = sum(made.results.get(each.value, 0) for each in OURS)
    if had > MOST_FAILURES:
        return None
    seconds = 1 if result is AttemptResult.CANCELLED and had == 1 else FIRST_GAP_SECONDS * 2 ** (had - 1)
    return replace(made, due_ms=at_ms + min(seconds, LONGEST_GAP_SECONDS) * 1000)
