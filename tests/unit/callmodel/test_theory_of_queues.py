"""The rules of matching in virtual time, against the theory of queues; `make bench` does it with 10^6 calls."""

from statistics import fmean

import pytest

from tests.queueing import Estimate, Figures, VirtualCentre, erlang_a, erlang_c, names


def inside(measured: dict[str, Estimate], theory: Figures) -> dict[str, float]:
    """Return what lies outside its 95 % interval, with how far."""
    distances = {name: estimate.distance(getattr(theory, name)) for name, estimate in measured.items()}
    return {name: distance for name, distance in distances.items() if distance > 1}


def centre(agents: int, load: float, calls: int, **more: float) -> dict[str, Estimate]:
    made = VirtualCentre(dict.fromkeys(names(agents), ("sales",)), {"sales": load}, **more)  # type: ignore[arg-type]
    return made.run(calls).figures("sales")


def test_erlang_formulas_are_those_of_the_books():
    # Erlang C of 10 agents and 8 erlangs, as tables give it; with endless patience A is C.
    assert erlang_c(10, 8).waited == pytest.approx(0.4092, abs=1e-4)
    assert erlang_a(10, 8, 1e9).waited == pytest.approx(erlang_c(10, 8).waited, rel=1e-6)
    assert erlang_a(10, 8, 1e9).mean_wait == pytest.approx(erlang_c(10, 8).mean_wait, rel=1e-6)
    assert erlang_a(10, 12, 1.0).abandoned > 0.15


@pytest.mark.parametrize(("agents", "load", "calls"), [(10, 8, 20_000), (30, 26, 20_000)])
def test_waiting_is_as_erlang_c_says(agents: int, load: float, calls: int):
    assert inside(centre(agents, load, calls), erlang_c(agents, load)) == {}


@pytest.mark.parametrize(("agents", "load", "patience"), [(10, 8, 0.5), (10, 12, 1.0)])
def test_giving_up_is_as_erlang_a_says(agents: int, load: float, patience: float):
    measured = centre(agents, load, 20_000, patience=patience)

    assert inside(measured, erlang_a(agents, load, patience)) == {}


def test_two_queues_whose_agents_serve_both_are_one_pool():
    both = dict.fromkeys(names(10), ("sales", "help"))
    run = VirtualCentre(both, {"sales": 5.0, "help": 3.0}).run(20_000)

    for queue in ("sales", "help"):
        assert inside(run.figures(queue), erlang_c(10, 8)) == {}


def test_two_queues_with_agents_of_their_own_are_two():
    apart = dict.fromkeys(names(6), ("sales",)) | dict.fromkeys(names(4, "b"), ("help",))
    run = VirtualCentre(apart, {"sales": 4.0, "help": 2.5}).run(20_000)

    assert inside(run.figures("sales"), erlang_c(6, 4.0)) == {}
    assert inside(run.figures("help"), erlang_c(4, 2.5)) == {}


@pytest.mark.parametrize(("agents", "load"), [(10, 9.5), (30, 29.0)])
def test_the_wait_that_is_told_is_the_wait_on_average(agents: int, load: float):
    told = VirtualCentre(dict.fromkeys(names(agents), ("sales",)), {"sales": load}).run(20_000).told

    estimates, waits = zip(*told, strict=True)
    errors = [abs(estimate - wait) for estimate, wait in told]
    print(f"{len(told)} told, mean {fmean(estimates):.3f} for {fmean(waits):.3f}, mean error {fmean(errors):.3f}")
    assert len(told) > 5_000
    assert fmean(estimates) == pytest.approx(fmean(waits), rel=0.15)
    # Who waits for n others waits for a sum of n random times, and no estimate knows them.
    assert fmean(errors) < 0.5 * fmean(waits)


def test_what_is_outside_is_seen():
    """A centre with one agent less is not taken for the one with ten."""
    assert inside(centre(9, 8, 20_000), erlang_c(10, 8)) != {}
