"""What the settings of a queue may not say against each other."""

import pytest

from callmodel.ids import QueueId, TenantId
from callmodel.queues import Queue, Relaxation, SkillNeed
from control_plane.features.queues.soundness import faults_of


def a_queue(**settings) -> Queue:
    return Queue(TenantId("acme"), QueueId("sales"), **settings)


def test_a_queue_of_defaults_is_sound():
    assert faults_of(a_queue()) == []


def test_relaxations_in_order_of_time_are_sound():
    steps = (Relaxation(10, (SkillNeed("english", 3),)), Relaxation(20, (SkillNeed("english"),)), Relaxation(30))

    assert faults_of(a_queue(needs=(SkillNeed("english", 5),), relaxations=steps, longest_wait_seconds=31)) == []


TWICE = (SkillNeed("english", 5), SkillNeed("english", 2))


@pytest.mark.parametrize(
    "settings, where",
    [
        ({"needs": TWICE}, ["body.needs"]),
        ({"relaxations": (Relaxation(10, TWICE),)}, ["body.relaxations.0.needs"]),
        ({"relaxations": (Relaxation(20), Relaxation(20))}, ["body.relaxations.1.after_seconds"]),
        (
            {"relaxations": (Relaxation(30), Relaxation(10), Relaxation(20))},
            ["body.relaxations.1.after_seconds", "body.relaxations.2.after_seconds"],
        ),
        ({"relaxations": (Relaxation(60),), "longest_wait_seconds": 60}, ["body.relaxations.0.after_seconds"]),
        ({"last_agent_seconds": 60, "longest_wait_seconds": 60}, ["body.last_agent_seconds"]),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(settings: dict, where: list[str]):
    faults = faults_of(a_queue(**settings))

    assert [fault["where"] for fault in faults] == where
    assert all(len(fault["message"]) > 15 for fault in faults)
