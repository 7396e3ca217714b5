"""What the branch asks of the world: headquarters, a probe of the line, and the local registrar."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol


class HeadquartersAwayError(Exception):
    """Headquarters can not be reached now, or can not serve; trying again later may help."""


class RefusedError(Exception):
    """Headquarters answered, and said no: trying the same again is useless.  The text is for the operator."""

    def __init__(self, status: int, error_id: str, detail: str) -> None:
        super().__init__(f"{detail} ({error_id})")
        self.status = status
        self.error_id = error_id


@dataclass(frozen=True)
class Certified:
    """A signed certificate and the authority that signed it, both PEM."""

    certificate: str
    authority: str


@dataclass(frozen=True)
class SiteSnapshot:
    """The site's part of the edge snapshot.  `mark` names its content: the same mark, the same stations."""

    version: int
    document: dict[str, Any]
    mark: str


@dataclass(frozen=True)
class LinkReport:
    """What the line to headquarters was like over the last window.  `loss` is 0..1; times None: nothing came back."""

    rtt_ms: float | None
    jitter_ms: float | None
    loss: float
    samples: int
    registrations: int | None
    snapshot_version: int

    def to_wire(self) -> dict[str, Any]:
        """Return the report as JSON takes it."""
        return asdict(self)


class Headquarters(Protocol):
    """HQ's branch API.  Every method raises HeadquartersAwayError, and RefusedError for a clear no."""

    async def authority(self) -> str:
        """Return the platform CA (PEM).  Nothing vouches for it yet but a fingerprint that the caller holds."""

    async def enrol(self, token: str, request: str) -> Certified:
        """Hand in token and signing request (PEM); the same key handed in again gets the same certificate."""

    async def renew(self, request: str) -> Certified:
        """Get a certificate for a new key, on the strength of the present one."""

    async def snapshot(self, mark: str | None, wait_seconds: int) -> SiteSnapshot | None:
        """Return the site's snapshot once its mark is another; None when it stays the same so long (0 to 25 s)."""

    async def report_link(self, report: LinkReport) -> None:
        """Tell what the line is like."""


class Probe(Protocol):
    """One look at the line."""

    async def probe(self) -> float | None:
        """Return the round trip in milliseconds, None when it was lost."""


class Registrar(Protocol):
    """The branch's own Kamailio."""

    async def registrations(self) -> int | None:
        """Return how many phones are registered, None when it does not say."""

    async def reload_certificates(self) -> bool:
        """Let new TLS connections use the files as they are now; False when it could not."""
