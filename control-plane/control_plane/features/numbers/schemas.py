"""Wire shapes of numbers.  They are HQ's own, so they are never masked."""

from pydantic import Field

from control_plane.fields import (
    CalendarIdText,
    E164Text,
    ExtensionText,
    FlowIdText,
    Language,
    PromptIdText,
    TenantIdText,
    TrunkIdText,
)
from control_plane.web import Shape


class NewNumber(Shape):
    """A number that HQ has from a carrier. `trunk_ids`: who accepts it as calling number; empty for all trunks."""

    number: E164Text
    tenant_id: TenantIdText | None = Field(None, description="whom it is lent to at once")
    route_to: ExtensionText | None = Field(None, description="the tenant's station that calls to it ring")
    trunk_ids: list[TrunkIdText] = Field(default_factory=list, max_length=50)


class NumberPatch(Shape):
    """What is to change; what is absent or null stays."""

    trunk_ids: list[TrunkIdText] | None = Field(None, max_length=50)


class Lending(Shape):
    """Whom a number is lent to."""

    tenant_id: TenantIdText


class NumberRoute(Shape):
    """Where calls to a number go: through a flow, else to a station; what is left out or null is none.

    `route_to` rings where there is no flow, or none is published yet. Without both, nobody is reached.
    """

    route_to: ExtensionText | None = None
    flow_id: FlowIdText | None = None
    language: Language | None = Field(None, description="that the flow begins with; null: the flow's own")
    calendar_id: CalendarIdText | None = Field(None, description="its opening hours; null: always open")
    notice: PromptIdText | None = Field(None, description="what says that calls are recorded, before an agent hears")


class NumberView(Shape):
    """A number as it is."""

    number: str
    tenant_id: str | None
    route_to: str | None
    flow_id: str | None
    language: str | None
    calendar_id: str | None
    notice: str | None
    trunk_ids: list[str]
    created_ms: int
    archived_ms: int | None
