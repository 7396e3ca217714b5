"""What holds for all tests."""

from pathlib import Path
from typing import Any

import pytest

from tests.loopback import own_block
from tests.schedule import GroupScheduling

ON_ENGINES = {"integration", "e2e"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test on real engines a second try, and say so at the end: the machine is shared, and packets race."""
    here = Path(__file__).parent
    for item in items:
        if ON_ENGINES & set(item.path.relative_to(here).parts[:1]):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test alike in all workers, whatever their addresses are."""
    ours = own_block().address("")
    if isinstance(val, str) and ours in val:
        return val.replace(ours, "127.own.").encode("unicode_escape").decode()
    return None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)
