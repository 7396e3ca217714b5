"""Wire shapes of do-not-call lists."""

from typing import Annotated, Literal

from pydantic import Field

from control_plane.fields import CampaignIdText, E164Text, LeadIdText, RegionText
from control_plane.web import Shape

SourceName = Literal["api", "agent", "key", "sms", "letter", "court"]
FileIdText = Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,30}[a-z0-9]$", max_length=32)]
_FOR = "the list of one campaign; null: of the whole tenant"


class NumberOrder(Shape):
    """A number of the platform's lists."""

    number: E164Text


class ForbidEverywhere(NumberOrder):
    """A number that nobody is to call."""

    source: SourceName = "api"


class ForbidOrder(Shape):
    """A number that is not to be called: itself, or that of a lead, whose agent does not see it."""

    number: E164Text | None = None
    lead_id: LeadIdText | None = None
    campaign_id: CampaignIdText | None = Field(None, description=_FOR)
    source: SourceName = "agent"


class TenantNumberOrder(NumberOrder):
    """A number of the tenant's lists."""

    campaign_id: CampaignIdText | None = Field(None, description=_FOR)


class NumberView(Shape):
    """What is known of a number. No answer holds it whole."""

    number: str = Field(description="masked")
    token: str = Field(description="by which the trail names it")
    forbidden: bool
    scope: str | None = Field(description="of the first list that has it: system, national, tenant, campaign")
    source: str | None = Field(description="how it came there by itself; null where a file has it, or none")
    by: str | None
    at_ms: int | None


class FileView(Shape):
    """A file of numbers."""

    file_id: str
    state: Literal["waiting", "ready", "failed"]
    numbers: int
    reason: str | None
    changed_ms: int


class FilesView(Shape):
    """The files of a list."""

    items: list[FileView]


class FileQuery(Shape):
    """Whose list, and how numbers in it are written."""

    campaign_id: CampaignIdText | None = Field(None, description=_FOR)
    region: RegionText = Field("CN", description="of numbers without a country code")


class CampaignQuery(Shape):
    """Whose list."""

    campaign_id: CampaignIdText | None = Field(None, description=_FOR)


class RegionQuery(Shape):
    """How numbers in the file are written."""

    region: RegionText = Field("CN", description="of numbers without a country code")
