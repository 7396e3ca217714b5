"""`trunkline import` cleans a file, tells what became of it, and leaves the refused rows behind."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from trunkline.cli import app

LIST = "name,mobile\nA,138-1234-5678\nB,12\nC,+86 139 1234 5678\nD,13612345678\nE,13812345678\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["import", *arguments], env={"COLUMNS": "160"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bought.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "no.txt").write_text("13912345678\n", encoding="utf-8")
    return tmp_path


def test_a_summary_refused_rows_and_dial_ready_numbers(folder: Path):
    ran = run("bought.csv", "--do-not-call", "no.txt", "--accepted", "ready.csv", "--json")

    assert ran.exit_code == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert (said["rows"], said["accepted"]) == (5, 2)
    assert said["refused"] == {"too-short": 1, "do-not-call": 1, "twice-in-file": 1}
    refused = (folder / said["refused_file"]).read_text(encoding="utf-8-sig").splitlines()
    assert refused[1:] == ["3,too-short,B,12", "4,do-not-call,C,'+86 139 1234 5678", "6,twice-in-file,E,13812345678"]
    ready = (folder / "ready.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in ready[1:]] == [
        ["+8613812345678", "2", "CN", "mobile"],
        ["+8613612345678", "5", "CN", "mobile"],
    ]


def test_a_template_names_columns_and_the_cells_to_keep(folder: Path):
    (folder / "seller.json").write_text('{"number": "mobile", "fields": {"who": "name"}}')

    ran = run("bought.csv", "--template", "seller.json", "--accepted", "ready.csv")

    assert "twice-in-file" in ran.stdout
    assert "bought.refused.csv" in ran.stdout
    assert (folder / "ready.csv").read_text(encoding="utf-8-sig").splitlines()[0].endswith(",carrier,who")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bought.csv", "--column", "phone"], "there is no column 'phone'"),
        (["bought.csv", "--column", "7"], "there is no column 7"),
        (["bought.csv", "--region", "XX"], "there is no region 'XX'"),
        (["bought.csv", "--block-line-type", "fax"], "there are no line types fax"),
        (["bought.csv", "--refused", "bought.csv"], "needs files of its own"),
        (["bought.csv", "--template", "no.txt"], "no.txt is no template"),
        (["bought.csv", "--encoding", "klingon"], "there is no encoding 'klingon'"),
    ],
)
def test_what_can_not_be_done_is_told_without_a_traceback(folder: Path, arguments: list[str], said: str):
    ran = run(*arguments)

    assert ran.exit_code == 2
    assert said in ran.stderr
    assert isinstance(ran.exception, SystemExit)
    assert (folder / "bought.csv").read_text() == LIST


def test_a_list_without_a_number_to_dial_ends_with_1(folder: Path):
    (folder / "bad.csv").write_text("mobile\n12\n")

    assert run("bad.csv").exit_code == 1
