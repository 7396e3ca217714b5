"""The facts that a pacer learns from.  `at` is in seconds of the clock that `lines_to_launch` is asked with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """A call that rang was answered: by a person, or by a machine that answering-machine detection took it for."""

    at: float
    rang_seconds: float
    by_person: bool


@dataclass(frozen=True, slots=True)
class CallUnanswered:
    """A call ended unanswered: no answer, busy, rejected, failed or withdrawn."""

    at: float
    rang_seconds: float


@dataclass(frozen=True, slots=True)
class CustomerConnected:
    """A customer who answered has an agent, within the grace."""

    at: float


@dataclass(frozen=True, slots=True)
class CustomerAbandoned:
    """A customer answered and no agent came within the grace."""

    at: float


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """An agent's talk with a customer ended; wrap-up begins."""

    at: float
    talked_seconds: float


@dataclass(frozen=True, slots=True)
class WrapUpEnded:
    """An agent's wrap-up ended: they are ready, or they leave."""

    at: float
    wrapped_seconds: float


@dataclass(frozen=True, slots=True)
class OutcomesCounted:
    """Customers who answered at about a time, as counted before this pacer was there: for the windows only."""

    at: float
    answered: int
    abandoned: int


LiveOutcome = CustomerConnected | CustomerAbandoned
Fact = CallAnswered | CallUnanswered | LiveOutcome | TalkEnded | WrapUpEnded | OutcomesCounted
