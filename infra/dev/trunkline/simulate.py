"""`trunkline simulate`: what a predictive campaign would do in a shift, with the pacing that the product has."""

import math
import random
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from callmodel.pacing import Pacer
from callmodel.pacing.simulation import HALF_HOUR, Fate, Scenario, Shift, simulate
from trunkline.simulatechart import svg_of

BAR = 40
MORE_AGENTS = 2
TALK_SIGMA, WRAP_UP_SIGMA = 0.75, 0.5
ANSWER_SHAPE = 3.0
BUSY_SHARE = 0.2


@dataclass(frozen=True)
class Campaign:
    """A campaign's figures, as a manager knows them."""

    answer_rate: float
    machines: float
    talk: float
    wrap_up: float
    answer_after: float
    ring: float
    cap: float
    lines: float
    hours: float
    leads: int | None


def simulate_campaign(
    agents: Annotated[int, typer.Option(min=1, max=1000, help="Agents, over all sites.")] = 10,
    answer_rate: Annotated[
        float, typer.Option(min=1, max=95, help="Percent of calls that are answered, by people or machines.")
    ] = 25.0,
    machines: Annotated[float, typer.Option(min=0, max=95, help="Percent of answers that are machines.")] = 30.0,
    talk: Annotated[float, typer.Option(min=1, help="Mean talk, in seconds.")] = 120.0,
    wrap_up: Annotated[float, typer.Option(min=1, help="Mean wrap-up, in seconds.")] = 20.0,
    answer_after: Annotated[float, typer.Option(min=1, help="Seconds after which a person answers.")] = 10.0,
    ring: Annotated[float, typer.Option(min=5, max=60, help="Seconds that a call rings at most.")] = 25.0,
    cap: Annotated[float, typer.Option(min=0.1, max=50, help="Percent of answers that may be abandoned.")] = 3.0,
    lines: Annotated[float, typer.Option(min=1, help="Lines for each agent.")] = 3.0,
    hours: Annotated[float, typer.Option(min=0.5, max=24, help="How long the shift is.")] = 8.0,
    leads: Annotated[
        int | None, typer.Option(min=1, help="Calls that the list is good for; no end if not given.")
    ] = None,
    shifts: Annotated[int, typer.Option(min=1, max=50, help="Shifts to simulate, by other chance each.")] = 3,
    svg: Annotated[Path | None, typer.Option(help="Write a chart of the first shift here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Say what a predictive campaign would do in a shift: agents' use, abandoned calls, the list's end.

    And what two more agents would do.  Time is virtual, the pacing that of a real campaign, and each team gets the
    same calls.  Machines are taken to be recognised; docs/howto/plan-a-campaign.md says what else is assumed.

    Examples:

      trunkline simulate --agents 12 --answer-rate 18 --talk 95

      trunkline simulate --agents 30 --leads 20000 --svg shift.svg
    """
    campaign = Campaign(
        answer_rate / 100, machines / 100, talk, wrap_up, answer_after, ring, cap / 100, lines, hours, leads
    )
    teams = {team: shifts_of(campaign, team, shifts) for team in (agents, agents + MORE_AGENTS)}
    console = Console()
    if as_json:
        console.print_json(
            data={"campaign": asdict(campaign), "teams": [figures_of(each) for each in teams.values()]}
        )
    else:
        console.print(table_of(teams))
        console.print(bars_of(teams[agents][0]))
    if svg is not None:
        svg.write_text(svg_of(teams[agents][0], campaign.cap), encoding="utf-8")


def shifts_of(campaign: Campaign, agents: int, count: int) -> list[Shift]:
    """Return as many simulated shifts; each of the same number has the same calls, whatever the team."""
    scenario = Scenario(
        agents, lambda _: campaign.answer_rate, 3600 * campaign.hours, campaign.lines, leads=campaign.leads
    )
    return [simulate(scenario, Pacer(campaign.cap), fates_of(campaign, seed)) for seed in range(count)]


def fates_of(campaign: Campaign, seed: int) -> Iterator[Fate]:
    """Yield what becomes of each call in turn, without end."""
    chance = random.Random(seed)
    scale = max(campaign.answer_after - 1.0, 0.1) / ANSWER_SHAPE

    def lasting(mean: float, sigma: float) -> float:
        return chance.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)

    while True:
        yield Fate(
            luck=chance.random(),
            is_machine=chance.random() < campaign.machines,
            person_answers_after=min(1.0 + chance.gammavariate(ANSWER_SHAPE, scale), campaign.ring),
            machine_answers_after=campaign.ring * chance.uniform(0.6, 0.9),
            gives_up_after=chance.uniform(1.0, 5.0) if chance.random() < BUSY_SHARE else campaign.ring,
            talk=lasting(campaign.talk, TALK_SIGMA),
            wrap_up=lasting(campaign.wrap_up, WRAP_UP_SIGMA),
        )


def figures_of(shifts: list[Shift]) -> dict[str, float | int | None]:
    """Return a team's figures: means over its shifts, and the worst half hour of all."""
    ends = [shift.list_ended_at for shift in shifts if shift.list_ended_at is not None]
    return {
        "agents": shifts[0].scenario.agents,
        "productive": round(statistics.mean(shift.productive for shift in shifts), 4),
        "abandonment": round(statistics.mean(shift.abandonment for shift in shifts), 4),
        "worst_half_hour": round(max(shift.worst_half_hour for shift in shifts), 4),
        "calls": round(statistics.mean(shift.launched for shift in shifts)),
        "talks": round(statistics.mean(shift.answered - shift.abandoned for shift in shifts)),
        "list_ends_after_seconds": round(statistics.mean(ends)) if len(ends) == len(shifts) else None,
    }


def table_of(teams: dict[int, list[Shift]]) -> Table:
    """Return the figures as a table, a column for each team."""
    table = Table(title="A shift, simulated")
    table.add_column("")
    found = [figures_of(shifts) for shifts in teams.values()]
    for figures in found:
        table.add_column(f"{figures['agents']} agents", justify="right")
    rows = {
        "talk and wrap-up, of the shift's time": [f"{100 * (each['productive'] or 0):.1f} %" for each in found],
        "abandoned, of calls people answered": [f"{100 * (each['abandonment'] or 0):.2f} %" for each in found],
        "worst half hour": [f"{100 * (each['worst_half_hour'] or 0):.1f} %" for each in found],
        "calls launched": [f"{each['calls']:,}" for each in found],
        "talks": [f"{each['talks']:,}" for each in found],
        "the list ends after": [_clock(each["list_ends_after_seconds"]) for each in found],
    }
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def bars_of(shift: Shift) -> str:
    """Return the half hours of a shift as bars of productive time, with the abandoned calls beside."""
    lines = ["each half hour: productive time, and abandoned calls"]
    for number, half_hour in enumerate(shift.half_hours):
        share = half_hour.productive_seconds / (shift.scenario.agents * HALF_HOUR)
        bar = "█" * round(BAR * min(share, 1.0))
        lost = half_hour.abandoned / half_hour.answered if half_hour.answered else 0.0
        lines.append(f"  {_clock(number * HALF_HOUR)}  {bar:{BAR}}  {100 * share:5.1f} %   {100 * lost:4.1f} %")
    return "\n".join(lines)


def _clock(seconds: float | int | None) -> str:
    return "not in this shift" if seconds is None else f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02} h"
