"""`trunkline simulate`: figures of a team and of a larger one, as a table, as JSON and as a chart."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from typer.testing import CliRunner

from trunkline.cli import app
from trunkline.simulate import Found, notes_of

SMALL = ["simulate", "--agents", "3", "--hours", "0.5", "--shifts", "1"]


def test_it_shows_the_team_and_two_more_agents():
    shown = CliRunner().invoke(app, [*SMALL, "--leads", "20"])

    assert shown.exit_code == 0, shown.output
    assert "3 agents" in shown.output and "5 agents" in shown.output
    assert "the list ends after" in shown.output
    assert "█" in shown.output


def test_json_has_every_figure():
    shown = CliRunner().invoke(app, [*SMALL, "--json"])

    small, large = json.loads(shown.output)["teams"]
    assert (small["agents"], large["agents"]) == (3, 5)
    assert 0 < small["productive"] < 1
    assert small["is_estimate"] and small["list_ends_after_seconds"] > 366 * 86_400


def test_the_chart_is_an_svg_with_a_bar_for_each_half_hour(tmp_path: Path):
    chart = tmp_path / "shift.svg"
    shown = CliRunner().invoke(
        app, ["simulate", "--agents", "3", "--hours", "1", "--shifts", "1", "--svg", str(chart)]
    )

    assert shown.exit_code == 0, shown.output
    bars = ET.parse(chart).getroot().findall(".//{http://www.w3.org/2000/svg}rect/{http://www.w3.org/2000/svg}title")
    assert len(bars) == 4, "of both teams"


def test_the_same_command_says_the_same():
    first, second = (CliRunner().invoke(app, [*SMALL, "--json"]).output for _ in range(2))

    assert first == second


def test_a_campaign_of_the_platform_needs_to_know_where_that_is():
    shown = CliRunner().invoke(app, ["simulate", "spring"], env={"TRUNKLINE_API_URL": "", "TRUNKLINE_TENANT": ""})

    assert shown.exit_code == 2 and "TRUNKLINE_API_URL" in shown.output


def test_what_was_learnt_is_said_by_where_it_is_from():
    sources = {"agents": "live", "talk_seconds": "history", "lines": "settings"}
    assumed = {"sources": sources, "agents": 12, "talk_seconds": 95.4, "lines": 30, "attempts_seen": 4_210}

    notes = notes_of(Found([], 0.03, assumed))
    assert notes == [
        "as it is now: agents 12",
        "from 4,210 attempts of the last thirty days: talk seconds 95.4",
        "from the settings: lines 30",
    ]
