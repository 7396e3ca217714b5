"""Routes of sessions: sign in, who am I, whose desk, sign out."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from servicekit.problems import InvalidRequestError
from tenant_portal.brands import brand_of
from tenant_portal.desk import Desk
from tenant_portal.phone import is_for_browsers
from tenant_portal.problems import SignedOutError
from tenant_portal.sessions import Session

LANGUAGES = ("en", "zh-CN")
MOST_BODY_BYTES = 16_384
LONGEST_FIELD = 500


class SessionRoutes:
    """What is at `/session` and `/sessions`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: web.Application) -> None:
        signed_in = self._desk.with_session
        app.router.add_post("/session", self.sign_in)
        app.router.add_get("/session", signed_in(self.show), allow_head=False)
        app.router.add_delete("/session", self.sign_out)
        app.router.add_put("/session/tenant", signed_in(self.choose_tenant))
        app.router.add_put("/session/language", signed_in(self.choose_language))
        app.router.add_delete("/sessions", signed_in(self.sign_out_everywhere))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Begin a session; one that the browser had ends."""
        desk = self._desk
        # No session vouches for the page yet: a foreign one must not sign its visitors in as somebody else.
        desk.require_own_origin(request)
        body = await _read(request, {"username": True, "password": True, "code": False})
        address = desk.address_of(request)
        session = await desk.sign_ins.sign_in(body, address, language_of(request.headers))
        await self._leave_former(request)
        response = await self.show(request, session)
        self._set_cookie(response, session.key.cookie)
        return response

    async def show(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Who is signed in, for whom, and what the page needs to go on."""
        desk, caller = self._desk, self._desk.caller(request, session)
        answer = await desk.api.ask("GET", "/auth/me", caller)
        if answer.status == 401:
            await desk.sign_ins.end(session)
            raise SignedOutError()
        me: dict[str, Any] = answer.body
        tenants = await desk.api.all_of("/tenants", caller) or []
        session = await self._at_own_tenant(request, session, me)
        document = {
            "user": {
                "id": me["user_id"],
                "username": me["username"],
                "name": me["display_name"],
                "is_hq_admin": me["is_hq_admin"],
                "roles": me["roles"],
                "permissions": me["permissions"],
                "teams": me["teams"],
                "second_factor": me["second_factor"],
                "must_enrol": me["must_enrol"],
                "station": await self._station_of(session, request, me),
            },
            "tenants": [
                {"id": each["tenant_id"], "name": each["name"], "brand": brand_of(each["tenant_id"], each["brand"])}
                for each in tenants
            ],
            "tenant": session.tenant_id,
            "csrf": session.identity.csrf,
            "language": session.language,
            "server_time_ms": desk.now_ms(),
        }
        return web.json_response(document)

    async def choose_tenant(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Show another tenant's desk."""
        body = await _read(request, {"tenant_id": True})
        address = self._desk.address_of(request)
        changed = await self._desk.sign_ins.choose_tenant(session, body["tenant_id"], address)
        return await self.show(request, changed)

    async def choose_language(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Remember the language that was chosen."""
        body = await _read(request, {"language": True})
        if body["language"] not in LANGUAGES:
            raise InvalidRequestError(f"choose one of: {', '.join(LANGUAGES)}")
        await self._desk.sign_ins.choose_language(session, body["language"])
        return web.Response(status=204)

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """End the session; where there is none any more that is fine."""
        try:
            session = await self._desk.session_of(request)
        except SignedOutError:
            return self._without_cookie()
        await self._desk.sign_ins.sign_out(session, self._desk.address_of(request))
        return self._without_cookie()

    async def sign_out_everywhere(self, request: web.Request, session: Session) -> web.StreamResponse:
        """End all sessions of the user, in other browsers and of programs too."""
        await self._desk.sign_ins.sign_out_everywhere(session, self._desk.address_of(request))
        return self._without_cookie()

    async def _at_own_tenant(self, request: web.Request, session: Session, me: Mapping[str, Any]) -> Session:
        """Return the session with a tenant that the user still has a role in; HQ may look at any."""
        if session.tenant_id is None or session.tenant_id in me["roles"] or me["is_hq_admin"]:
            return session
        address = self._desk.address_of(request)
        return await self._desk.sign_ins.choose_tenant(session, min(me["roles"], default=None), address)

    async def _station_of(self, session: Session, request: web.Request, me: Mapping[str, Any]) -> Any:
        """Return the station at which the user is seated in the tenant shown, one for browsers first."""
        if session.tenant_id not in me["roles"]:
            return None
        path = f"/tenants/{session.tenant_id}/stations"
        found = await self._desk.api.all_of(path, self._desk.caller(request, session), user_id=me["user_id"])
        stations = sorted(found or [], key=lambda each: not is_for_browsers(each))
        names = ("extension", "domain", "site_id", "display_name", "media")
        return {name: stations[0][name] for name in names} if stations else None

    async def _leave_former(self, request: web.Request) -> None:
        key = self._desk.key_of(request)
        if key is None:
            return
        try:
            former = await self._desk.sign_ins.current(key, self._desk.address_of(request))
        except SignedOutError:
            return
        await self._desk.sign_ins.sign_out(former, self._desk.address_of(request))

    def _set_cookie(self, response: web.StreamResponse, cookie: str) -> None:
        settings = self._desk.settings
        # As long as the session may live at most; the server knows when it ends.
        response.set_cookie(
            self._desk.cookie_name,
            cookie,
            max_age=settings.portal_session_seconds,
            path="/",
            secure=settings.is_secure,
            httponly=True,
            samesite="Strict",
        )

    def _without_cookie(self) -> web.Response:
        response = web.Response(status=204)
        secure = self._desk.settings.is_secure
        response.del_cookie(self._desk.cookie_name, path="/", secure=secure, httponly=True, samesite="Strict")
        return response


def language_of(headers: Mapping[str, str]) -> str:
    """Return which of our languages a browser wants (RFC 9110, 12.5.4): the first that it names and we have."""
    for part in headers.get("Accept-Language", "").split(","):
        tag = part.partition(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "en"


async def _read(request: web.Request, fields: Mapping[str, bool]) -> dict[str, str]:
    """Return the texts of a small JSON body; fields: by name, whether it is needed.  Raises InvalidRequestError."""
    if request.content_type != "application/json":
        raise InvalidRequestError("send the body as application/json")
    if (request.content_length or 0) > MOST_BODY_BYTES:
        raise InvalidRequestError("send a smaller body")
    try:
        body = json.loads(await request.content.read(MOST_BODY_BYTES))
    except ValueError:
        raise InvalidRequestError("the body can not be read as JSON") from None
    if not isinstance(body, dict) or body.keys() - fields.keys():
        raise InvalidRequestError(f"send an object with {', '.join(fields)}")
    given = {name: value for name, value in body.items() if value is not None}
    missing = [name for name, needed in fields.items() if needed and name not in given]
    wrong = [name for name, value in given.items() if not isinstance(value, str) or len(value) > LONGEST_FIELD]
    if missing or wrong:
        raise InvalidRequestError(f"give as text: {', '.join(missing + wrong)}")
    return given
