"""Every try of a test has its time limit, and so have the end of a try and the second try.

pytest-timeout arms one timer a test and takes it back at the first failure, for whoever looks with a debugger
(`pytest_exception_interact`).  What comes after, the fixtures' ends and a second try, could wait for ever, and a run
without an end tells nobody which test it was.  So the timer is armed again for each try and each end.  Where that
does not help, as a task took the exception, the process says where it stands and ends; the other workers go on.
"""

import faulthandler
import os
import sys
from collections.abc import Generator

import pytest
from pytest_timeout import Settings

LAST_RESORT = 1.5
"""A try, or its end, that takes so many times the test's limit ends the process."""

_limits = pytest.StashKey[Settings]()


class TimeLimits:
    """A plugin of pytest."""

    def __init__(self) -> None:
        assert sys.__stderr__ is not None
        self._stderr = os.dup(sys.__stderr__.fileno())  # what pytest captures would end with the process

    @pytest.hookimpl(tryfirst=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Settings) -> None:
        item.stash[_limits] = settings

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None]:
        self._arm(item)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        self._arm_last_resort(item)  # what was armed first goes on: one limit for a try
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        self._arm(item)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def _arm(self, item: pytest.Item) -> None:
        if settings := item.stash.get(_limits, None):
            item.config.hook.pytest_timeout_cancel_timer(item=item)
            item.config.hook.pytest_timeout_set_timer(item=item, settings=settings)
            self._arm_last_resort(item)

    def _arm_last_resort(self, item: pytest.Item) -> None:
        if settings := item.stash.get(_limits, None):
            faulthandler.dump_traceback_later(settings.timeout * LAST_RESORT, exit=True, file=self._stderr)
