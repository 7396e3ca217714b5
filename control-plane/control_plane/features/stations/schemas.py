"""Wire shapes of stations."""

from typing import Literal

from pydantic import Field

from control_plane.fields import DisplayName, ExtensionText, SiteIdText, UserIdText
from control_plane.web import Shape, ThingsQuery
from control_plane.web.shapes import SECRET

Media = Literal["optional", "rtp", "srtp", "webrtc"]
_PASSWORD = "at least 12 printable ASCII characters; leave out to have one made"


class NewStation(Shape):
    """A station to be. It registers as `<extension>@<domain of the tenant>`."""

    extension: ExtensionText
    site_id: SiteIdText
    display_name: DisplayName | None = None
    password: str | None = Field(
        None, min_length=12, max_length=64, pattern="^[!-~]+$", description=_PASSWORD, json_schema_extra=SECRET
    )
    media: Media = Field(
        "optional",
        description="`optional`: SRTP where the phone can (RFC 8643); `rtp`: it is offered no keys; "
        "`srtp`: it must encrypt (SDES); `webrtc`: a browser",
    )
    user_id: UserIdText | None = Field(None, description="who is seated there: a user with a role in the tenant")


class StationPatch(Shape):
    """What is to change; what is absent or null stays."""

    site_id: SiteIdText | None = None
    display_name: DisplayName | None = None
    media: Media | None = None


class Seating(Shape):
    """Who is seated at a station: a user with a role in the tenant, or null for nobody."""

    user_id: UserIdText | None


class StationsQuery(ThingsQuery):
    """Which stations: all, or those that a user is seated at."""

    user_id: UserIdText | None = None


class NewStationPassword(Shape):
    """A new password for a station's phone."""

    password: str | None = Field(
        None, min_length=12, max_length=64, pattern="^[!-~]+$", description=_PASSWORD, json_schema_extra=SECRET
    )


class StationView(Shape):
    """A station as it is."""

    tenant_id: str
    extension: str
    domain: str
    site_id: str
    display_name: str
    media: Media
    created_ms: int
    archived_ms: int | None
    user_id: str | None


class StationSecret(Shape):
    """What a phone is set up with. The password is shown this once: only its hash is kept."""

    username: str
    domain: str
    password: str


class StationPhone(Shape):
    """What a browser registers with at one's own station: the hash that its password would give (RFC 7616, HA1)."""

    extension: str
    domain: str = Field(description="also the realm of the hash")
    site_id: str
    display_name: str
    ha1: str


class StationCreated(StationView):
    """A new station with the password of its phone, shown this once."""

    password: str
