"""The rules of matching hold under any events: tried by hypothesis on the model in memory."""

from hypothesis import HealthCheck, settings

from tests.floor_machine import FloorMachine

TestMatching = FloorMachine.TestCase
TestMatching.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
