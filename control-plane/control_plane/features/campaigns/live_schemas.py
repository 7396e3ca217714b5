"""Wire shapes of how a campaign runs now, and of how well the tenant's numbers are answered."""

from typing import Literal

from pydantic import Field

from control_plane.web import Shape


class LinesView(Shape):
    """The campaign's calls in progress."""

    ringing: int
    waiting: int = Field(description="a person has answered, and no agent is there yet")
    talking: int
    ending: int = Field(description="over, or a machine's; not settled yet")


class WindowView(Shape):
    """Abandonment over the last hours; the cap is kept over each window."""

    hours: int
    answered: int = Field(description="by people, with an agent or without")
    abandoned: int
    abandonment: float | None = Field(description="share of the answered; null before any")


class HourView(Shape):
    """What was settled in an hour."""

    at_ms: int = Field(description="when the hour began")
    attempts: int
    people: int = Field(description="who answered")
    machines: int
    talks: int
    answered: int
    abandoned: int


class LiveView(Shape):
    """How a campaign runs now."""

    at_ms: int
    is_paced: bool = Field(description="a dialler has it")
    lines: LinesView
    agents: dict[str, int] = Field(description="signed in for it, by state")
    agent_ids: list[str] = Field(description="who they are")
    cap: float
    windows: list[WindowView]
    hours: list[HourView] = Field(description="of the last 24 that had calls, oldest first")


class TallyView(Shape):
    """How a number was answered."""

    attempts: int
    answered: int
    short: int = Field(description="of the answered, over within seconds")


class SlotView(TallyView):
    """How a number was answered in four hours."""

    at_ms: int = Field(description="when they began")


class NumberHealthView(Shape):
    """How well a number of the tenant's is answered, against its own past."""

    number: str
    campaigns: list[str] = Field(description="that name it")
    shown_day: int = Field(description="calls of the last 24 hours that showed it")
    recent: TallyView = Field(description="the last four to eight hours")
    before: TallyView = Field(description="the seven days before")
    slots: list[SlotView]
    rests_until_ms: int | None = Field(description="null: it is shown")
    why: Literal["seldom-answered", "hung-up-on"] | None


class NumbersHealthView(Shape):
    """The numbers that the tenant's campaigns name."""

    items: list[NumberHealthView]
