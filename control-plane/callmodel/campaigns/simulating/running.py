"""Runs a campaign in virtual time with teams of some sizes, and says what it would come to."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from callmodel.campaigns.document import WITHOUT_AGENTS, Campaign, CampaignKind
from callmodel.campaigns.launching import pacing_of
from callmodel.campaigns.simulating.assumptions import Assumptions, Chance, draws
from callmodel.campaigns.simulating.virtualleads import VirtualLeads
from callmodel.flows.calendars import Calendar
from callmodel.pacing.simulation import HALF_HOUR, Scenario, Shift, simulate_supply

DAY_SECONDS = 86_400.0
MORE_AGENTS = 2
ENDLESS_LINES = 1e6


@dataclass(frozen=True)
class HalfHourFigures:
    """A half hour in which agents were there.  productive, abandonment: shares of 1."""

    at_ms: int
    productive: float
    abandonment: float
    answered: int


@dataclass(frozen=True)
class TeamFigures:
    """What came of a campaign with a team: means over its shifts, the worst half hour of all, and one of them drawn.

    productive: talk and wrap-up over the agents' time, until the list ends.  abandonment: over the calls that people
    answered.  list_ends_after_seconds: None where no lead was done.  is_estimate: the list went on after what was
    simulated, and its end is as far as the leads done by then say.  simulated_seconds: of the shortest shift.
    """

    agents: int
    productive: float
    abandonment: float
    worst_half_hour: float
    calls: int
    talks: int
    leads_done: int
    simulated_seconds: float
    list_ends_after_seconds: float | None = None
    is_estimate: bool = False
    results: dict[str, int] = field(default_factory=dict)
    half_hours: tuple[HalfHourFigures, ...] = ()


@dataclass(frozen=True)
class Simulated:
    """One shift, and its leads."""

    shift: Shift
    leads: VirtualLeads
    assumed: Assumptions


def simulate_campaign(
    campaign: Campaign,
    assumed: Assumptions,
    chance: Chance,
    calendar: Calendar | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Simulated:
    """Return a shift of a campaign that the dialler paces.  The same chance brings the same shift.

    calendar: the team's own hours.  go_on: asked now and then; where it says no, the shift ends early.
    """
    needs_agents = campaign.kind not in WITHOUT_AGENTS
    lines = min(assumed.lines, campaign.pacing.most_lines)
    # A flow speaks with as many as there are lines.
    assumed = assumed if needs_agents else replace(assumed, agents=lines)
    drawn = draws(
        assumed, campaign.pacing.ring_seconds, tells_machines=campaign.pacing.machines.enabled, chance=chance
    )
    leads = VirtualLeads(campaign, assumed, drawn, calendar)
    predictive = campaign.kind is CampaignKind.PREDICTIVE
    scenario = Scenario(
        assumed.agents,
        lambda now: assumed.rate_in(leads.hour_of(now)),
        assumed.days * DAY_SECONDS,
        campaign.pacing.lines_per_agent if predictive else ENDLESS_LINES,
        lines,
        campaign.pacing.grace_seconds,
    )
    return Simulated(simulate_supply(scenario, pacing_of(campaign), leads, go_on), leads, assumed)


def figures_of(shifts: Sequence[Simulated]) -> TeamFigures:
    """Return the figures of a team's shifts."""
    ends = [_end_of(each) for each in shifts]
    known = [seconds for seconds, _ in ends if seconds is not None]
    first = shifts[0]
    return TeamFigures(
        agents=first.assumed.agents,
        productive=round(statistics.mean(each.shift.productive for each in shifts), 4),
        abandonment=round(statistics.mean(each.shift.abandonment for each in shifts), 4),
        worst_half_hour=round(max(each.shift.worst_half_hour for each in shifts), 4),
        calls=round(statistics.mean(each.shift.launched for each in shifts)),
        talks=round(statistics.mean(each.shift.answered - each.shift.abandoned for each in shifts)),
        leads_done=round(statistics.mean(each.leads.done for each in shifts)),
        simulated_seconds=min(each.shift.simulated_seconds for each in shifts),
        list_ends_after_seconds=round(statistics.mean(known)) if len(known) == len(shifts) else None,
        is_estimate=any(is_estimate for _, is_estimate in ends),
        results={result.value: count for result, count in sorted(first.leads.results.items(), key=_by_name)},
        half_hours=_half_hours(first),
    )


def _by_name(item: tuple[object, int]) -> str:
    return str(item[0])


def _end_of(simulated: Simulated) -> tuple[float | None, bool]:
    shift = simulated.shift
    if shift.list_ended_at is not None:
        return shift.list_ended_at, False
    done = simulated.leads.done
    return (shift.simulated_seconds * simulated.assumed.leads / done if done else None), True


def _half_hours(simulated: Simulated) -> tuple[HalfHourFigures, ...]:
    start_ms = simulated.assumed.start_ms
    return tuple(
        HalfHourFigures(
            start_ms + round(number * HALF_HOUR * 1000),
            round(min(each.productive_seconds / each.signed_in_seconds, 1.0), 4),
            round(each.abandoned / each.answered, 4) if each.answered else 0.0,
            each.answered,
        )
        for number, each in enumerate(simulated.shift.half_hours)
        if each.signed_in_seconds
    )
