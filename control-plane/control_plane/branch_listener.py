"""The listener for branches: mutual TLS 1.3, where the client certificate is the identity.

No certificate gets as far as enrolment; a foreign or expired one does not get through the handshake.
"""

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509

from callmodel.ids import SiteId, UserId
from control_plane.config import ControlPlaneSettings
from control_plane.features.enrolment.branchsnapshots import SnapshotWatch
from control_plane.features.enrolment.http import BranchApi
from control_plane.features.enrolment.store import certificate_of
from control_plane.keyring import pki
from control_plane.web import ForbiddenError, Principal
from control_plane.web.application import build_application
from control_plane.web.context import Resources
from control_plane.web.problems import UnauthenticatedError
from servicekit.files import write_atomically
from servicekit.listener import serve_http

RENEW_BEFORE_DAYS = 30

logger = logging.getLogger(__name__)


class CertificateRevokedError(ForbiddenError):
    error_id = "certificate-revoked"
    title = "This certificate was revoked; enrol again with a new token"


class CertificateAuthenticator:
    """Tells a request's site by its client certificate, which the TLS handshake verified against the CA."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    async def principal_of(self, request: web.Request) -> Principal | None:
        """Return the branch; None without a certificate.

        Raises UnauthenticatedError for one that is over or no branch's, CertificateRevokedError.
        """
        certificate = _peer_certificate(request)
        if certificate is None:
            return None
        # Again, though the handshake did: a connection may live longer than the certificate it began with.
        now = datetime.fromtimestamp(self._resources.now_ms() / 1000, UTC)
        if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
            raise UnauthenticatedError("the client certificate is not valid at this time")
        site = pki.site_of(certificate)
        if site is None:
            raise UnauthenticatedError("the client certificate is no branch's")
        row = await certificate_of(self._resources.store, site, pki.serial_of(certificate))
        if row is not None and row["revoked_ms"] is not None:
            raise CertificateRevokedError()
        return Principal(UserId(""), f"site:{site}", site_id=SiteId(site))


def build_branch_application(resources: Resources, authority: pki.Authority, watch: SnapshotWatch) -> web.Application:
    """Return the application that branches talk to."""
    routes = BranchApi(authority, watch).routes()
    return build_application(routes, resources, CertificateAuthenticator(resources), with_document=False)


def listener_context(authority: pki.Authority, certificate_file: Path) -> ssl.SSLContext:
    """Return the TLS side of the listener: our certificate, and only our CA's clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate_file)
    context.load_verify_locations(cadata=authority.certificate_pem)
    # Optional, as a new branch has none yet; one that is shown must verify, or the handshake fails.
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def listener_certificate(
    pki_dir: Path, host: str, authority: pki.Authority, names: list[str], addresses: list[str]
) -> Path:
    """Return the file with the key and certificate of the listener at `host`, made anew when it nears its end or
    lacks a name.

    Several API processes may share the folder: each address has a file of its own, as the names in it differ, and
    those at one address wait for each other.  Blocking.  Raises OSError.
    """
    path = pki_dir / f"branch-listener-{host}.pem"
    with pki.locked(pki_dir):
        if not _fits(path, authority, names, addresses):
            issued = pki.issue_server_certificate(authority, names, addresses)
            write_atomically(path, (issued.key_pem + issued.certificate_pem).encode())
            logger.info("listener certificate issued", extra={"names": names})
    return path


async def start_branch_listener(
    resources: Resources,
    spawn: Callable[[str, Coroutine[Any, Any, None]], object],
) -> web.AppRunner | None:
    """Listen for branches on BRANCH_API_HOST:BRANCH_API_PORT; None when the port is 0 (off).

    The caller ends it with `await runner.cleanup()`; `spawn(name, coroutine)` runs what follows the snapshot.
    Raises AuthorityMissingError without a CA, OSError when the port is taken.
    """
    settings = resources.settings
    if settings.branch_api_port == 0:
        return None
    if settings.pki_dir is None:
        raise pki.AuthorityMissingError("TRUNKLINE_PKI_DIR is not set")
    authority = pki.open_authority(settings.pki_dir)
    wanted = (settings.pki_dir, settings.branch_api_host, authority, *server_names(settings))
    certificate = await asyncio.to_thread(listener_certificate, *wanted)
    watch = SnapshotWatch(resources.redis)
    app = build_branch_application(resources, authority, watch)
    app.on_shutdown.append(_letting_go(watch))
    context = listener_context(authority, certificate)

    async def keep_certificate() -> None:
        while True:
            await asyncio.sleep(86_400)
            # Handshakes from then on show it.
            context.load_cert_chain(await asyncio.to_thread(listener_certificate, *wanted))

    host, port = settings.branch_api_host, settings.branch_api_port
    runner = await serve_http(app, host, port, tls=context, most_connections=settings.most_connections)
    spawn("branch snapshots", watch.run())
    spawn("branch listener certificate", keep_certificate())
    logger.info("branch listener listens", extra={"branch_port": settings.branch_api_port})
    return runner


def _letting_go(watch: SnapshotWatch) -> Callable[[web.Application], Coroutine[Any, Any, None]]:
    async def close(_app: web.Application) -> None:
        watch.close()

    return close


def server_names(settings: ControlPlaneSettings) -> tuple[list[str], list[str]]:
    """Return the DNS names and the addresses that branches may reach the listener by."""
    given = [name.strip() for name in settings.branch_api_names.split(",") if name.strip()]
    hosts = dict.fromkeys([*given, settings.branch_api_host, f"branches.{settings.platform_domain}"])
    addresses = [host for host in hosts if _is_address(host)]
    # A name to listen on may be no name to be reached by (localhost), and our CA may not vouch for it.
    names = [host for host in hosts if not _is_address(host) and (host in given or host != settings.branch_api_host)]
    return names, [address for address in addresses if not ipaddress.ip_address(address).is_unspecified]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _fits(path: Path, authority: pki.Authority, names: list[str], addresses: list[str]) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        certificate.verify_directly_issued_by(authority.certificate)
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    except Exception:  # a signature of another authority: InvalidSignature, in whatever form the library gives it
        return False
    known = {*san.get_values_for_type(x509.DNSName), *map(str, san.get_values_for_type(x509.IPAddress))}
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    return known >= {*names, *addresses} and left.days >= RENEW_BEFORE_DAYS


def _peer_certificate(request: web.Request) -> x509.Certificate | None:
    tls = request.transport.get_extra_info("ssl_object") if request.transport is not None else None
    der = tls.getpeercert(binary_form=True) if tls is not None else None
    return x509.load_der_x509_certificate(der) if der else None
