"""Routes of enrolment: for administrators on the API, for branches on the mutual-TLS listener."""

from collections.abc import Sequence

from callmodel.ids import SiteId
from control_plane.features.enrolment import branchsnapshots, links, schemas, service
from control_plane.features.enrolment import store as tables
from control_plane.fields import SiteIdText
from control_plane.keyring import pki
from control_plane.people.permissions import Permission
from control_plane.web import (
    Access,
    Context,
    ForbiddenError,
    NotFoundError,
    PageQuery,
    Route,
    UnavailableError,
)
from servicekit.problems import TooManyRequestsError

_TAGS = ("enrolment",)
LONG_POLL_SECONDS = 35.0


class SiteNotAllowedError(ForbiddenError):
    error_id = "site-not-allowed"
    title = "This site is not one that may connect"


async def issue_token(context: Context, site_id: SiteIdText) -> schemas.IssuedToken:
    """Make an enrolment token for a site: good once, for one hour, shown in this answer only."""
    token, expires_ms = await service.issue_token(context, site_id)
    return schemas.IssuedToken(token=token, expires_at_ms=expires_ms)


async def list_certificates(context: Context, site_id: SiteIdText, query: PageQuery) -> schemas.CertificatePage:
    """Certificates that the site got, by serial number."""
    page = await tables.certificates_of(context.store, site_id, query.limit, query.after)
    names = schemas.Certificate.model_fields
    items = [schemas.Certificate(**{name: row[name] for name in names}) for row in page.rows]
    return schemas.CertificatePage(items=items, next=page.next_token)


async def revoke_certificate(context: Context, site_id: SiteIdText, serial: schemas.Serial) -> None:
    """Revoke a certificate: the branch listener refuses it from now on; doing it twice is harmless."""
    await service.revoke(context, site_id, serial)


async def show_link(context: Context, site_id: SiteIdText) -> schemas.Link:
    """What the site's line to headquarters is like, as its gateway reported last."""
    return await links.link_of(context, site_id)


routes = [
    Route(
        "POST",
        "/sites/{site_id}/enrolment-tokens",
        issue_token,
        Permission.PLATFORM_MANAGE,
        "Make an enrolment token",
        _TAGS,
        status=201,
        errors=(NotFoundError, service.NoAuthorityError, TooManyRequestsError),
    ),
    Route(
        "GET",
        "/sites/{site_id}/certificates",
        list_certificates,
        Permission.PLATFORM_MANAGE,
        "List a site's certificates",
        _TAGS,
    ),
    Route(
        "DELETE",
        "/sites/{site_id}/certificates/{serial}",
        revoke_certificate,
        Permission.PLATFORM_MANAGE,
        "Revoke a certificate",
        _TAGS,
        status=204,
        errors=(NotFoundError,),
    ),
    Route(
        "GET",
        "/sites/{site_id}/link",
        show_link,
        Permission.PLATFORM_MANAGE,
        "Show a site's line quality",
        _TAGS,
        errors=(NotFoundError,),
    ),
]


class BranchApi:
    """What branches may ask.  Who they are comes from the client certificate and from nowhere else."""

    def __init__(self, authority: pki.Authority, watch: branchsnapshots.SnapshotWatch) -> None:
        self._authority = authority
        self._watch = watch

    async def authority(self, context: Context) -> schemas.Authority:
        """The platform's CA, for a branch that holds its fingerprint in a token."""
        return schemas.Authority(ca=self._authority.certificate_pem, fingerprint=self._authority.fingerprint)

    async def enrol(self, context: Context, body: schemas.Enrolment) -> schemas.Certified:
        """Turn a token into a certificate; the same key handed in again gets the same one."""
        certificate = await service.enrol(context, self._authority, body.token, body.csr)
        return schemas.Certified(certificate=certificate, ca=self._authority.certificate_pem)

    async def renew(self, context: Context, body: schemas.Renewal) -> schemas.Certified:
        """Get a certificate for a new key."""
        certificate = await service.renew(context, self._authority, body.csr)
        return schemas.Certified(certificate=certificate, ca=self._authority.certificate_pem)

    async def snapshot(self, context: Context, query: schemas.SnapshotQuery) -> schemas.SiteSnapshot:
        """The site's stations, once they are others than the branch has; at most 25 seconds later as they are."""
        site_id = _site_of(context)
        part = await self._watch.wait(site_id, query.version, query.mark, query.wait)
        if part is None:
            raise UnavailableError("no edge snapshot was published yet")
        if not self._watch.has(site_id):
            raise SiteNotAllowedError()
        if branchsnapshots.same(part, query.version, query.mark):
            return schemas.SiteSnapshot(changed=False, version=part.version, mark=part.mark)
        return schemas.SiteSnapshot(changed=True, version=part.version, mark=part.mark, document=part.document)

    async def link(self, context: Context, body: schemas.LinkReport) -> None:
        """Report what the line is like."""
        await links.keep_report(context, _site_of(context), body)

    def routes(self) -> Sequence[Route]:
        """Routes of the branch listener."""
        bad = service.BadCertificateRequestError
        token_errors = (
            service.EnrolmentTokenInvalidError,
            service.EnrolmentTokenExpiredError,
            service.EnrolmentTokenUsedError,
            bad,
        )
        return [
            Route("GET", "/branch/authority", self.authority, Access.PUBLIC, "Show the CA", _TAGS, limited=True),
            Route(
                "POST",
                "/branch/enrol",
                self.enrol,
                Access.PUBLIC,
                "Enrol",
                _TAGS,
                errors=(*token_errors, TooManyRequestsError),
                limited=True,
            ),
            Route(
                "POST",
                "/branch/renew",
                self.renew,
                Access.BRANCH,
                "Renew the certificate",
                _TAGS,
                errors=(bad, TooManyRequestsError),
            ),
            Route(
                "GET",
                "/branch/snapshot",
                self.snapshot,
                Access.BRANCH,
                "Wait for the site's snapshot",
                _TAGS,
                errors=(SiteNotAllowedError,),
                timeout_seconds=LONG_POLL_SECONDS,
            ),
            Route("PUT", "/branch/link", self.link, Access.BRANCH, "Report the line's quality", _TAGS, status=204),
        ]


def _site_of(context: Context) -> SiteId:
    site_id = context.principal.site_id
    if site_id is None:
        raise ForbiddenError("only a branch with its client certificate may do this")
    return site_id
