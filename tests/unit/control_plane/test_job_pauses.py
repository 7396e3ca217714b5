"""Pauses between tries grow, are never the same for two, and end at a minute; reasons keep secrets."""

from control_plane.jobs.job import pause_of
from control_plane.jobs.letters import reason_of


def test_pauses_double_with_jitter_up_to_a_minute():
    for tries in range(1, 7):
        pauses = {pause_of(tries) for _ in range(50)}
        assert 2 ** (tries - 1) / 2 <= min(pauses) < max(pauses) <= 2 ** (tries - 1)
    assert max(pause_of(30) for _ in range(50)) <= 60


def test_reason_names_the_error_and_its_place_and_no_secret():
    try:
        raise ValueError("no way to 13812345678 by redis://user:hunter2@host")
    except ValueError as error:
        reason, where = reason_of(error)

    assert reason == "ValueError: no way to 138****5678 by redis://user:****@host"
    assert where.startswith("test_job_pauses.py:")
