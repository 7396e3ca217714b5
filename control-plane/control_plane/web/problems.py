"""Errors as `application/problem+json` (RFC 9457), each with a stable kebab-case `error_id`."""

import json
from typing import Any, ClassVar

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """An error that a client of the API is told.

    Subclasses fix status, error_id and title; `detail` says what to do.
    `extra` are further members of the document; they and `detail` must hold no secret.
    """

    status: ClassVar[int] = 500
    error_id: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str = "", *, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.headers = headers or {}
        self.extra = extra

    def to_response(self, request_id: str) -> web.Response:
        """Return the document as an HTTP response."""
        document = {
            "type": f"urn:trunkline:problem:{self.error_id}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "error_id": self.error_id,
            "request_id": request_id,
            **self.extra,
        }
        return web.Response(
            body=json.dumps(document, ensure_ascii=False).encode(),
            status=self.status,
            content_type=CONTENT_TYPE,
            headers=self.headers,
        )


class MalformedJsonError(Problem):
    status = 400
    error_id = "malformed-json"
    title = "The body is not JSON"


class UnauthenticatedError(Problem):
    status = 401
    error_id = "unauthenticated"
    title = "Sign in first"

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **extra)


class TokenExpiredError(UnauthenticatedError):
    error_id = "token-expired"
    title = "The access token has expired; refresh it"


class TokenInvalidError(UnauthenticatedError):
    error_id = "token-invalid"
    title = "The access token is not one of ours, or its session is over"


class ForbiddenError(Problem):
    status = 403
    error_id = "forbidden"
    title = "Your roles do not allow this"


class NotFoundError(Problem):
    """Also what a foreign tenant's things are to everyone else: there is no telling the two apart."""

    status = 404
    error_id = "not-found"
    title = "There is no such thing"


class MethodNotAllowedError(Problem):
    status = 405
    error_id = "method-not-allowed"
    title = "This address does not take that method"


class ConflictError(Problem):
    status = 409
    error_id = "conflict"
    title = "This conflicts with what is there"


class BodyTooLargeError(Problem):
    status = 413
    error_id = "body-too-large"
    title = "The body is too large"


class UnsupportedMediaTypeError(Problem):
    status = 415
    error_id = "unsupported-media-type"
    title = "Send application/json"


class InvalidRequestError(Problem):
    """`errors`: a list of {where, message}, one for each field that is wrong."""

    status = 422
    error_id = "invalid-request"
    title = "The request does not have the right shape"


class PasswordWeakError(InvalidRequestError):
    error_id = "password-weak"
    title = "The password is too weak"


class TooManyRequestsError(Problem):
    status = 429
    error_id = "too-many-requests"
    title = "Too many requests"

    def __init__(self, retry_after_seconds: int) -> None:
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
