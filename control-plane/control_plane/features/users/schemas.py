"""Wire shapes of users."""

from typing import Annotated, Literal

from pydantic import Field

from callmodel.ids import TenantId
from control_plane.fields import DisplayName, Slug, TenantIdText, Username
from control_plane.web import Shape
from control_plane.web.shapes import SECRET

RoleName = Literal["agent", "supervisor", "manager", "client"]
Roles = dict[TenantIdText, list[RoleName]]
TeamNames = Annotated[list[Slug], Field(max_length=50)]
"""A team is there by being named; a supervisor's rights reach the stations and calls of who shares one with them."""

TenantRoles = Annotated[list[RoleName], Field(min_length=1, max_length=4)]

_BELONGS = "`platform`, `provider:<name>`, or `tenant:<tenant id>`; a tenant's user has roles in that tenant only"
_BELONGS_PATTERN = r"^(platform|(provider|tenant):[a-z][a-z0-9-]{0,30}[a-z0-9])$"


class NewUser(Shape):
    """A user to be.  Only a user of the platform can be HQ administrator."""

    username: Username
    display_name: DisplayName
    password: str = Field(min_length=10, max_length=200, json_schema_extra=SECRET)
    belongs_to: str = Field(pattern=_BELONGS_PATTERN, max_length=60, description=_BELONGS)
    is_hq_admin: bool = False
    roles: Roles = Field(default_factory=dict, max_length=500)
    teams: dict[TenantIdText, TeamNames] = Field(default_factory=dict, max_length=500)


class UserPatch(Shape):
    """What is to change; what is absent or null stays. A new password and `enabled: false` end all sessions."""

    display_name: DisplayName | None = None
    password: str | None = Field(None, min_length=10, max_length=200, json_schema_extra=SECRET)
    is_hq_admin: bool | None = None
    roles: Roles | None = Field(None, max_length=500)
    teams: dict[TenantIdText, TeamNames] | None = Field(None, max_length=500)
    enabled: bool | None = None


class NewTenantUser(Shape):
    """A tenant's own user to be. They sign in as `<name>@<tenant id>`, so that no tenant learns which names
    others have taken.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$", examples=["li.na"])
    display_name: DisplayName
    password: str = Field(min_length=10, max_length=200, json_schema_extra=SECRET)
    roles: TenantRoles
    teams: TeamNames = Field(default_factory=list)


class TenantUserPatch(Shape):
    """What is to change; what is absent or null stays. Of a user who is not the tenant's own, such as an outsourcing
    firm's, only `teams`. A new password and `enabled: false` end all sessions.
    """

    display_name: DisplayName | None = None
    password: str | None = Field(None, min_length=10, max_length=200, json_schema_extra=SECRET)
    roles: TenantRoles | None = None
    teams: TeamNames | None = None
    enabled: bool | None = None


class UserView(Shape):
    """A user as they are."""

    user_id: str
    username: str
    display_name: str
    belongs_to: str
    is_hq_admin: bool
    roles: dict[TenantId, list[str]]
    teams: dict[TenantId, list[str]]
    enabled: bool
    second_factor: bool = Field(description="whether they sign in with a code too")
    created_ms: int
    archived_ms: int | None


class TenantUserView(Shape):
    """A user as the managers of one tenant see them: no word of other tenants."""

    user_id: str
    username: str
    display_name: str
    belongs_here: bool = Field(
        description="whether they are the tenant's own, and its managers may change all of them"
    )
    roles: list[str]
    teams: list[str]
    enabled: bool
    second_factor: bool = Field(description="whether they sign in with a code too")
    archived_ms: int | None
