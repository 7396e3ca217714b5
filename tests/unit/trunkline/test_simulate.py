"""`trunkline simulate`: figures of a team and of a larger one, as a table, as JSON and as a chart."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from typer.testing import CliRunner

from trunkline.cli import app

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
    assert small["list_ends_after_seconds"] is None


def test_the_chart_is_an_svg_with_a_bar_for_each_half_hour(tmp_path: Path):
    chart = tmp_path / "shift.svg"
    shown = CliRunner().invoke(
        app, ["simulate", "--agents", "3", "--hours", "1", "--shifts", "1", "--svg", str(chart)]
    )

    assert shown.exit_code == 0, shown.output
    bars = ET.parse(chart).getroot().findall(".//{http://www.w3.org/2000/svg}rect/{http://www.w3.org/2000/svg}title")
    assert len(bars) == 2


def test_the_same_command_says_the_same():
    first, second = (CliRunner().invoke(app, [*SMALL, "--json"]).output for _ in range(2))

    assert first == second
