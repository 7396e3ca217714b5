"""`trunkline flow`: problems and exit codes, a call in the terminal, and the picture."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trunkline.flowcli import app

EXAMPLE = Path(__file__).parents[3] / "docs" / "flows" / "hotline.json"
CALENDAR = {"calendar_id": "office", "time_zone": "Europe/Berlin", "hours": {"mon": ["09:00-17:00"]}}


def flow(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=said)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    document = json.loads(EXAMPLE.read_text())
    document["nodes"]["welcome"]["keys"]["1"] = "nowhere"
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(document))
    return file


def test_flow_that_is_well_is_told_so():
    checked = flow("check", str(EXAMPLE))

    assert (checked.exit_code, checked.stdout) == (0, "hotline, version 1: 19 nodes, nothing wrong with them\n")


def test_problems_are_a_line_each_and_an_exit_code(broken):
    checked = flow("check", str(broken))

    assert checked.exit_code == 1
    lines = checked.stderr.splitlines()
    assert "welcome: keys: `nowhere` is no node" in lines
    assert lines[-1] == f"{len(lines) - 1} problems"


def test_flow_is_read_from_standard_input():
    assert flow("check", "-", said=EXAMPLE.read_text()).exit_code == 0
    assert flow("check", "-", said="{}").stderr.splitlines()[0] == "nodes: a flow has nodes, by name"


def test_what_is_not_there_is_named_with_known(tmp_path):
    known = tmp_path / "known.json"
    known.write_text('{"queues": ["sales"], "audio": {}}')

    checked = flow("check", str(EXAMPLE), "--known", str(known))

    assert checked.exit_code == 1
    assert "vip: queues[0]: there is no queue `vip`" in checked.stderr


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"\xff\xfe", "no text in UTF-8"), (b"[1", "Expecting")]
)
def test_file_that_is_none_is_told_without_a_traceback(tmp_path, content, said):
    file = tmp_path / "some.json"
    if content is not None:
        file.write_bytes(content)

    arguments = ("check", str(file)) if content != b"[1" else ("check", str(EXAMPLE), "--known", str(file))
    checked = flow(*arguments)

    assert checked.exit_code == 2
    assert said in checked.stderr
    assert isinstance(checked.exception, SystemExit)


def test_script_walks_through_the_flow():
    walked = flow("simulate", str(EXAMPLE), "--keys", "1,12345#,-", "--answer", "state=on its way")

    assert walked.exit_code == 0
    lines = walked.stdout.splitlines()
    assert '00:11 [tell order]  says (en): "is on its way."' in lines
    assert lines[-1].endswith("self-served (success)")


def test_person_at_the_terminal_walks_through_the_flow():
    walked = flow("simulate", str(EXAMPLE), said="2\nanswered\nagent\n5\n")

    assert "rings 1000 for 20 s" in walked.stdout
    assert walked.stdout.splitlines()[-1].endswith("completed (success)")


def test_who_leaves_the_terminal_hangs_up():
    assert flow("simulate", str(EXAMPLE), said="").stdout.splitlines()[-1].endswith("abandoned (client)")


def test_time_and_calendar_decide(tmp_path):
    file = tmp_path / "calendars.json"
    file.write_text(json.dumps([CALENDAR]))
    known = ("--calendars", str(file), "--calendar", "office")

    opened = flow("simulate", str(EXAMPLE), "--at", "2026-09-21T10:00+02:00", "--keys", "hang", *known)
    closed = flow("simulate", str(EXAMPLE), "--at", "2026-09-21T18:00+02:00", "--keys", "hang", *known)

    assert "Welcome to Acme" in opened.stdout
    assert "We are closed now." in closed.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--at", "noon"), "--at noon: this is no time"),
        (("--answer", "tier"), "--answer tier: this is no NAME=VALUE"),
        (("--calendar", "office"), "none of --calendars has that id"),
    ],
)
def test_wrong_options_are_told(arguments, said):
    walked = flow("simulate", str(EXAMPLE), *arguments)

    assert walked.exit_code == 2
    assert said in walked.stderr


def test_wrong_calendar_is_told(tmp_path):
    file = tmp_path / "calendars.json"
    file.write_text(json.dumps([{**CALENDAR, "time_zone": "Mars/Olympus"}]))

    walked = flow("simulate", str(EXAMPLE), "--calendars", str(file))

    assert walked.exit_code == 1
    assert "office: time_zone: `Mars/Olympus` is no time zone" in walked.stderr


def test_broken_flow_is_not_walked_but_drawn(broken):
    assert flow("simulate", str(broken)).exit_code == 1

    picture = flow("draw", str(broken))
    assert picture.exit_code == 0
    assert '-->|"1"| lost' in picture.stdout


def test_picture_may_be_a_page(tmp_path):
    page = tmp_path / "hotline.md"

    assert flow("draw", str(EXAMPLE), "--out", str(page)).exit_code == 0
    assert page.read_text().startswith("# The hotline of a shop\n\n```mermaid\nflowchart TD\n")


def test_schema_is_printed():
    assert json.loads(flow("schema").stdout)["title"] == "A flow of Trunkline"
