"""How commands reach a room, and what is said where it is not installed."""

import importlib

import pytest
import typer

from trunkline.roomimport import import_room


@pytest.mark.parametrize(
    ("missing", "said"),
    [("simulators", "from a checkout of the sources only"), ("aiohttp", "pip install 'trunkline[all]'")],
)
def test_a_part_that_is_missing_is_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str, said: str
):
    def nothing_there(_module: str) -> None:
        raise ModuleNotFoundError(name=missing)

    monkeypatch.setattr(importlib, "import_module", nothing_there)

    with pytest.raises(typer.Exit) as ended:
        import_room("devstack.demo")

    assert ended.value.exit_code == 3 and said in capsys.readouterr().err
