"""Errors that a browser is told beside those of every service."""

from servicekit.problems import NotFoundError, Problem


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


class CsrfError(Problem):
    status = 403
    error_id = "csrf-token-wrong"
    title = "Send the session's token as X-CSRF-Token"


class OriginError(Problem):
    status = 403
    error_id = "origin-foreign"
    title = "This page may not do that"


class NoStationError(NotFoundError):
    error_id = "no-station"
    title = "You are seated at no station that a browser may use"


class NotArchivedError(Problem):
    status = 409
    error_id = "recording-not-archived"
    title = "The recording is not archived yet, or there is none any more"


class TooManySocketsError(Problem):
    status = 429
    error_id = "too-many-sockets"
    title = "The session has too many event sockets open; close a tab"
