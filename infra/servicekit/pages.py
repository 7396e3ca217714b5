"""What a listener answers where no handler of ours does: a problem (RFC 9457) that repeats and names nothing.

aiohttp's own pages say its version and Python's, and show the line that it could not read or the header that it does
not know: a password in the wrong place comes back that way, and an attacker learns which holes to try.
"""

import json
from http import HTTPStatus
from typing import Any

from aiohttp import web

SERVER = "trunkline"
_HEADERS = {"Server": SERVER, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_KEPT = ("Allow", "WWW-Authenticate", "Retry-After")


async def sign(_request: web.Request, response: web.StreamResponse) -> None:
    """Name ourselves in the `Server` header of every answer (for `Application.on_response_prepare`)."""
    response.headers["Server"] = SERVER


class QuietHandler(web.RequestHandler):
    """aiohttp's protocol of one connection, with our pages for what goes wrong outside of handlers."""

    __slots__ = ()

    def handle_error(self, request: web.BaseRequest, *args: Any, **more: Any) -> web.StreamResponse:
        """Let it be logged, and answer in our words."""
        theirs = super().handle_error(request, *args, **more)
        page = _page(theirs.status)
        page.force_close()
        return page

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send a response, which is ours unless aiohttp raised it where no middleware stands."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:
            kept = {name: resp.headers[name] for name in _KEPT if name in resp.headers}
            resp = _page(resp.status, kept)
        return await super().finish_response(request, resp, start_time)


def _page(status: int, headers: dict[str, str] | None = None) -> web.Response:
    title = HTTPStatus(status).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "error_id": title.lower().replace(" ", "-"),
    }
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        content_type="application/problem+json",
        headers={**_HEADERS, **(headers or {})},
    )
