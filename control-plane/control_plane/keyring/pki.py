"""The platform's own certificate authority: who a branch is, and which server it may trust (RFC 5280, EC P-256).

Blocking and quick (well under 10 ms a signature); the CA's key is read from PKI_DIR and never leaves the process.
"""

import fcntl
import ipaddress
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from servicekit.files import write_atomically

CA_CERTIFICATE = "ca.pem"
CA_KEY = "ca.key"
CA_DAYS = 7300
SERVER_DAYS = 397
BRANCH_DAYS = 90
# A branch's clock may be behind ours when its certificate is a second old.
BACKDATED = timedelta(minutes=5)
SITE_URN = "urn:trunkline:site:"
MAX_CSR_BYTES = 8192
MIN_RSA_BITS = 3072

_SITE_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

BranchKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


class BadRequestCertificateError(ValueError):
    """A certificate signing request that can not be signed; the text says why and repeats nothing of it."""

    error_id = "bad-certificate-request"


class AuthorityMissingError(Exception):
    """PKI_DIR holds no authority; `trunkline admin bootstrap` makes one."""

    error_id = "no-certificate-authority"


@dataclass(frozen=True)
class Authority:
    """The platform CA, opened."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> str:
        return _pem(self.certificate)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)


@dataclass(frozen=True)
class Issued:
    """A certificate with a key that we made for it, both PEM."""

    certificate_pem: str
    key_pem: str


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the DER form, 64 lower-case hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def create_authority(pki_dir: Path, domains: Sequence[str] = ()) -> Authority:
    """Return the authority in pki_dir, made if there is none (key and certificate 0600, folder 0700).

    With `domains`, a new authority binds itself to DNS names under them (name constraints), so that a leaked key
    forges no other site of the world.  Safe when several processes do it at once.  Raises OSError.
    """
    pki_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(pki_dir):
        if not (pki_dir / CA_CERTIFICATE).exists():
            # A key without a certificate is a creation that was cut short: nothing was ever signed by it.
            key = ec.generate_private_key(ec.SECP256R1())
            write_atomically(pki_dir / CA_KEY, _key_pem(key).encode())
            certificate = _self_signed(key, domains)
            write_atomically(pki_dir / CA_CERTIFICATE, _pem(certificate).encode())
    return open_authority(pki_dir)


def open_authority(pki_dir: Path) -> Authority:
    """Return the authority in pki_dir.

    Raises AuthorityMissingError; ValueError when key and certificate do not belong together.
    """
    try:
        certificate = x509.load_pem_x509_certificate((pki_dir / CA_CERTIFICATE).read_bytes())
        key = serialization.load_pem_private_key((pki_dir / CA_KEY).read_bytes(), password=None)
    except FileNotFoundError as error:
        raise AuthorityMissingError(f"{error.filename} is missing") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError(f"{CA_KEY} in {pki_dir} is not the key of {CA_CERTIFICATE}")
    return Authority(certificate, key)


def issue_server_certificate(
    pki: Authority, names: Sequence[str], addresses: Sequence[str] = (), days: int = SERVER_DAYS
) -> Issued:
    """Return a fresh key and a server (and client) certificate for DNS names and IP addresses.

    HQ's edges and the branch listener use it.  Raises ValueError without any name, for a malformed address, and for a
    name that the authority's name constraints would make nobody believe.
    """
    if not names and not addresses:
        raise ValueError("a server certificate needs a name or an address")
    domains = _permitted_domains(pki.certificate)
    outside = [name for name in names if domains and not any(f".{name}".endswith(f".{domain}") for domain in domains)]
    if outside:
        raise ValueError(f"{', '.join(outside)}: the platform's authority vouches for {', '.join(domains)} only")
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    subject = [*names, *addresses][0]
    certificate = _sign(pki, key.public_key(), subject[:64], alternatives, timedelta(days=days))
    return Issued(_pem(certificate), _key_pem(key))


def sign_branch_request(pki: Authority, csr_pem: str, site_id: str, days: float = BRANCH_DAYS) -> str:
    """Return a certificate (PEM) for the key in a PKCS #10 request (RFC 2986): CN site id, SAN urn:trunkline:site:...

    Whatever names the request asks for are passed over: who the branch is, is for us to say.
    Raises BadRequestCertificateError for a request that is malformed, weak, or not signed by its own key.
    """
    if not valid_site_id(site_id):
        raise BadRequestCertificateError("the site id can not stand in a certificate")
    key = _key_of_request(csr_pem)
    names = [x509.UniformResourceIdentifier(SITE_URN + site_id)]
    return _pem(_sign(pki, key, site_id, names, timedelta(days=days)))


def valid_site_id(site_id: str) -> bool:
    """Whether a site id can be a certificate's name: one lower-case DNS label, as its Path host needs too."""
    return _SITE_ID.fullmatch(site_id) is not None


def site_of(certificate: x509.Certificate) -> str | None:
    """Return the site a certificate was issued to, None when it is no branch's.  The caller has verified it."""
    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    urns = [uri for uri in san.get_values_for_type(x509.UniformResourceIdentifier) if uri.startswith(SITE_URN)]
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(urns) != 1 or len(common) != 1 or urns[0] != f"{SITE_URN}{common[0].value!s}":
        return None
    return urns[0].removeprefix(SITE_URN)


def serial_of(certificate: x509.Certificate) -> str:
    """Return the serial number as the store keeps it: lower-case hexadecimal without leading zeros."""
    return f"{certificate.serial_number:x}"


def key_fingerprint(csr_pem: str) -> str:
    """Return the SHA-256 of the request's public key (SubjectPublicKeyInfo).  Raises BadRequestCertificateError."""
    spki = _key_of_request(csr_pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    return digest.finalize().hex()


def _key_of_request(csr_pem: str) -> BranchKey:
    if len(csr_pem) > MAX_CSR_BYTES:
        raise BadRequestCertificateError("the request is too long")
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        key = request.public_key()
        signed = request.is_signature_valid
    except (ValueError, TypeError, InvalidSignature, x509.InvalidVersion):
        raise BadRequestCertificateError("the request is no PKCS #10 in PEM form") from None
    except Exception as error:  # cryptography raises UnsupportedAlgorithm and kin for keys nobody should use
        raise BadRequestCertificateError(f"the request can not be read: {type(error).__name__}") from None
    if not signed:
        raise BadRequestCertificateError("the request is not signed by the key that it carries")
    match key:
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)):
            return key
        case ed25519.Ed25519PublicKey():
            return key
        case rsa.RSAPublicKey() if MIN_RSA_BITS <= key.key_size <= 8192:
            return key
    raise BadRequestCertificateError(f"the key must be EC P-256 or better, Ed25519, or RSA of {MIN_RSA_BITS} bits")


def _self_signed(key: ec.EllipticCurvePrivateKey, domains: Sequence[str]) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Trunkline platform CA")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if domains:
        permitted = [x509.DNSName(domain) for domain in domains]
        # Not critical, as browsers' rules allow: Mbed TLS, in many phones, refuses a chain that holds what
        # it does not know, where that is critical; whoever knows the constraints holds to them in any case.
        builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=False)
    return builder.sign(key, hashes.SHA256())


def _sign(
    pki: Authority, key: BranchKey, common_name: str, names: Sequence[x509.GeneralName], life: timedelta
) -> x509.Certificate:
    now = datetime.now(UTC)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(pki.key.public_key())
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    return (
        x509.CertificateBuilder(pki.certificate.subject)
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(pki.key, hashes.SHA256())
    )


def _permitted_domains(authority: x509.Certificate) -> list[str]:
    try:
        constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return []
    return [name.value for name in constraints.permitted_subtrees or () if isinstance(name, x509.DNSName)]


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


@contextmanager
def locked(pki_dir: Path) -> Iterator[None]:
    """Hold the folder against other processes that make something in it.  Raises OSError."""
    descriptor = os.open(pki_dir / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
