"""What wraps every request: its id, security headers, errors as problems, one log line."""

import logging
import re
import time
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from redis.exceptions import RedisError

from control_plane.people.passwords import PasswordsBusyError, WeakPasswordError
from control_plane.web.dispatch import REQUEST_ID
from control_plane.web.problems import MethodNotAllowedError, PasswordWeakError
from servicekit import logs, tracing
from servicekit.objects import ObjectsUnavailableError
from servicekit.problems import (
    BodyTooLargeError,
    InvalidRequestError,
    NotFoundError,
    Problem,
    UnavailableError,
    log_request,
    route_of,
)
from servicekit.stores import InvalidPageTokenError, StoreUnavailableError

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Server": "trunkline",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

logger = logging.getLogger(__name__)


def build_middleware(new_id: Callable[[], str]) -> Middleware:
    """Return the one middleware of an application; new_id makes request ids."""

    @web.middleware
    async def wrap(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id()
        REQUEST_ID.set(request_id)
        started = time.monotonic()
        # What a caller says of a trace is not believed: ours begins here.
        span = tracing.root("request", method=request.method, route=route_of(request))
        with logs.bind(request_id=request_id, tenant_id=request.match_info.get("tenant_id")), span:
            try:
                response = await handler(request)
            except Exception as error:  # the top of a request: whatever it was, the client gets a problem
                response = _problem_of(error).to_response(request_id=request_id)
            span.note(status=response.status)
            log_request(logger, request, response, started)
        if not response.prepared:
            response.headers["X-Request-Id"] = request_id
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return wrap


def _problem_of(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case InvalidPageTokenError():
            return InvalidRequestError(errors=[{"where": "query.after", "message": str(error)}])
        case StoreUnavailableError() | ObjectsUnavailableError() | RedisError():
            logger.error("request failed: a dependency is away", extra={"error": type(error).__name__})
            return UnavailableError()
        case WeakPasswordError():
            return PasswordWeakError(str(error))
        case PasswordsBusyError():
            return UnavailableError("too many people are signing in at once; try again in a moment")
        case web.HTTPNotFound():
            return NotFoundError("there is nothing at this address; see /api/v1/openapi.json")
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return MethodNotAllowedError(f"use one of: {allowed}", headers={"Allow": allowed})
        case web.HTTPRequestEntityTooLarge():
            return BodyTooLargeError("send a smaller body")
        case web.HTTPClientError():
            return InvalidRequestError(error.reason)
        case _:
            logger.exception("request failed")
            return Problem("the error was logged with this request_id")
