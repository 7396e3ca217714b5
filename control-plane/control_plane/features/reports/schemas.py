"""Wire shapes of reports."""

from typing import Literal

from pydantic import Field

from control_plane.features.reports.counting import Kind
from control_plane.features.reports.figures import endings_of, figures_of, values_of
from control_plane.features.reports.intervals import Interval
from control_plane.features.reports.service import Asked, Report
from control_plane.web import Shape

MAX_MS = 4_102_444_800_000
"""The year 2100."""


class ReportQuery(Shape):
    """Of what, over which time, in which intervals."""

    kind: Kind = Field(description="`agent` needs `agents.read` too, and `trunk` `spend.read`")
    interval: Interval = Field(Interval.DAY, description="`quarter` of an hour, `hour`, `day`, or `week` from Monday")
    since_ms: int = Field(ge=0, le=MAX_MS, description="from the beginning of this moment's interval")
    until_ms: int = Field(ge=0, le=MAX_MS, description="to the end of the interval just before this; 93 days at most")
    subject: str | None = Field(None, min_length=1, max_length=80, description="of one only, by its `subject`")

    def to_asked(self) -> Asked:
        return Asked(self.kind, self.interval, self.since_ms, self.until_ms, self.subject)


class FileQuery(ReportQuery):
    """The same, as a file."""

    format: Literal["csv", "xlsx"] = "csv"


class FigureView(Shape):
    """A figure, and what it means."""

    name: str
    unit: Literal["count", "seconds", "percent", "money", "mos"]
    definition: str


class ReportRow(Shape):
    """One subject in one interval."""

    at_ms: int = Field(description="when the interval begins")
    subject: str
    values: dict[str, int | float | None] = Field(description="by figure; null: nothing to work it out of")


class ReportTotal(Shape):
    """One subject over the whole time."""

    subject: str
    name: str
    values: dict[str, int | float | None]
    endings: dict[str, int] = Field(description="of the tenant's report: how many calls ended how")


class ReportView(Shape):
    """Figures by interval and subject; an interval without calls has no row.

    Times are those of whole intervals in the tenant's time zone.  pending: half hours that are still to be summed up:
    while there are any, the figures are of the others; ask again.
    """

    kind: str
    interval: str
    since_ms: int
    until_ms: int
    time_zone: str
    currency: str | None = Field(description="of money, ISO 4217; null for who may not see costs")
    figures: list[FigureView]
    rows: list[ReportRow]
    totals: list[ReportTotal]
    pending: int


def to_view(report: Report, currency: str | None) -> ReportView:
    """Return a report as the API shows it; currency: None for who may not see costs."""
    figures = figures_of(report.asked.kind, priced=currency is not None)
    return ReportView(
        kind=report.asked.kind.value,
        interval=report.asked.interval.value,
        since_ms=report.asked.since_ms,
        until_ms=report.asked.until_ms,
        time_zone=report.time_zone,
        currency=currency,
        figures=[FigureView(name=each.name, unit=each.unit, definition=each.definition) for each in figures],
        rows=[
            ReportRow(at_ms=at_ms, subject=subject, values=values_of(figures, sums))
            for (at_ms, subject), sums in report.rows.items()
        ],
        totals=[
            ReportTotal(
                subject=subject,
                name=report.names[subject],
                values=values_of(figures, sums),
                endings=endings_of(sums),
            )
            for subject, sums in sorted(report.totals.items())
        ],
        pending=report.pending,
    )
