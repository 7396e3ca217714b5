"""What a request needs of the process, and of its session: built once in `app.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import urlsplit

from aiohttp import web

from servicekit.gate import client_address, vouch
from tenant_portal.config import PortalSettings
from tenant_portal.controlplane import Caller, ControlPlane
from tenant_portal.problems import CsrfError, OriginError, SignedOutError
from tenant_portal.service import SignIns
from tenant_portal.sessions import CookieKey, Session

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
LONGEST_COOKIE = 100

SessionHandler = Callable[[web.Request, Session], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Desk:
    """The things of the process.  `now_ms`: milliseconds since 1970."""

    settings: PortalSettings
    api: ControlPlane
    sign_ins: SignIns
    now_ms: Callable[[], int]

    @property
    def cookie_name(self) -> str:
        """`__Host-` ties a cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
        return "__Host-trunkline" if self.settings.is_secure else "trunkline"

    def address_of(self, request: web.Request) -> str:
        """Return the browser's address."""
        return client_address(request, self.settings.trusted_proxies)

    def caller(self, request: web.Request, session: Session) -> Caller:
        """Return for whom the API is asked."""
        return Caller(session.tokens.access, self.address_of(request))

    def key_of(self, request: web.Request) -> CookieKey | None:
        """Return the cookie of a request; None without one."""
        cookie = request.cookies.get(self.cookie_name, "")
        return CookieKey(cookie) if 0 < len(cookie) <= LONGEST_COOKIE else None

    def origin_of(self, request: web.Request) -> str:
        """Return where our own pages come from."""
        return self.settings.portal_public_url or f"{request.scheme}://{request.host}"

    def require_own_origin(self, request: web.Request, *, always: bool = False) -> None:
        """Raise OriginError for a request from a foreign page.

        always: also where no page is named, as of a WebSocket: browsers name it always (RFC 6455, 4.1).
        """
        origin = request.headers.get("Origin")
        if origin is None and not always:
            return
        if origin is None or urlsplit(origin)[:2] != urlsplit(self.origin_of(request))[:2]:
            raise OriginError()

    async def session_of(self, request: web.Request) -> Session:
        """Return the session of a request that may do what it asks for.

        Raises SignedOutError, CsrfError, OriginError, UnavailableError, redis errors.
        """
        key = self.key_of(request)
        if key is None:
            raise SignedOutError()
        unsafe = request.method not in SAFE
        if unsafe:
            self.require_own_origin(request)
        session = await self.sign_ins.current(key, self.address_of(request))
        if unsafe and not compare_digest(
            request.headers.get(CSRF_HEADER, "").encode(), session.identity.csrf.encode()
        ):
            raise CsrfError()
        vouch(request)
        return session

    def with_session(self, handler: SessionHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return an aiohttp handler that answers only to who is signed in."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await handler(request, await self.session_of(request))

        return handle
