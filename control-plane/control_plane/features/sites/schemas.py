"""Wire shapes of sites."""

from typing import Literal

from control_plane.fields import DisplayName, SiteIdText
from control_plane.web import Shape


class NewSite(Shape):
    """A place where phones are. A `branch` has its own gateway, which connects with a certificate."""

    site_id: SiteIdText
    name: DisplayName
    kind: Literal["hq", "branch"] = "branch"


class SitePatch(Shape):
    """What is to change; what is absent or null stays. A disabled branch can not connect."""

    name: DisplayName | None = None
    enabled: bool | None = None


class SiteView(Shape):
    """A site as it is."""

    site_id: str
    name: str
    kind: Literal["hq", "branch"]
    enabled: bool
    created_ms: int
    archived_ms: int | None
