"""Wire shapes of enrolment and of what branches say."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from control_plane.web import Shape

Pem = Annotated[str, StringConstraints(min_length=1, max_length=8192)]
Serial = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,40}$")]


class IssuedToken(Shape):
    """An enrolment token; it is shown this once."""

    token: str = Field(description="`<site>.<secret>.<SHA-256 of the platform's CA certificate>`")
    expires_at_ms: int


class Authority(Shape):
    """The platform's certificate authority."""

    ca: str = Field(description="PEM")
    fingerprint: str = Field(description="SHA-256 of the DER form, hexadecimal")


class Enrolment(Shape):
    """What a new branch hands in."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    csr: Pem = Field(description="PKCS #10 request, PEM; its names are passed over")


class Renewal(Shape):
    """A request for a new key."""

    csr: Pem = Field(description="PKCS #10 request, PEM; its names are passed over")


class Certified(Shape):
    """A signed certificate and who signed it."""

    certificate: str = Field(description="PEM; common name is the site id, SAN `urn:trunkline:site:<site>`")
    ca: str = Field(description="PEM")


class Certificate(Shape):
    """A certificate that a site got."""

    serial: str
    issued_ms: int
    ends_ms: int
    revoked_ms: int | None = None
    revoked_by: str | None = None


class CertificatePage(Shape):
    """A page of a site's certificates."""

    items: list[Certificate]
    next: str | None = None


class SnapshotQuery(Shape):
    """What the branch has already."""

    version: int | None = Field(None, ge=0, description="`version` of the snapshot it has")
    mark: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="`mark` of the snapshot it has; more exact than the version"
    )
    wait: int = Field(25, ge=0, le=25, description="seconds to wait for a change")


class SiteSnapshot(Shape):
    """The site's part of the edge snapshot; `changed` false, and no document, when the branch has it already."""

    changed: bool
    version: int
    mark: str
    document: dict[str, Any] | None = None


class LinkReport(Shape):
    """What a branch measures on its line to headquarters; keys of a newer branch are passed over."""

    model_config = ConfigDict(extra="ignore")

    rtt_ms: float | None = Field(None, ge=0, le=600_000)
    jitter_ms: float | None = Field(None, ge=0, le=600_000)
    loss: float = Field(ge=0, le=1)
    samples: int = Field(0, ge=0, le=100_000)
    registrations: int | None = Field(None, ge=0, le=10_000_000)
    snapshot_version: int | None = Field(None, ge=0)


class Link(Shape):
    """A site's last link report; `live` while it is younger than 15 seconds."""

    site_id: str
    live: bool
    reported_ms: int
    report: LinkReport
