"""Errors that the API tells beside those of every service."""

from typing import Any

from servicekit.problems import InvalidRequestError, Problem


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


class MethodNotAllowedError(Problem):
    status = 405
    error_id = "method-not-allowed"
    title = "This address does not take that method"


class ConflictError(Problem):
    status = 409
    error_id = "conflict"
    title = "This conflicts with what is there"


class UnsupportedMediaTypeError(Problem):
    status = 415
    error_id = "unsupported-media-type"
    title = "Send application/json"


class PasswordWeakError(InvalidRequestError):
    error_id = "password-weak"
    title = "The password is too weak"
