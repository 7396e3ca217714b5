"""Wire shapes of signing in."""

from typing import Literal

from pydantic import Field

from callmodel.ids import TenantId
from control_plane.web import Shape
from control_plane.web.shapes import SECRET


class Credentials(Shape):
    """What one signs in with."""

    username: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=500, json_schema_extra=SECRET)


class RefreshToken(Shape):
    """A refresh token, good for one use."""

    refresh_token: str = Field(min_length=20, max_length=200, json_schema_extra=SECRET)


class Tokens(Shape):
    """What a session goes on with.  `expires_in`: seconds that the access token lives."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int


class PasswordChange(Shape):
    """A new password; every other session ends."""

    current_password: str = Field(min_length=1, max_length=500, json_schema_extra=SECRET)
    new_password: str = Field(min_length=1, max_length=500, json_schema_extra=SECRET)


class Me(Shape):
    """Who is signed in, and what they are where."""

    user_id: str
    username: str
    display_name: str
    belongs_to: str
    is_hq_admin: bool
    roles: dict[TenantId, list[str]]
    teams: dict[TenantId, list[str]]
    permissions: dict[TenantId, list[str]] = Field(description="what the roles grant; HQ administrators may all")
