"""Wire shapes of sites."""

from typing import Literal

from pydantic import Field

from control_plane.dialling import Dialling, LocationShape
from control_plane.fields import DisplayName, E164Text, SiteIdText, TimeZone
from control_plane.web import Shape


class NewSite(Shape):
    """A place where phones are. A `branch` has its own gateway, which connects with a certificate."""

    site_id: SiteIdText
    name: DisplayName
    kind: Literal["hq", "branch"] = "branch"
    time_zone: TimeZone | None = Field(None, description="null: that of each tenant who has stations there")
    dialling: Dialling | None = Field(None, description="how people dial there; null: as their tenant's do")
    emergency_caller: E164Text | None = Field(
        None, description="the number of HQ's that emergency calls from there show: carriers find the place by it"
    )
    location: LocationShape | None = None


class SitePatch(Shape):
    """What is to change; what is absent or null stays, but null takes a time zone, dialling, emergency caller or
    location away. A disabled branch can not connect.
    """

    name: DisplayName | None = None
    enabled: bool | None = None
    time_zone: TimeZone | None = None
    dialling: Dialling | None = None
    emergency_caller: E164Text | None = None
    location: LocationShape | None = None


class SiteView(Shape):
    """A site as it is."""

    site_id: str
    name: str
    kind: Literal["hq", "branch"]
    enabled: bool
    time_zone: str | None = Field(description="null: that of each tenant who has stations there")
    dialling: Dialling | None
    emergency_caller: str | None
    location: LocationShape | None
    created_ms: int
    archived_ms: int | None
