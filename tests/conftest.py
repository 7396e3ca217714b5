"""What holds for all tests."""

from pathlib import Path

import pytest

ON_ENGINES = {"integration", "e2e"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test on real engines a second try, and say so at the end: the machine is shared, and packets race."""
    here = Path(__file__).parent
    for item in items:
        if ON_ENGINES & set(item.path.relative_to(here).parts[:1]):
            item.add_marker(pytest.mark.flaky(reruns=1))
