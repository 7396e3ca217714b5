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
    code: str | None = Field(
        None,
        min_length=6,
        max_length=20,
        description="of the authenticator, or a recovery code",
        json_schema_extra=SECRET,
    )


class OwnName(Shape):
    """One's own user name, so that nobody ends all of their sessions by mistake."""

    username: str = Field(min_length=1, max_length=100)


class TotpBeginning(Shape):
    """One's own password, without which nobody puts a second factor on the account."""

    password: str = Field(min_length=1, max_length=500, json_schema_extra=SECRET)


class TotpSecret(Shape):
    """What an authenticator is set up with. It is shown this once; nothing changes before a code of it is given."""

    secret: str = Field(description="base32, to be typed in")
    uri: str = Field(description="otpauth://..., to be shown as a QR code")


class TotpCode(Shape):
    """A code of the authenticator."""

    code: str = Field(min_length=6, max_length=20, json_schema_extra=SECRET)


class TotpRemoval(TotpBeginning):
    """Password and a code, or a recovery code."""

    code: str = Field(min_length=6, max_length=20, json_schema_extra=SECRET)


class RecoveryCodes(Shape):
    """Codes for when the authenticator is lost, each good once. They are shown this once."""

    recovery_codes: list[str]


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
    second_factor: bool = Field(description="whether they sign in with a code too")
    must_enrol: bool = Field(description="a tenant wants a second factor of them: nothing else can be done before")
    permissions: dict[TenantId, list[str]] = Field(description="what the roles grant; HQ administrators may all")
