"""Errors of an HTTP service as `application/problem+json` (RFC 9457), each with a stable kebab-case `error_id`."""

import json
import logging
import time
from typing import Any

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """An error that a client is told.

    Subclasses fix status, error_id and title; `detail` says what to do.
    `extra` are further members of the document; they and `detail` must hold no secret.
    """

    status: int = 500
    error_id: str = "internal-error"
    title: str = "Something went wrong on our side"

    def __init__(self, detail: str = "", *, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.headers = headers or {}
        self.extra = extra

    def to_response(self, **members: str) -> web.Response:
        """Return the document as an HTTP response; `members` are of the request, as its id is."""
        document = {
            "type": f"urn:trunkline:problem:{self.error_id}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "error_id": self.error_id,
            **members,
            **self.extra,
        }
        body = json.dumps(document, ensure_ascii=False).encode()
        return web.Response(body=body, status=self.status, content_type=CONTENT_TYPE, headers=self.headers)


class ForbiddenError(Problem):
    status = 403
    error_id = "forbidden"
    title = "Your roles do not allow this"


class NotFoundError(Problem):
    """Also what a foreign tenant's things are to everyone else: there is no telling the two apart."""

    status = 404
    error_id = "not-found"
    title = "There is no such thing"


class BodyTooLargeError(Problem):
    status = 413
    error_id = "body-too-large"
    title = "The body is too large"


class InvalidRequestError(Problem):
    """`errors`: a list of {where, message}, one for each field that is wrong."""

    status = 422
    error_id = "invalid-request"
    title = "The request does not have the right shape"


class TooManyRequestsError(Problem):
    status = 429
    error_id = "too-many-requests"
    title = "Too many requests"

    def __init__(self, retry_after_seconds: int | str) -> None:
        super().__init__(
            f"try again in {retry_after_seconds} seconds", headers={"Retry-After": str(retry_after_seconds)}
        )


class UnavailableError(Problem):
    """Something this needs is away; trying again later may help."""

    status = 503
    error_id = "unavailable"
    title = "A part of the platform is away; try again in a moment"

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "2"}, **extra)


class TimedOutError(UnavailableError):
    error_id = "timed-out"
    title = "This took too long and was given up"


def route_of(request: web.Request) -> str:
    """Return the path as it was declared: numbers and names in a real one belong in no log."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "-"


def log_request(logger: logging.Logger, request: web.Request, response: web.StreamResponse, started: float) -> None:
    """Write a request's one line; `started` is monotonic."""
    logger.info(
        "request",
        extra={
            "method": request.method,
            "route": route_of(request),
            "status": response.status,
            "duration_ms": round((time.monotonic() - started) * 1000, 1),
        },
    )
