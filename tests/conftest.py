"""What holds for all tests."""

from typing import Any

import pytest

from tests.loopback import own_block
from tests.schedule import GroupScheduling
from tests.second_tries import second_try_of
from tests.time_limits import TimeLimits


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(TimeLimits())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give some tests a second try; who needed it is named at the end."""
    for item in items:
        if second_try_of(item.nodeid):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test alike in all workers, whatever their addresses are."""
    ours = own_block().address("")
    if isinstance(val, str) and ours in val:
        return val.replace(ours, "127.own.").encode("unicode_escape").decode()
    return None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)
