"""Use cases of enrolment: a token for one branch and one hour, a certificate for it, renewal, revocation."""

import asyncio
import hashlib
import logging
import re
import secrets
from pathlib import Path

from cryptography import x509

from callmodel.ids import SiteId
from control_plane.audit import record
from control_plane.features.enrolment import store as tables
from control_plane.inventory.references import site_exists
from control_plane.keyring import pki
from control_plane.web import ConflictError, Context, ForbiddenError, NotFoundError, Problem, UnavailableError
from control_plane.web.throttle import Throttle

TOKEN_SECONDS = 3600
SECRET_BYTES = 32
TOKENS_PER_HOUR = 30
RENEWALS_PER_HOUR = 10

_TOKEN = re.compile(r"([a-z0-9-]{1,63})\.([A-Za-z0-9_-]{43})\.([0-9a-f]{64})")

logger = logging.getLogger(__name__)


class NoAuthorityError(UnavailableError):
    error_id = "no-certificate-authority"
    title = "This control plane has no certificate authority; run `trunkline admin bootstrap`"


class EnrolmentTokenInvalidError(ForbiddenError):
    error_id = "enrolment-token-invalid"
    title = "This enrolment token was not given out here"


class EnrolmentTokenExpiredError(ForbiddenError):
    error_id = "enrolment-token-expired"
    title = "This enrolment token is over an hour old; make a new one"


class EnrolmentTokenUsedError(ConflictError):
    error_id = "enrolment-token-used"
    title = "This enrolment token was used already, by another key; make a new one"


class BadCertificateRequestError(Problem):
    status = 422
    error_id = "bad-certificate-request"
    title = "The certificate signing request can not be signed"


def authority_in(folder: Path | None) -> pki.Authority:
    """Return the platform CA.  Raises NoAuthorityError."""
    try:
        if folder is not None:
            return pki.open_authority(folder)
    except (pki.AuthorityMissingError, ValueError, OSError):
        logger.exception("certificate authority can not be opened")
    raise NoAuthorityError()


async def issue_token(context: Context, site_id: SiteId) -> tuple[str, int]:
    """Return a fresh token and when it ends (ms since 1970); the store keeps its hash only.

    Raises NotFoundError, NoAuthorityError, TooManyRequestsError.
    """
    if not await site_exists(context.store, site_id):
        raise NotFoundError("there is no such site; create it first")
    await Throttle(context.redis, "enrolment-token", TOKENS_PER_HOUR, 3600).admit(site_id)
    authority = await asyncio.to_thread(authority_in, context.settings.pki_dir)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    now = context.now_ms()
    expires_ms = now + TOKEN_SECONDS * 1000
    await tables.add_token(
        context.store,
        site_id,
        _hash(secret),
        issued_ms=now,
        issued_by=context.principal.username,
        expires_ms=expires_ms,
    )
    return f"{site_id}.{secret}.{authority.fingerprint}", expires_ms


async def enrol(context: Context, authority: pki.Authority, token: str, csr: str) -> str:
    """Return a certificate (PEM) for the request's key.

    A token serves one key: handed in again with the same one, because the answer was lost on the way, it gives the
    same certificate.  Raises EnrolmentTokenInvalidError, EnrolmentTokenExpiredError, EnrolmentTokenUsedError,
    BadCertificateRequestError.
    """
    match = _TOKEN.fullmatch(token)
    if match is None or match[3] != authority.fingerprint:
        raise EnrolmentTokenInvalidError()
    site_id, secret_hash = SiteId(match[1]), _hash(match[2])
    row = await tables.token_of(context.store, site_id, secret_hash)
    if row is None or not await site_exists(context.store, site_id):
        raise EnrolmentTokenInvalidError()
    try:
        key = pki.key_fingerprint(csr)
    except pki.BadRequestCertificateError as error:
        raise BadCertificateRequestError(str(error)) from None
    if row["state"] == tables.ISSUED:
        if context.now_ms() >= row["expires_ms"]:
            raise EnrolmentTokenExpiredError()
        await tables.use_token(context.store, site_id, secret_hash, key, context.now_ms())
        # Whoever came first has it now: read who that was.
        row = await tables.token_of(context.store, site_id, secret_hash)
    if row is None or row["key_fingerprint"] != key:
        logger.warning("enrolment token used twice", extra={"site_id": site_id})
        raise EnrolmentTokenUsedError()
    if row["serial"] is not None:
        known = await tables.certificate_of(context.store, site_id, row["serial"])
        if known is None or known["revoked_ms"] is not None:
            raise EnrolmentTokenUsedError("the certificate that this token gave was revoked; make a new token")
        return str(known["pem"])
    certificate = await _certify(context, authority, site_id, csr, "enrolment.enrol")
    await tables.note_serial(context.store, site_id, secret_hash, pki.serial_of(_load(certificate)))
    return certificate


async def renew(context: Context, authority: pki.Authority, csr: str) -> str:
    """Return a certificate (PEM) for a branch that shows a valid one; that one stays valid to its end.

    Raises BadCertificateRequestError, TooManyRequestsError.
    """
    site_id = context.principal.site_id
    assert site_id is not None  # the route lets branches in only
    await Throttle(context.redis, "renewal", RENEWALS_PER_HOUR, 3600).admit(site_id)
    return await _certify(context, authority, site_id, csr, "enrolment.renew")


async def revoke(context: Context, site_id: str, serial: str) -> None:
    """Revoke a certificate; doing it twice is harmless.  Raises NotFoundError."""
    if await tables.certificate_of(context.store, site_id, serial) is None:
        raise NotFoundError("this site has no such certificate")
    await tables.revoke_certificate(context.store, site_id, serial, context.now_ms(), context.principal.username)


async def _certify(context: Context, authority: pki.Authority, site_id: str, csr: str, action: str) -> str:
    try:
        pem = pki.sign_branch_request(authority, csr, site_id)
    except pki.BadRequestCertificateError as error:
        raise BadCertificateRequestError(str(error)) from None
    certificate = _load(pem)
    serial, now = pki.serial_of(certificate), context.now_ms()
    ends_ms = int(certificate.not_valid_after_utc.timestamp() * 1000)
    # Before it is handed out: what is not on record can not be revoked.
    await tables.add_certificate(context.store, site_id, serial, pem, now, ends_ms)
    await record(
        context.store,
        at_ms=now,
        actor=f"site:{site_id}",
        action=action,
        subject={"site_id": site_id, "serial": serial},
        address=context.address,
        request_id=context.request_id,
        retention=context.retention,
    )
    logger.info("branch certified", extra={"site_id": site_id, "certificate_id": serial})
    return pem


def _load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()
