"""Routes of signing in."""

from control_plane.features.auth import schemas, second_factor, service
from control_plane.people.accounts import account_of, role_names, team_names
from control_plane.people.permissions import granted_by
from control_plane.web import Access, Context, Route
from control_plane.web.problems import PasswordWeakError, UnauthenticatedError
from servicekit.problems import TooManyRequestsError


async def sign_in(context: Context, body: schemas.Credentials) -> schemas.Tokens:
    """Begin a session.

    Unknown names and wrong passwords get the same answer in the same time.  After a few wrong passwords for one
    name from one address there is a pause (429 with `Retry-After`); after more from all addresses together few tries
    get through, but for addresses from which this user has signed in before.  Who has a second factor gets
    `code-needed` once the password is right, and sends both again with a `code`; wrong codes count as wrong
    passwords.
    """
    return _to_tokens(await service.sign_in(context, body.username, body.password, body.code))


async def refresh(context: Context, body: schemas.RefreshToken) -> schemas.Tokens:
    """Get new tokens.

    Each refresh token is good once; one that comes a second time ends its whole session, as two parties hold it.
    """
    return _to_tokens(await service.refresh(context, body.refresh_token))


async def sign_out(context: Context, body: schemas.RefreshToken) -> None:
    """End the session of this refresh token; its access tokens stop working at once."""
    await service.sign_out(context, body.refresh_token)


async def me(context: Context) -> schemas.Me:
    """Who the access token belongs to, with roles per tenant as they are now."""
    account = await account_of(context.store, context.principal.user_id)
    if account is None:
        raise UnauthenticatedError()
    return schemas.Me(
        user_id=account.user_id,
        username=account.username,
        display_name=account.display_name,
        belongs_to=account.belongs_to,
        is_hq_admin=account.is_hq_admin,
        roles=role_names(account),
        teams=team_names(account),
        permissions=granted_by(account.roles),
        second_factor=await second_factor.has_one(context, account),
        must_enrol=await second_factor.must_enrol(context, account),
    )


async def sign_out_everywhere(context: Context, body: schemas.OwnName) -> None:
    """End all of one's sessions, this one too: their access tokens stop working at once."""
    await service.sign_out_everywhere(context, body.username)


async def begin_totp(context: Context, body: schemas.TotpBeginning) -> schemas.TotpSecret:
    """Begin with a second factor: set up an authenticator with the secret, then confirm with a code of it."""
    secret, uri = await second_factor.begin(context, body.password)
    return schemas.TotpSecret(secret=secret, uri=uri)


async def confirm_totp(context: Context, body: schemas.TotpCode) -> schemas.RecoveryCodes:
    """Give the first code: from now on signing in needs one.  The answer holds the recovery codes, this once."""
    return schemas.RecoveryCodes(recovery_codes=await second_factor.confirm(context, body.code))


async def remove_totp(context: Context, body: schemas.TotpRemoval) -> None:
    """Sign in without a second factor again, where no tenant's rule wants one."""
    await second_factor.remove(context, body.password, body.code)


async def change_password(context: Context, body: schemas.PasswordChange) -> None:
    """Set one's own password.  All sessions end, this one too: sign in again."""
    await service.change_password(context, body.current_password, body.new_password)


def _to_tokens(issued: service.IssuedTokens) -> schemas.Tokens:
    return schemas.Tokens(
        access_token=issued.access_token, refresh_token=issued.refresh_token, expires_in=issued.expires_in
    )


_TAGS = ("auth",)

routes = [
    Route(
        "POST",
        "/auth/token",
        sign_in,
        Access.PUBLIC,
        "Sign in",
        _TAGS,
        errors=(
            service.WrongCredentialsError,
            second_factor.CodeNeededError,
            second_factor.CodeWrongError,
            TooManyRequestsError,
        ),
        limited=True,
        examples={"administrator": {"username": "admin", "password": "correct horse battery staple"}},
    ),
    Route(
        "POST",
        "/auth/refresh",
        refresh,
        Access.PUBLIC,
        "Refresh the tokens",
        _TAGS,
        errors=(service.RefreshTokenInvalidError,),
        limited=True,
    ),
    Route("POST", "/auth/sign-out", sign_out, Access.PUBLIC, "Sign out", _TAGS, status=204, limited=True),
    Route(
        "POST",
        "/auth/sign-out-everywhere",
        sign_out_everywhere,
        Access.SIGNED_IN,
        "Sign out everywhere",
        _TAGS,
        status=204,
        errors=(service.NotYourNameError,),
        limited=True,
    ),
    Route("GET", "/auth/me", me, Access.SIGNED_IN, "Who am I", _TAGS),
    Route(
        "PUT",
        "/auth/password",
        change_password,
        Access.SIGNED_IN,
        "Change one's own password",
        _TAGS,
        status=204,
        errors=(second_factor.PasswordWrongError, PasswordWeakError),
        limited=True,
    ),
    Route(
        "POST",
        "/auth/totp",
        begin_totp,
        Access.SIGNED_IN,
        "Begin with a second factor",
        _TAGS,
        errors=(second_factor.PasswordWrongError, second_factor.TotpThereError, TooManyRequestsError),
        limited=True,
    ),
    Route(
        "POST",
        "/auth/totp/confirm",
        confirm_totp,
        Access.SIGNED_IN,
        "Confirm the second factor",
        _TAGS,
        errors=(second_factor.OwnCodeWrongError, second_factor.TotpNotBegunError, TooManyRequestsError),
        limited=True,
    ),
    Route(
        "POST",
        "/auth/totp/remove",
        remove_totp,
        Access.SIGNED_IN,
        "Remove the second factor",
        _TAGS,
        status=204,
        errors=(
            second_factor.PasswordWrongError,
            second_factor.OwnCodeWrongError,
            second_factor.TotpNotBegunError,
            second_factor.TotpRequiredError,
            TooManyRequestsError,
        ),
        limited=True,
    ),
]
