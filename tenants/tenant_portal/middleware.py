"""What wraps every request: errors as problems, headers, one log line."""

import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from redis.exceptions import RedisError

from servicekit import logs
from servicekit.problems import (
    BodyTooLargeError,
    InvalidRequestError,
    NotFoundError,
    Problem,
    UnavailableError,
    log_request,
)
from tenant_portal.desk import Desk
from tenant_portal.problems import SignedOutError

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
}
HSTS = "max-age=31536000; includeSubDomains"
NOTHING = "default-src 'none'; frame-ancestors 'none'"
"""Of what is no page."""

logger = logging.getLogger(__name__)


def build_middleware(desk: Desk) -> Middleware:
    """Return the one middleware of the portal."""

    @web.middleware
    async def wrap(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.monotonic()
        with logs.bind(tenant_id=request.match_info.get("tenant_id")):
            try:
                response = await handler(request)
            except Exception as error:  # the top of a request: whatever it was, the browser gets a problem
                problem = _problem_of(error)
                response = problem.to_response()
                if isinstance(problem, SignedOutError) and desk.key_of(request) is not None:
                    secure = desk.settings.is_secure
                    response.del_cookie(desk.cookie_name, path="/", secure=secure, httponly=True, samesite="Strict")
            log_request(logger, request, response, started)
        return response

    return wrap


def build_signer(desk: Desk) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return what signs every answer (for `Application.on_response_prepare`), those that are sent in pieces too."""
    common = {**HEADERS, "Strict-Transport-Security": HSTS} if desk.settings.is_secure else HEADERS

    async def sign(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in common.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", NOTHING)

    return sign


def _problem_of(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case RedisError():
            logger.error("request failed: Redis is away", extra={"error": type(error).__name__})
            return UnavailableError()
        case web.HTTPNotFound():
            return NotFoundError("there is nothing at this address; see /openapi.json")
        case web.HTTPRequestEntityTooLarge():
            return BodyTooLargeError()
        case web.HTTPClientError():
            return InvalidRequestError(error.reason)
        case _:
            logger.exception("request failed")
            return Problem("the error was logged")
