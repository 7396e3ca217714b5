"""A KSR for tests without Kamailio: notes what a script does, and answers what the test says."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class FakeKsr(ModuleType):
    """Stands in for the module KSR.

    `done`: each call as (name, arguments), such as `("sl.send_reply", (404, "Not Found"))`.
    `answers`: by name what a call returns, a value or a function of its arguments; 1 where nothing is said.
    `variables`: what `pv.get` finds, and `pv.sets` and `pv.seti` write.
    """

    def __init__(self, answers: dict[str, Any] | None = None, variables: dict[str, str | int] | None = None) -> None:
        super().__init__("KSR")
        self.done: list[tuple[str, tuple[Any, ...]]] = []
        self.variables = dict(variables or {})
        self.answers: dict[str, Any] = {
            "pv.get": self.variables.get,
            "pv.sets": self._set,
            "pv.seti": self._set,
        } | (answers or {})

    def __getattr__(self, name: str) -> "_Word":
        if name.startswith("__"):
            raise AttributeError(name)
        return _Word(self, name)

    def calls_of(self, name: str) -> list[tuple[Any, ...]]:
        """Return the arguments of each call of this name, in order."""
        return [arguments for called, arguments in self.done if called == name]

    def _set(self, name: str, value: str | int) -> int:
        self.variables[name] = value
        return 1

    @contextmanager
    def installed(self) -> Iterator["FakeKsr"]:
        """Be what `import KSR` finds, until the block ends."""
        before = sys.modules.get("KSR")
        sys.modules["KSR"] = self
        try:
            yield self
        finally:
            if before is None:
                del sys.modules["KSR"]
            else:
                sys.modules["KSR"] = before


class _Word:
    """`KSR.sl`, and `KSR.sl.send_reply` of it."""

    def __init__(self, ksr: FakeKsr, name: str) -> None:
        self._ksr = ksr
        self._name = name

    def __getattr__(self, name: str) -> "_Word":
        return _Word(self._ksr, f"{self._name}.{name}")

    def __call__(self, *arguments: Any) -> Any:
        self._ksr.done.append((self._name, arguments))
        answer = self._ksr.answers.get(self._name, 1)
        return answer(*arguments) if callable(answer) else answer
