"""Signing in and staying signed in: refresh tokens rotate, and one used twice ends its session."""

import hashlib
import secrets
from dataclasses import dataclass, replace

from control_plane.features.auth import second_factor
from control_plane.features.auth import store as sessions
from control_plane.features.auth.guesses import Guesses
from control_plane.features.auth.second_factor import PasswordWrongError
from control_plane.features.auth.store import Session
from control_plane.features.auth.tokens import issue_access_token
from control_plane.people.accounts import Account, account_named, account_of, end_sessions, save_account, set_password
from control_plane.people.passwords import check_password
from control_plane.phonekeys import renew_phones_of
from control_plane.web import Context, InvalidRequestError
from control_plane.web.problems import UnauthenticatedError
from servicekit.stores import Store


class WrongCredentialsError(UnauthenticatedError):
    """The same for an unknown user, a wrong password and a disabled account: nobody learns which names exist."""

    error_id = "wrong-credentials"
    title = "User name or password is wrong"


class RefreshTokenInvalidError(UnauthenticatedError):
    error_id = "refresh-token-invalid"
    title = "The refresh token is not good any more; sign in again"


class NotYourNameError(InvalidRequestError):
    error_id = "not-your-name"
    title = "This is not your own user name"


@dataclass(frozen=True)
class IssuedTokens:
    access_token: str
    refresh_token: str
    expires_in: int


async def sign_in(context: Context, username: str, password: str, code: str | None = None) -> IssuedTokens:
    """Begin a session.

    Raises WrongCredentialsError, CodeNeededError, CodeWrongError; TooManyRequestsError after too many wrong passwords
    or codes for this user, whether or not there is such a user.
    """
    guesses = Guesses(context, "sign-in", username)
    # Counted before the password is looked at: parallel guesses are counted too.
    await guesses.admit()
    account = await account_named(context.store, username)
    fits = await context.passwords.verify(password, account.password_hash if account is not None else None)
    if account is None or not fits or not account.may_sign_in:
        raise WrongCredentialsError()
    # Who knows the password alone may guess codes as seldom as others guess passwords.
    await second_factor.check(context, account, code)
    await guesses.fitted()
    # With the credential as it was when the password was checked: one that has changed since has no sessions.
    session = Session(
        secrets.token_urlsafe(16),
        account.user_id,
        context.now_ms(),
        over=False,
        credential=account.credential,
        limited=await second_factor.must_enrol(context, account),
    )
    if await living_account(context.store, session) is None:
        raise WrongCredentialsError()
    await sessions.begin_session(context.store, session, context.settings.refresh_token_seconds)
    return await _issue(context, session)


async def refresh(context: Context, refresh_token: str) -> IssuedTokens:
    """Swap a refresh token for new tokens.

    Raises RefreshTokenInvalidError; a token that was used before ends the session it belongs to, since someone
    else has it too.
    """
    token_hash = _hash(refresh_token)
    family = await sessions.family_of(context.store, token_hash)
    session = await sessions.session_of(context.store, family) if family is not None else None
    account = await living_account(context.store, session) if session is not None else None
    if session is None or account is None:
        raise RefreshTokenInvalidError()
    if not await sessions.use_refresh_token(context.store, token_hash):
        await sessions.end_session(context.store, session.family)
        raise RefreshTokenInvalidError()
    # The rule may have come, or the second factor.
    session = replace(session, limited=await second_factor.must_enrol(context, account))
    await sessions.prolong_session(context.store, session, context.settings.refresh_token_seconds)
    return await _issue(context, session)


async def sign_out(context: Context, refresh_token: str) -> None:
    """End the session of a refresh token.  One that is not ours is passed over: the result is the same."""
    family = await sessions.family_of(context.store, _hash(refresh_token))
    if family is not None:
        await sessions.end_session(context.store, family)


async def sign_out_everywhere(context: Context, username: str) -> None:
    """End all sessions of the user.  Raises NotYourNameError."""
    if username.lower() != context.principal.username.lower():
        raise NotYourNameError()
    account = await account_of(context.store, context.principal.user_id)
    if account is not None:
        await save_account(context.store, account, end_sessions(account, context.now_ms()))
        await renew_phones_of(context, account.user_id, account.roles)


async def change_password(context: Context, current: str, new: str) -> None:
    """Set the user's own password and end all their sessions.

    Raises PasswordWrongError, WeakPasswordError, TooManyRequestsError after too many wrong ones.
    """
    account = await account_of(context.store, context.principal.user_id)
    guesses = Guesses(context, "password", context.principal.username)
    # Whoever found a screen unlocked must not find out the password too.
    await guesses.admit()
    if account is None or not await context.passwords.verify(current, account.password_hash):
        raise PasswordWrongError()
    await guesses.fitted()
    check_password(new, account.username)
    changed = replace(account, password_hash=await context.passwords.hash(new))
    if not await set_password(context.store, account, end_sessions(changed, context.now_ms())):
        raise PasswordWrongError()
    await renew_phones_of(context, account.user_id, account.roles)


async def living_account(store: Store, session: Session) -> Account | None:
    """Return the user of a session that still holds, else None."""
    account = await account_of(store, session.user_id)
    if account is None or not account.may_sign_in or session.over:
        return None
    if session.credential is None:
        return account if session.begun_ms >= account.sessions_from_ms else None
    return account if session.credential == account.credential else None


async def _issue(context: Context, session: Session) -> IssuedTokens:
    token = secrets.token_urlsafe(32)
    seconds = context.settings.access_token_seconds
    await sessions.add_refresh_token(
        context.store, _hash(token), session.family, context.settings.refresh_token_seconds
    )
    access = issue_access_token(context.token_key(), session.user_id, session.family, context.now_ms(), seconds)
    return IssuedTokens(access, token, seconds)


def _hash(token: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
