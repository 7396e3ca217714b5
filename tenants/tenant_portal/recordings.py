"""`/recordings/...`: a recording's sound from the portal's own origin, as players want it.

The control plane gives a link that lives for some minutes, and audits who asked; the file flows through.
"""

from collections import OrderedDict

import aiohttp
from aiohttp import web

from servicekit.problems import ForbiddenError, NotFoundError, UnavailableError
from tenant_portal.desk import Desk
from tenant_portal.passing import NOT_ANSWERED, answer_through, passed_on
from tenant_portal.problems import NotArchivedError, SignedOutError
from tenant_portal.sessions import Session

LINK_MS = 120_000
"""A player asks for one file in several parts: they are one look.  Less than a link lives."""
MOST_LINKS = 2000
ASKED = ("Range", "If-Range")


class RecordingRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._links: OrderedDict[tuple[str, str, str], tuple[str, int]] = OrderedDict()

    def add_to(self, app: web.Application) -> None:
        serve = self._desk.with_session(self.serve)
        app.router.add_get("/recordings/{tenant_id}/{recording_id}", serve, allow_head=False)

    async def serve(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Return a recording, or the part of it that is asked for (RFC 9110, 14).

        Raises NotFoundError, ForbiddenError, NotArchivedError, SignedOutError, UnavailableError.
        """
        return await sound_through(self._desk, request, await self._link(request, session))

    async def _link(self, request: web.Request, session: Session) -> str:
        tenant_id, recording_id = request.match_info["tenant_id"], request.match_info["recording_id"]
        if not all(is_name(each) for each in (tenant_id, recording_id)):
            raise NotFoundError()
        key, now_ms = (session.key.name, tenant_id, recording_id), self._desk.now_ms()
        known = self._links.get(key)
        if known is not None and known[1] > now_ms:
            return known[0]
        path = f"/tenants/{tenant_id}/recordings/{recording_id}/download"
        answer = await self._desk.api.ask("GET", path, self._desk.caller(request, session))
        problem = {401: SignedOutError, 403: ForbiddenError, 404: NotFoundError, 409: NotArchivedError}
        if answer.status != 200:
            raise problem.get(answer.status, UnavailableError)()
        url: str = answer.body["url"]
        self._links[key] = (url, now_ms + LINK_MS)
        if len(self._links) > MOST_LINKS:
            self._links.popitem(last=False)
        return url


async def sound_through(desk: Desk, request: web.Request, url: str) -> web.StreamResponse:
    """Answer with the file of a link, or the part of it that is asked for.  Raises UnavailableError."""
    headers = {name: request.headers[name] for name in ASKED if name in request.headers}
    try:
        async with desk.api.fetched(url, headers) as answer:
            if answer.status not in (200, 206, 416):
                raise UnavailableError()
            kept_back = NOT_ANSWERED | {"content-disposition"}
            return await answer_through(request, answer, passed_on(answer.headers, kept_back))
    except aiohttp.ClientError as error:
        raise UnavailableError() from error


def is_name(text: str) -> bool:
    """Say whether a part of an address is written as ids and language tags are."""
    return text.isascii() and text.replace("-", "").isalnum() and len(text) <= 64
