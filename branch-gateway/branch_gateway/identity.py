"""The branch's identity on disk: a key that is made here and never leaves, and the certificate HQ gave for it.

<folder>/pending.key            a key whose certificate is awaited: asking again with it is harmless
<folder>/<serial>/{key,cert,ca}.pem
<folder>/current -> <serial>    swapped in one rename, so that key and certificate always fit each other
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from servicekit.files import write_atomically

SITE_URN = "urn:trunkline:site:"
RENEW_AT = 2 / 3
PENDING_KEY = "pending.key"
CURRENT = "current"


class IdentityError(Exception):
    """Key, certificate and authority on disk, or from HQ, do not fit each other."""


@dataclass(frozen=True)
class Identity:
    """Who this branch is.  The paths go through `current` and stay the same when the certificate is renewed."""

    site_id: str
    folder: Path
    certificate: x509.Certificate

    @property
    def key_file(self) -> Path:
        return self.folder / CURRENT / "key.pem"

    @property
    def certificate_file(self) -> Path:
        return self.folder / CURRENT / "cert.pem"

    @property
    def authority_file(self) -> Path:
        return self.folder / CURRENT / "ca.pem"

    @property
    def ends(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def renew_at(self) -> datetime:
        """When two thirds of the certificate's life are over."""
        begins = self.certificate.not_valid_before_utc
        return begins + (self.ends - begins) * RENEW_AT

    def expired(self, now: datetime | None = None) -> bool:
        return (now or datetime.now(UTC)) >= self.ends


def load_identity(folder: Path) -> Identity | None:
    """Return the identity in a folder, None when there is none yet.

    Raises IdentityError when its files do not belong together.
    """
    current = folder / CURRENT
    try:
        key = serialization.load_pem_private_key((current / "key.pem").read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate((current / "cert.pem").read_bytes())
        authority = x509.load_pem_x509_certificate((current / "ca.pem").read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise IdentityError(f"a file in {current} is no PEM; remove {folder} and enrol again") from None
    _require_fit(key.public_key(), certificate, authority)
    return Identity(_site_of(certificate), folder, certificate)


def prepare_request(folder: Path, site_id: str) -> str:
    """Return a signing request (PEM) for the pending key, made (EC P-256, file 0600) if there is none."""
    path = folder / PENDING_KEY
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        plain = serialization.NoEncryption()
        write_atomically(
            path, made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain), 0o600
        )
    key = _pending_key(path)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, site_id)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode("ascii")


def keep_identity(folder: Path, site_id: str, certificate_pem: str, authority_pem: str) -> Identity:
    """Make the pending key and its new certificate the current identity, all at once.

    Raises IdentityError, and changes nothing, when they do not fit each other or name another site.
    """
    key = _pending_key(folder / PENDING_KEY)
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
        authority = x509.load_pem_x509_certificate(authority_pem.encode())
    except ValueError:
        raise IdentityError("headquarters sent something that is no certificate") from None
    _require_fit(key.public_key(), certificate, authority)
    if _site_of(certificate) != site_id:
        raise IdentityError("headquarters sent a certificate of another site")
    serial = f"{certificate.serial_number:x}"
    write_atomically(folder / serial / "key.pem", (folder / PENDING_KEY).read_bytes(), 0o600)
    write_atomically(folder / serial / "cert.pem", certificate_pem.encode(), 0o600)
    write_atomically(folder / serial / "ca.pem", authority_pem.encode(), 0o600)
    fresh = folder / f".{CURRENT}.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(serial)
    fresh.replace(folder / CURRENT)
    (folder / PENDING_KEY).unlink()
    for old in folder.iterdir():
        if old.is_dir() and not old.is_symlink() and old.name != serial:
            with suppress(OSError):
                shutil.rmtree(old)
    return Identity(site_id, folder, certificate)


def _pending_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise IdentityError(f"{path} is no EC key")
    return key


def _require_fit(public_key: object, certificate: x509.Certificate, authority: x509.Certificate) -> None:
    if certificate.public_key() != public_key:
        raise IdentityError("the certificate is for another key")
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        raise IdentityError("the certificate was not signed by the platform's authority") from None


def _site_of(certificate: x509.Certificate) -> str:
    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise IdentityError("the certificate names no site") from None
    for uri in san.get_values_for_type(x509.UniformResourceIdentifier):
        if uri.startswith(SITE_URN):
            return uri.removeprefix(SITE_URN)
    raise IdentityError("the certificate names no site")
