"""Wire shapes of what a campaign would come to."""

from typing import Literal

from pydantic import Field

from control_plane.web import Shape

Source = Literal["given", "history", "settings", "live", "usual"]


class WhatIfOrder(Shape):
    """What to assume. What is null is learnt: from the campaign's history, what is live now, or its settings."""

    agents: int | None = Field(None, ge=1, le=1000, description="null: who is signed in for it now")
    more_agents: int = Field(2, ge=1, le=100, description="the second team has so many more")
    answer_rate: float | None = Field(None, gt=0, lt=1, description="share of calls that people or machines answer")
    machines: float | None = Field(None, ge=0, lt=1, description="share of answers that are machines")
    talk_seconds: float | None = Field(None, ge=1, le=7200)
    wrap_up_seconds: float | None = Field(None, ge=1, le=3600)
    answer_seconds: float | None = Field(None, ge=1, le=60, description="after which people answer")
    lines: int | None = Field(None, ge=1, le=100_000, description="trunk channels for the campaign")
    leads: int | None = Field(None, ge=1, le=100_000_000, description="null: those who are left")
    days: float = Field(1.0, gt=0, le=14, description="how far to look")
    start_ms: int | None = Field(None, ge=0, description="from when on; null: now")
    seed: int = Field(1, ge=0, le=1_000_000, description="another brings other chance")


class AssumedView(Shape):
    """What was assumed, and for each where it is from, in `sources`."""

    agents: int
    answer_rate: float
    by_hour: list[float] = Field(description="answer rates by hour of the campaign's day; empty: the same all day")
    machines: float
    talk_seconds: float
    wrap_up_seconds: float
    answer_seconds: float
    lines: int
    leads: int
    days: float
    start_ms: int
    sources: dict[str, Source]
    attempts_seen: int = Field(description="of the last thirty days, from which history is learnt")


class HalfHourView(Shape):
    """A half hour in which agents were there."""

    at_ms: int
    productive: float
    abandonment: float
    answered: int


class TeamView(Shape):
    """What a team would come to."""

    agents: int
    productive: float = Field(description="talk and wrap-up over the agents' time, until the list ends")
    abandonment: float = Field(description="of the calls that people answered")
    worst_half_hour: float
    calls: int
    talks: int
    leads_done: int = Field(description="who are not called again")
    simulated_seconds: float
    list_ends_after_seconds: float | None
    is_estimate: bool = Field(description="the list's end is after what was simulated, and reckoned from it")
    results: dict[str, int]
    half_hours: list[HalfHourView]


class WhatIfView(Shape):
    """What a campaign would come to, with its team and a larger one."""

    assumed: AssumedView
    teams: list[TeamView]
    cut_short: bool = Field(description="time was over before all days were simulated")
