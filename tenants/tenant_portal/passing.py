"""`/api/v1/...` passed on to the control plane with the session's rights; bodies flow through both ways.

Nothing is held but a piece at a time: who sends fast waits for who reads slowly.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from servicekit.problems import BodyTooLargeError, NotFoundError, Problem, TimedOutError, UnavailableError
from tenant_portal.controlplane import PREFIX
from tenant_portal.desk import CSRF_HEADER, Desk
from tenant_portal.problems import SignedOutError
from tenant_portal.sessions import Session

PIECE_BYTES = 65_536
PIECE_SECONDS = 30.0
"""For a browser to send or take a piece."""
WHOLE_SECONDS = 900.0
OWN_ROUTES = ("/auth/token", "/auth/refresh", "/auth/sign-out")
"""They give tokens out, or take them: no browser has any."""
HOP_BY_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""RFC 9110, 7.6.1: of one connection only."""
NOT_ASKED = frozenset(
    {
        "authorization", "cookie", "expect", "forwarded", "host", "origin", "referer", "via", "x-forwarded-for",
        "x-forwarded-host", "x-forwarded-proto", "x-real-ip", CSRF_HEADER.lower(),
    }
)  # fmt: skip
NOT_ANSWERED = frozenset({"content-security-policy", "server", "set-cookie", "www-authenticate", "x-frame-options"})


class PassingOn:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: web.Application) -> None:
        app.router.add_route("*", PREFIX + "/{path:.*}", self._desk.with_session(self.serve))

    async def serve(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Pass a request on.

        Raises NotFoundError, BodyTooLargeError, SignedOutError, TimedOutError, UnavailableError.
        """
        target = target_of(request.raw_path)
        limit = self._desk.settings.portal_max_upload_bytes
        if (request.content_length or 0) > limit:
            raise BodyTooLargeError(f"send {limit} bytes at most")
        body = _Body(request, limit) if request.body_exists else None
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                return await self._pass(request, session, target, body)
        except TimeoutError as error:
            raise _cut(body) or TimedOutError() from error
        except aiohttp.ClientError as error:
            raise _cut(body) or UnavailableError() from error

    async def _pass(
        self, request: web.Request, session: Session, target: str, body: "_Body | None"
    ) -> web.StreamResponse:
        headers = passed_on(request.headers, NOT_ASKED)
        if body is not None and request.content_length is not None:
            headers["Content-Length"] = str(request.content_length)
        for last in (False, True):
            caller = self._desk.caller(request, session)
            data = body.pieces() if body is not None else None
            async with self._desk.api.opened(request.method, target, caller, headers, data) as answer:
                if answer.status != 401:
                    return await answer_through(request, answer, passed_on(answer.headers, NOT_ANSWERED))
            if last or (body is not None and body.begun):
                break
            # The control plane ended the access token early, or its clock is ahead of ours.
            session = await self._desk.sign_ins.current(
                session.key, self._desk.address_of(request), refused=session.tokens.access
            )
        await self._desk.sign_ins.end(session)
        raise SignedOutError()


class _Body:
    """A request's body on its way.  `problem`: why it was cut off."""

    def __init__(self, request: web.Request, limit: int) -> None:
        self._request = request
        self._limit = limit
        self.begun = False
        self.problem: Problem | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body piece by piece.  Raises what `problem` is then, too."""
        sent = 0
        while True:
            try:
                async with asyncio.timeout(PIECE_SECONDS):
                    piece = await self._request.content.read(PIECE_BYTES)
            except TimeoutError:
                self.problem = TimedOutError()
                raise self.problem from None
            if not piece:
                return
            self.begun = True
            sent += len(piece)
            if sent > self._limit:
                self.problem = BodyTooLargeError(f"send {self._limit} bytes at most")
                raise self.problem
            yield piece


def _cut(body: _Body | None) -> Problem | None:
    return body.problem if body is not None else None


async def answer_through(
    request: web.Request, answer: aiohttp.ClientResponse, headers: CIMultiDict[str]
) -> web.StreamResponse:
    """Send an answer on as it comes."""
    response = web.StreamResponse(status=answer.status, reason=answer.reason)
    response.headers.extend(headers)
    # Its length is known where it is not compressed anew on the way, and it never is.
    response.content_length = answer.content_length
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_chunked(PIECE_BYTES):
            # Waits for a browser that reads slowly, and gives up one that does not read.
            async with asyncio.timeout(PIECE_SECONDS):
                await response.write(piece)
        await response.write_eof()
    except (aiohttp.ClientError, TimeoutError, ConnectionResetError):
        # The head has gone out already: only the end of the connection can tell that this was not all.
        if request.transport is not None:
            request.transport.abort()
    return response


def passed_on(headers: CIMultiDictProxy[str] | Mapping[str, str], kept_back: frozenset[str]) -> CIMultiDict[str]:
    """Return the headers that go on: not those of one connection, nor those that it names as its own."""
    own = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    dropped = HOP_BY_HOP | own | kept_back | {"content-length"}
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in dropped)


def target_of(raw_path: str) -> str:
    """Return a request's target for the API.

    Raises NotFoundError for one of the portal's own matters, and for a path that two readers could read differently.
    """
    path = raw_path.partition("?")[0]
    if not path.startswith(f"{PREFIX}/"):
        raise NotFoundError()
    plain = unquote(path)
    steps = plain.split("/")[1:]
    if any(step in (".", "..") for step in steps) or "//" in plain or "\\" in plain or "%" in plain:
        raise NotFoundError()
    if not plain.isprintable() or plain.count("/") != path.count("/"):
        raise NotFoundError()
    if plain.removeprefix(PREFIX).rstrip("/").lower() in OWN_ROUTES:
        raise NotFoundError()
    return raw_path
