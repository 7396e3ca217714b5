"""Errors as `application/problem+json` (RFC 9457), told as the API tells its own; `error` repeats `error_id`."""

import json
from typing import ClassVar

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """An error that a browser is told.  `detail` says what to do, and holds no secret."""

    status: ClassVar[int] = 500
    error_id: str = "internal-error"
    title: str = "Something went wrong on our side"

    def __init__(self, detail: str = "", *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.headers = headers or {}

    def to_response(self) -> web.Response:
        """Return the document as an HTTP response."""
        document = {
            "type": f"urn:trunkline:problem:{self.error_id}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "error_id": self.error_id,
            "error": self.error_id,
        }
        body = json.dumps(document, ensure_ascii=False).encode()
        return web.Response(body=body, status=self.status, content_type=CONTENT_TYPE, headers=self.headers)


class InvalidRequestError(Problem):
    status = 422
    error_id = "invalid-request"
    title = "The request does not have the right shape"


class SignedOutError(Problem):
    """No session, one that is over, or a cookie that is none of ours: all the same."""

    status = 401
    error_id = "signed-out"
    title = "Sign in first"


class SignInRefusedError(Problem):
    """`error_id` is the control plane's: `wrong-credentials`, `code-needed`, `code-wrong`."""

    status = 401
    title = "Signing in failed"

    def __init__(self, error_id: str, detail: str) -> None:
        self.error_id = error_id
        super().__init__(detail)


class TooManyRequestsError(Problem):
    status = 429
    error_id = "too-many-requests"
    title = "Too many requests"

    def __init__(self, retry_after: str) -> None:
        super().__init__(f"try again in {retry_after} seconds", headers={"Retry-After": retry_after})


class CsrfError(Problem):
    status = 403
    error_id = "csrf-token-wrong"
    title = "Send the session's token as X-CSRF-Token"


class OriginError(Problem):
    status = 403
    error_id = "origin-foreign"
    title = "This page may not do that"


class ForbiddenError(Problem):
    status = 403
    error_id = "forbidden"
    title = "Your roles do not allow this"


class NotFoundError(Problem):
    status = 404
    error_id = "not-found"
    title = "There is no such thing"


class NoStationError(NotFoundError):
    error_id = "no-station"
    title = "You are seated at no station that a browser may use"


class NotArchivedError(Problem):
    status = 409
    error_id = "recording-not-archived"
    title = "The recording is not archived yet, or there is none any more"


class BodyTooLargeError(Problem):
    status = 413
    error_id = "body-too-large"
    title = "The body is too large"


class TooManySocketsError(Problem):
    status = 429
    error_id = "too-many-sockets"
    title = "The session has too many event sockets open; close a tab"


class UnavailableError(Problem):
    status = 503
    error_id = "unavailable"
    title = "A part of the platform is away; try again in a moment"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"Retry-After": "2"})


class TimedOutError(UnavailableError):
    error_id = "timed-out"
    title = "This took too long and was given up"
