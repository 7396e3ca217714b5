"""Signing in and staying signed in: the portal swaps passwords for tokens, and keeps these where no browser is."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from redis.exceptions import RedisError

from servicekit.problems import InvalidRequestError, NotFoundError, TooManyRequestsError, UnavailableError
from tenant_portal.controlplane import Answer, Caller, ControlPlane
from tenant_portal.problems import SignedOutError, SignInRefusedError
from tenant_portal.sessions import CookieKey, Session, Tokens, new_identity
from tenant_portal.sessionstore import SessionStore

AHEAD_SECONDS = 60
"""Tokens are swapped so long before they end, of short ones a third: what is passed on may take a while."""
TURN_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 0.05
STORE_TRIES = 5

logger = logging.getLogger(__name__)


class SignIns:
    """`now_ms`: milliseconds since 1970, this process's clock; no browser's clock is ever asked."""

    def __init__(self, store: SessionStore, api: ControlPlane, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._api = api
        self._now_ms = now_ms

    async def sign_in(self, credentials: dict[str, str], address: str, language: str | None) -> Session:
        """Begin a session.

        Raises SignInRefusedError, TooManyRequestsError, InvalidRequestError, UnavailableError, redis errors.
        """
        answer = await self._api.ask("POST", "/auth/token", Caller("", address), credentials)
        tokens = self._tokens_in(answer)
        me = (await self._asked_ok("GET", "/auth/me", Caller(tokens.access, address))).body
        identity = new_identity(me["user_id"], me["username"], self._now_ms())
        tenant_id = min(me["roles"], default=None)
        session = Session(CookieKey.new(), identity, tokens, tenant_id, language)
        await self._store.begin(session, self._now_ms())
        logger.info("signed in", extra={"user_id": identity.user_id})
        return session

    async def current(self, key: CookieKey, address: str, *, refused: str | None = None) -> Session:
        """Return the session of a cookie with an access token that lives.

        refused: an access token that the control plane did not take, though it should live.
        Raises SignedOutError, UnavailableError, redis errors.
        """
        session = await self._store.find(key, self._now_ms())
        if session is None:
            raise SignedOutError()
        return await self.fresh(session, address, refused=refused)

    async def fresh(self, session: Session, address: str, *, refused: str | None = None) -> Session:
        """Return the session with an access token that lives.  Raises as `current`."""
        deadline = asyncio.get_running_loop().time() + TURN_SECONDS
        while not self._holds(session.tokens, refused):
            # Each refresh token is good once: whoever else asks meanwhile waits for what this one gets.
            if await self._store.begin_refresh(session.key, secrets.token_hex(8)):
                return await self._refresh(session, address, refused)
            if asyncio.get_running_loop().time() > deadline:
                raise UnavailableError()
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            found = await self._store.find(session.key, self._now_ms())
            if found is None:
                raise SignedOutError()
            session = found
        return session

    async def sign_out(self, session: Session, address: str) -> None:
        """End a session here and at the control plane."""
        await self._store.end(session.key, session.identity.user_id)
        body = {"refresh_token": session.tokens.refresh}
        await self._api.ask("POST", "/auth/sign-out", Caller("", address), body)
        logger.info("signed out", extra={"user_id": session.identity.user_id})

    async def sign_out_everywhere(self, session: Session, address: str) -> None:
        """End all sessions of the user, those of programs too."""
        body = {"username": session.identity.username}
        await self._asked_ok("POST", "/auth/sign-out-everywhere", Caller(session.tokens.access, address), body)
        await self._store.end_all(session.identity.user_id)
        logger.info("signed out everywhere", extra={"user_id": session.identity.user_id})

    async def choose_tenant(self, session: Session, tenant_id: str | None, address: str) -> Session:
        """Show another tenant's desk, or none.  Raises NotFoundError for one that is not theirs."""
        if tenant_id is not None:
            await self._require_tenant(session, tenant_id, address)
        if not await self._store.choose_tenant(session.key, tenant_id):
            raise SignedOutError()
        return replace(session, tenant_id=tenant_id)

    async def _require_tenant(self, session: Session, tenant_id: str, address: str) -> None:
        caller = Caller(session.tokens.access, address)
        mine = (await self._asked_ok("GET", "/auth/me", caller)).body
        if tenant_id not in mine["roles"]:
            if not mine["is_hq_admin"] or not _is_id(tenant_id):
                raise NotFoundError()
            await self._asked_ok("GET", f"/tenants/{tenant_id}", caller)

    async def choose_language(self, session: Session, language: str) -> Session:
        """Remember the language."""
        if not await self._store.choose_language(session.key, language):
            raise SignedOutError()
        return replace(session, language=language)

    async def end(self, session: Session) -> None:
        """Forget a session that the control plane has ended."""
        await self._store.end(session.key, session.identity.user_id)

    def _holds(self, tokens: Tokens, refused: str | None) -> bool:
        return tokens.access != refused and tokens.use_until_ms > self._now_ms()

    async def _refresh(self, session: Session, address: str, refused: str | None) -> Session:
        """Swap the tokens; to be called by who has the turn."""
        try:
            # Somebody may have had the turn between our look and ours.
            found = await self._store.find(session.key, self._now_ms())
            if found is None:
                raise SignedOutError()
            if self._holds(found.tokens, refused):
                return found
            body = {"refresh_token": found.tokens.refresh}
            answer = await self._api.ask("POST", "/auth/refresh", Caller("", address), body)
            if answer.status == 401:
                await self._store.end(session.key, session.identity.user_id)
                raise SignedOutError()
            tokens = self._tokens_in(answer)
            await self._keep(session.key, tokens)
            return replace(found, tokens=tokens)
        finally:
            with contextlib.suppress(RedisError):
                await self._store.end_refresh(session.key)

    async def _keep(self, key: CookieKey, tokens: Tokens) -> None:
        """Keep new tokens, as the old ones are good no more: it is worth more than one try."""
        for left in reversed(range(STORE_TRIES)):
            try:
                if not await self._store.keep_tokens(key, tokens):
                    raise SignedOutError()
                return
            except RedisError:
                if not left:
                    raise
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def _tokens_in(self, answer: Answer) -> Tokens:
        match answer.status:
            case 200:
                body: dict[str, Any] = answer.body
                lives = int(body["expires_in"])
                until = self._now_ms() + (lives - min(AHEAD_SECONDS, lives // 3)) * 1000
                return Tokens(body["access_token"], body["refresh_token"], until)
            case 401:
                raise SignInRefusedError(answer.error_id, answer.detail)
            case 429:
                raise TooManyRequestsError(answer.headers.get("Retry-After", "60"))
            case 422:
                raise InvalidRequestError("give a user name and a password")
            case _:
                raise UnavailableError()

    async def _asked_ok(self, method: str, path: str, caller: Caller, body: Any = None) -> Answer:
        answer = await self._api.ask(method, path, caller, body)
        match answer.status:
            case 200 | 204:
                return answer
            case 401:
                raise SignedOutError()
            case 404:
                raise NotFoundError()
            case _:
                raise UnavailableError()


def _is_id(text: str) -> bool:
    return text.replace("-", "").isalnum() and text.isascii() and len(text) <= 64
