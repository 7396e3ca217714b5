"""From a bearer token to the user as they are now: a disabled account or a lost role counts at once."""

from aiohttp import web

from callmodel.ids import UserId
from control_plane.features.auth.service import living_account
from control_plane.features.auth.store import session_of
from control_plane.features.auth.tokens import read_access_token
from control_plane.keyring.signing import SigningKey
from control_plane.people.totp import SecondFactors
from control_plane.web import Principal
from control_plane.web.problems import TokenInvalidError
from servicekit.crypto import TenantCipher
from servicekit.stores import Store


class BearerAuthenticator:
    """Adapter of `web.dispatch.Authenticator` for access tokens (RFC 6750)."""

    def __init__(self, store: Store, key: SigningKey, cipher: TenantCipher) -> None:
        self._store = store
        self._key = key
        self._factors = SecondFactors(store, cipher)

    async def principal_of(self, request: web.Request) -> Principal | None:
        """Return the user of the request's token, None without one.  Raises UnauthenticatedError."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenInvalidError("send `Authorization: Bearer <access token>`")
        claims = read_access_token(self._key, token.strip())
        session = await session_of(self._store, claims.family)
        account = await living_account(self._store, session) if session is not None else None
        if account is None or account.user_id != claims.user_id:
            raise TokenInvalidError("the session is over; sign in again")
        if session is not None and session.limited and not await self._has_second_factor(account.user_id):
            # Nothing but one's own account, until there is one.
            return Principal(account.user_id, account.username)
        return Principal(account.user_id, account.username, account.is_hq_admin, account.roles, teams=account.teams)

    async def _has_second_factor(self, user_id: UserId) -> bool:
        factor = await self._factors.of(user_id)
        return factor is not None and factor.confirmed
