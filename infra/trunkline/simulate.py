"""`trunkline simulate`: what a campaign would come to in virtual time, with the pacing and rules of the product."""

import asyncio
import json
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from callmodel.campaigns.document import CallingHours, Campaign, CampaignKind, MachineDetection, PacingSettings
from callmodel.campaigns.simulating.assumptions import Assumptions
from callmodel.campaigns.simulating.running import TeamFigures, figures_of, simulate_campaign
from callmodel.codec import from_wire, to_wire
from callmodel.flows.calendars import WEEKDAYS
from callmodel.ids import CampaignId, TenantId
from trunkline.simulatechart import svg_of

BAR = 40
HOUR, DAY_HOURS = 3600, 24
ENDLESS = 100_000_000
MORE_AGENTS = 2
REFUSED, NO_API = 1, 2


@dataclass
class Asked:
    """The options, by the names that the API has for them; None: not given."""

    agents: int | None
    answer_rate: float | None
    machines: float | None
    talk_seconds: float | None
    wrap_up_seconds: float | None
    answer_seconds: float | None
    lines: int | None
    leads: int | None
    days: float | None
    more_agents: int = MORE_AGENTS
    seed: int = 1

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass
class Found:
    """What was simulated.  assumed: as the API or the options say, with where each is from."""

    teams: list[TeamFigures]
    cap: float
    assumed: dict[str, Any] = field(default_factory=dict)
    cut_short: bool = False


def simulate(
    campaign: Annotated[
        str | None,
        typer.Argument(metavar="[CAMPAIGN]", help="A campaign's id: the platform knows its rules and its history."),
    ] = None,
    agents: Annotated[int | None, typer.Option(min=1, max=1000, help="Agents, over all sites.")] = None,
    more_agents: Annotated[
        int, typer.Option(min=1, max=100, help="The second column has so many more.")
    ] = MORE_AGENTS,
    answer_rate: Annotated[
        float | None, typer.Option(min=1, max=95, help="Percent of calls answered, by people or machines.")
    ] = None,
    machines: Annotated[
        float | None, typer.Option(min=0, max=95, help="Percent of answers that are machines.")
    ] = None,
    talk: Annotated[float | None, typer.Option(min=1, help="Mean talk, in seconds.")] = None,
    wrap_up: Annotated[float | None, typer.Option(min=1, help="Mean wrap-up, in seconds.")] = None,
    answer_after: Annotated[float | None, typer.Option(min=1, help="Seconds after which a person answers.")] = None,
    lines: Annotated[
        int | None, typer.Option(min=1, help="Lines of the campaign; without CAMPAIGN three for each agent.")
    ] = None,
    hours: Annotated[float | None, typer.Option(min=0.5, max=336, help="How far to look, in hours.")] = None,
    leads: Annotated[int | None, typer.Option(min=1, help="How many are to be called.")] = None,
    ring: Annotated[float, typer.Option(min=5, max=60, help="Seconds that a call rings. [without CAMPAIGN]")] = 25.0,
    cap: Annotated[float, typer.Option(min=0.1, max=49, help="Percent abandoned at most. [without CAMPAIGN]")] = 3.0,
    shifts: Annotated[int, typer.Option(min=1, max=50, help="Shifts, by other chance each. [without CAMPAIGN]")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Another number brings other chance.")] = 1,
    tenant: Annotated[str, typer.Option(envvar="TRUNKLINE_TENANT", help="Whose campaign it is.")] = "",
    api: Annotated[str, typer.Option(envvar="TRUNKLINE_API_URL", help="Where the API is.")] = "",
    user: Annotated[str, typer.Option(envvar="TRUNKLINE_API_USER", help="Who asks.")] = "admin",
    password: Annotated[
        str, typer.Option(envvar="TRUNKLINE_API_PASSWORD", help="Of that user; better not given as an option.")
    ] = "",
    svg: Annotated[Path | None, typer.Option(help="Write a chart of a shift here, both teams.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Say what a campaign would come to: agents' use, abandoned calls, the list's end; and with two more agents.

    Time is virtual; the pacing, claims, calling hours, caps and retry rules are those that the dialler goes by. Both
    teams get the same calls, so what differs is the team.

    With CAMPAIGN the platform is asked. Its rules are the campaign's own; what you do not give is learnt: agents from
    who is signed in, the answer rate of each hour, machines and times from the calls of the last thirty days, lines
    from the trunks, leads from the lists. The last lines say what was taken from where.

    Without CAMPAIGN nothing is asked of anybody: a predictive campaign that is always open, calls each lead once, and
    has 10 agents, 25 percent answered (30 of them machines), 120 s of talk and 20 s of wrap-up, unless you say so.

    How to read it: productive is talk and wrap-up over the agents' time. A small team can not be busy all the time
    under a cap of 3 percent: about 82 percent with ten agents, 91 with thirty, 96 with a hundred. If two more agents
    raise talks by less than they are of the team, lines or the list are what is short.

    Examples:

      trunkline simulate --agents 12 --answer-rate 18 --talk 95

      trunkline simulate --agents 30 --leads 20000 --svg shift.svg

      export TRUNKLINE_API_URL=http://127.77.12.1:8080 TRUNKLINE_TENANT=acme TRUNKLINE_API_PASSWORD=...

      trunkline simulate spring

      trunkline simulate spring --agents 20 --hours 72 --json | jq '.teams[].list_ends_after_seconds'
    """
    asked = Asked(
        agents, _share(answer_rate), _share(machines), talk, wrap_up, answer_after, lines, leads,
        None if hours is None else hours / DAY_HOURS, more_agents, seed,
    )  # fmt: skip
    if campaign is None:
        found = _alone(asked, ring, cap / 100, shifts)
    else:
        found = _of_platform(asked, api, tenant, user, password, campaign)
    console = Console()
    if as_json:
        told = {"assumed": found.assumed, "teams": [to_wire(each) for each in found.teams]}
        sys.stdout.write(json.dumps(told | {"cut_short": found.cut_short}, indent=2) + "\n")
    else:
        console.print(table_of(found.teams))
        console.print(bars_of(found.teams[0]))
        console.print("\n".join(notes_of(found)), highlight=False)
    if svg is not None:
        svg.write_text(svg_of(found.teams, found.cap), encoding="utf-8")


def _alone(asked: Asked, ring: float, cap: float, shifts: int) -> Found:
    """Simulate a campaign of which nothing is known but the options."""
    agents = asked.agents or 10
    campaign = Campaign(
        TenantId("any"),
        CampaignId("any"),
        CampaignKind.PREDICTIVE,
        hours=CallingHours({day: ("00:00-24:00",) for day in WEEKDAYS}),
        pacing=PacingSettings(cap=cap, ring_seconds=round(ring), machines=MachineDetection(enabled=True)),
    )
    known = {name: value for name, value in asked.given().items() if name not in ("more_agents", "seed")}
    known |= {"agents": agents, "leads": asked.leads or ENDLESS, "days": asked.days or 8 / DAY_HOURS, "start_ms": 0}
    assumed = Assumptions(**known)
    teams = []
    for size in (agents, agents + asked.more_agents):
        document = to_wire(assumed) | {"agents": size, "lines": asked.lines or 3 * size}
        team = from_wire(Assumptions, document)
        teams.append(
            figures_of(
                [simulate_campaign(campaign, team, random.Random(asked.seed + number)) for number in range(shifts)]
            )
        )
    return Found(teams, cap, to_wire(assumed))


def _of_platform(asked: Asked, api: str, tenant: str, user: str, password: str, campaign: str) -> Found:
    """Ask the platform; ends with a reason where it can not say."""
    from trunkline.apiclient import Api, ApiError

    if not api or not tenant:
        typer.echo(
            "trunkline: for a campaign give --api and --tenant (TRUNKLINE_API_URL, TRUNKLINE_TENANT)", err=True
        )
        raise typer.Exit(NO_API)
    place = f"/tenants/{tenant}/campaigns/{campaign}"

    async def ask() -> tuple[dict[str, Any], dict[str, Any]]:
        async with Api(api.rstrip("/"), user, password) as client:
            return await client.get(place), await client.post(f"{place}/what-if", asked.given())

    try:
        settings, told = asyncio.run(ask())
    except ApiError as error:
        typer.echo(f"trunkline: {error}", err=True)
        raise typer.Exit(REFUSED) from None
    except (OSError, TimeoutError) as error:
        typer.echo(f"trunkline: the API at {api} does not answer: {error or type(error).__name__}", err=True)
        raise typer.Exit(NO_API) from None
    teams = [from_wire(TeamFigures, each) for each in told["teams"]]
    return Found(teams, float(settings["pacing"]["cap"]), told["assumed"], bool(told["cut_short"]))


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def table_of(teams: list[TeamFigures]) -> Table:
    """Return the figures as a table, a column for each team."""
    table = Table(title="A campaign, simulated")
    table.add_column("")
    for team in teams:
        table.add_column(f"{team.agents} agents", justify="right")
    rows = {
        "talk and wrap-up, of the agents' time": [f"{100 * team.productive:.1f} %" for team in teams],
        "abandoned, of calls people answered": [f"{100 * team.abandonment:.2f} %" for team in teams],
        "worst half hour": [f"{100 * team.worst_half_hour:.1f} %" for team in teams],
        "calls launched": [f"{team.calls:,}" for team in teams],
        "talks": [f"{team.talks:,}" for team in teams],
        "leads done with": [f"{team.leads_done:,}" for team in teams],
        "the list ends after": [_end(team) for team in teams],
    }
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def bars_of(team: TeamFigures) -> str:
    """Return the half hours in which agents were there as bars of productive time, abandoned calls beside."""
    lines = [f"{team.agents} agents, each half hour: productive time, and abandoned calls"]
    for each in team.half_hours:
        bar = "█" * round(BAR * each.productive)
        clock = _clock((each.at_ms - team.half_hours[0].at_ms) / 1000)
        lines.append(f"  {clock:>9}  {bar:{BAR}}  {100 * each.productive:5.1f} %   {100 * each.abandonment:4.1f} %")
    return "\n".join(lines)


def notes_of(found: Found) -> list[str]:
    """Return what was assumed, by where it is from, and what was cut short."""
    by_source: dict[str, list[str]] = {}
    for name, source in found.assumed.get("sources", {}).items():
        value = found.assumed[name]
        said = f"{value:.3g}" if isinstance(value, float) else f"{value:,}"
        by_source.setdefault(source, []).append(f"{name.replace('_', ' ')} {said}")
    words = {
        "given": "given",
        "history": f"from {found.assumed.get('attempts_seen', 0):,} attempts of the last thirty days",
        "live": "as it is now",
        "settings": "from the settings",
        "usual": "nothing is known: taken as usual",
    }
    lines = [f"{words[source]}: {', '.join(names)}" for source, names in by_source.items()]
    if found.cut_short:
        hours = min(team.simulated_seconds for team in found.teams) / HOUR
        lines.append(f"only the first {hours:.1f} hours were simulated: there was no more time to compute")
    return lines


def _end(team: TeamFigures) -> str:
    seconds = team.list_ends_after_seconds
    if seconds is None or seconds > 366 * DAY_HOURS * HOUR:
        return "not in a year"
    return f"about {_clock(seconds)}" if team.is_estimate else _clock(seconds)


def _clock(seconds: float) -> str:
    days, rest = divmod(int(seconds), DAY_HOURS * HOUR)
    clock = f"{rest // HOUR}:{rest // 60 % 60:02} h"
    return f"{days} d {clock}" if days else clock
