"""Second tries are for what is named with a reason, and what is named exists."""

from pathlib import Path

from tests.second_tries import SECOND_TRIES, second_try_of

REPOSITORY = Path(__file__).parents[3]


def test_every_place_exists_and_has_a_reason():
    assert [place for place in SECOND_TRIES if not (REPOSITORY / place).exists()] == []
    assert all(SECOND_TRIES.values())


def test_pure_tests_and_those_of_the_api_have_one_try():
    assert second_try_of("tests/unit/callmodel/test_call_stories.py::test_x") is None
    assert second_try_of("tests/integration/control_plane/api/test_api_pages.py::test_x") is None
    assert second_try_of("tests/e2e/test_limits.py::test_x") is not None
