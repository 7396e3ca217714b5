"""Each problem that a screen may be told of has words in Chinese; in English the API's own are shown."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit.problems import Problem

TEXTS = Path(__file__).resolve().parents[2] / "tenants" / "console" / "src" / "i18n"
ROOMS = ("control_plane", "tenant_portal")
NOT_FOR_PEOPLE = {"bad-certificate-request", "certificate-revoked"}
"""What a branch gateway is told."""


def told() -> set[str]:
    for name in ROOMS:
        room = importlib.import_module(name)
        for module in pkgutil.walk_packages(room.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    # Tests have problems of their own.
    ours = [kind for kind in kinds(Problem) if kind.__module__.partition(".")[0] in (*ROOMS, "servicekit")]
    return {kind.error_id for kind in ours if isinstance(getattr(kind, "error_id", None), str)}


def kinds(of: type[Problem]) -> Iterator[type[Problem]]:
    yield of
    for each in of.__subclasses__():
        yield from kinds(each)


def words(*path: str) -> dict[str, str]:
    read: dict[str, dict[str, str]] = json.loads(TEXTS.joinpath(*path).read_text(encoding="utf-8"))
    return read.get("problems", read)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def chinese() -> set[str]:
    return words("zh-CN", "errors.json").keys() | words("problems", "zh-CN.json").keys()


def test_each_problem_has_words_in_chinese(chinese):
    assert sorted(told() - NOT_FOR_PEOPLE - chinese) == []


def test_no_words_are_left_of_a_problem_that_is_gone():
    assert sorted(words("problems", "zh-CN.json").keys() - told()) == []
