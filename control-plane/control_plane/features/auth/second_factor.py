"""A user's own second factor: begin, confirm, remove; and what a sign-in asks for."""

from control_plane.features.auth.guesses import Guesses
from control_plane.people.accounts import Account, account_of
from control_plane.people.totp import (
    SecondFactors,
    is_required,
    new_recovery_codes,
    otpauth_uri,
    secret_text,
    step_of,
)
from control_plane.web import ConflictError, Context
from control_plane.web.problems import UnauthenticatedError
from servicekit.problems import Problem


class CodeNeededError(UnauthenticatedError):
    """The password is right: send it again, with a code."""

    error_id = "code-needed"
    title = "A code of the authenticator is needed"


class CodeWrongError(UnauthenticatedError):
    error_id = "code-wrong"
    title = "The code is wrong, too old, or was used"


class TotpThereError(ConflictError):
    error_id = "totp-there"
    title = "There is a second factor already; remove it first"


class TotpNotBegunError(ConflictError):
    error_id = "totp-not-begun"
    title = "Begin first: there is no second factor to confirm or remove"


class TotpRequiredError(ConflictError):
    error_id = "totp-required"
    title = "A tenant whose people you are of wants a second factor"


class OwnCodeWrongError(Problem):
    """403, as of a wrong password: the session is good."""

    status = 403
    error_id = "totp-code-wrong"
    title = "The code is wrong, too old, or was used"


async def check(context: Context, account: Account, code: str | None) -> None:
    """Let pass who has no second factor, or gives a code of it.  Raises CodeNeededError, CodeWrongError."""
    factors = SecondFactors(context.store, context.cipher)
    factor = await factors.of(account.user_id)
    if factor is None or not factor.confirmed:
        return
    if code is None:
        raise CodeNeededError()
    if not await factors.use(account.user_id, factor, code, context.now_ms()):
        raise CodeWrongError()


async def has_one(context: Context, account: Account) -> bool:
    """Say whether a user signs in with a second factor."""
    factor = await SecondFactors(context.store, context.cipher).of(account.user_id)
    return factor is not None and factor.confirmed


async def must_enrol(context: Context, account: Account) -> bool:
    """Say whether a user is to have a second factor by a tenant's rule, and has none: they may do nothing else."""
    tenants = [tenant_id for tenant_id, held in account.roles.items() if held]
    return await is_required(context.store, tenants) and not await has_one(context, account)


async def begin(context: Context, password: str) -> tuple[str, str]:
    """Make a secret; return it as text and as a URI for authenticators.

    Raises PasswordWrongError, TooManyRequestsError, TotpThereError.
    """
    account = await _proved(context, password)
    if await has_one(context, account):
        raise TotpThereError()
    secret = await SecondFactors(context.store, context.cipher).begin(account.user_id)
    return secret_text(secret), otpauth_uri(secret, account.username)


async def confirm(context: Context, code: str) -> list[str]:
    """Need the second factor from now on; return the recovery codes, this once.

    Raises TooManyRequestsError, TotpNotBegunError, OwnCodeWrongError.
    """
    user_id = context.principal.user_id
    guesses = Guesses(context, "totp", context.principal.username)
    await guesses.admit()
    factors = SecondFactors(context.store, context.cipher)
    factor = await factors.of(user_id)
    if factor is None or factor.confirmed:
        raise TotpNotBegunError()
    step = step_of(factor.secret, code.strip(), context.now_ms(), factor.used_step)
    codes = new_recovery_codes()
    if step is None or not await factors.confirm(user_id, step, codes):
        raise OwnCodeWrongError()
    await guesses.fitted()
    return codes


async def remove(context: Context, password: str, code: str) -> None:
    """Need no second factor any more.

    Raises PasswordWrongError, TooManyRequestsError, TotpNotBegunError, TotpRequiredError, OwnCodeWrongError.
    """
    account = await _proved(context, password)
    factors = SecondFactors(context.store, context.cipher)
    factor = await factors.of(account.user_id)
    if factor is None:
        raise TotpNotBegunError()
    if await is_required(context.store, account.roles):
        raise TotpRequiredError()
    if factor.confirmed and not await factors.use(account.user_id, factor, code, context.now_ms()):
        raise OwnCodeWrongError()
    await factors.remove(account.user_id)


class PasswordWrongError(Problem):
    status = 403
    error_id = "password-wrong"
    title = "The current password is wrong"


async def _proved(context: Context, password: str) -> Account:
    account = await account_of(context.store, context.principal.user_id)
    guesses = Guesses(context, "password", context.principal.username)
    # Whoever found a screen unlocked must not put a lock of their own on the account.
    await guesses.admit()
    if account is None or not await context.passwords.verify(password, account.password_hash):
        raise PasswordWrongError()
    await guesses.fitted()
    return account
