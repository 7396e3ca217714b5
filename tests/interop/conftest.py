"""The world of the end-to-end tests, and what came of each story: `make interop` writes it down."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import world
from tests.interop.results import Result, table
from trunkline.plan import REPOSITORY

__all__ = ["world"]

RESULTS = REPOSITORY / "var" / "interop.json"
HERE = Path(__file__).parent
_found: pytest.StashKey[list[Result]] = pytest.StashKey()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    row = getattr(item, "callspec", None)
    if row is not None and "story" in row.params and (report.when == "call" or report.failed):
        phone, site, transport = row.params["row"]
        why = "" if report.passed else str(call.excinfo.value if call.excinfo else report.longrepr)
        result = Result(phone.__name__, site, transport, row.params["story"], report.passed, report.duration, why)
        item.config.stash.setdefault(_found, []).append(result)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(_found, [])
    if not found:
        return
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([vars(result) for result in found], indent=1) + "\n")
    terminalreporter.write_line(table(found))
    terminalreporter.write_line(f"written to {RESULTS.relative_to(REPOSITORY)}")
