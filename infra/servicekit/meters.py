"""What a process counts and measures, declared where it happens; free until `servicekit.telemetry` binds a meter.

Names, units and what to do about each: docs/telemetry.md, which a test compares with what is declared.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

Value = str | int | bool
Observed = Iterable[tuple[float, dict[str, Value]]]
SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0)

declared: dict[str, "Instrument"] = {}
_meter: Any = None


class Instrument:
    """A name with a unit (UCUM) and one sentence."""

    def __init__(self, name: str, unit: str, description: str) -> None:
        self.name, self.unit, self.description = name, unit, description
        self._bound: Any = None
        declared[name] = self
        if _meter is not None:
            self.bind(_meter)

    def bind(self, meter: Any) -> None:
        """Count in this meter from now on; None for nowhere."""
        self._bound = None if meter is None else self._make(meter)

    def _make(self, meter: Any) -> Any:
        raise NotImplementedError


class Counter(Instrument):
    """Grows only.  Counted here, and read when figures are sent: the SDK's own takes ten times as long to add one."""

    def __init__(self, name: str, unit: str, description: str) -> None:
        self._counts: dict[tuple[tuple[str, Value], ...], int] = {}
        self._lock = threading.Lock()
        super().__init__(name, unit, description)

    def add(self, amount: int = 1, **attributes: Value) -> None:
        if self._bound is not None:
            key = tuple(attributes.items())
            with self._lock:
                self._counts[key] = self._counts.get(key, 0) + amount

    def _make(self, meter: Any) -> Any:
        return _observed(meter.create_observable_counter, self, self._look)

    def _look(self) -> Observed:
        with self._lock:
            return [(count, dict(key)) for key, count in self._counts.items()]


class Histogram(Instrument):
    """How values are spread, in `SECONDS` buckets or others."""

    def __init__(self, name: str, unit: str, description: str, buckets: tuple[float, ...] = SECONDS) -> None:
        self._buckets = buckets
        super().__init__(name, unit, description)

    def record(self, value: float, **attributes: Value) -> None:
        if self._bound is not None:
            self._bound.record(value, attributes)

    def _make(self, meter: Any) -> Any:
        return meter.create_histogram(
            self.name, self.unit, self.description, explicit_bucket_boundaries_advisory=self._buckets
        )


class Gauge(Instrument):
    """A value as it stands whenever somebody looks: every `metrics_seconds`, from another thread."""

    def __init__(self, name: str, unit: str, description: str) -> None:
        self._look: Callable[[], Observed] = lambda: ()
        super().__init__(name, unit, description)

    def observe(self, look: Callable[[], Observed]) -> None:
        """Take values from `look`, which must be quick and may run in any thread."""
        self._look = look

    def _make(self, meter: Any) -> Any:
        return _observed(meter.create_observable_gauge, self, lambda: self._look())


def _observed(create: Callable[..., Any], instrument: Instrument, look: Callable[[], Observed]) -> Any:
    from opentelemetry.metrics import Observation

    def observations(_options: object) -> list[Any]:
        return [Observation(value, attributes) for value, attributes in look()]

    return create(instrument.name, [observations], instrument.unit, instrument.description)


def bind(meter: Any) -> None:
    """Count everything that is declared, now or later, in this meter; None for nowhere."""
    global _meter
    _meter = meter
    for instrument in declared.values():
        instrument.bind(meter)
