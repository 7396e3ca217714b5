"""A certificate authority as the platform has one, and what it issues: for edges and for branches."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Issues PEM files into a folder."""

    def __init__(self, folder: Path, name: str = "Trunkline Test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(name, self._key, None, [])
        self.ca = self._write("ca.pem", self._certificate.public_bytes(serialization.Encoding.PEM))

    def for_edge(self, address: str) -> tuple[Path, Path]:
        """Return (certificate, key) of an edge at an address."""
        return self._issue(address, [x509.IPAddress(ipaddress.ip_address(address))])

    def for_branch(self, site_id: str, *, common_name: str | None = None) -> tuple[Path, Path]:
        """Return (certificate, key) of a branch's gateway."""
        name = x509.UniformResourceIdentifier(f"urn:trunkline:site:{site_id}")
        return self._issue(common_name or site_id, [name])

    def _issue(self, name: str, names: list[x509.GeneralName]) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(name, key, self._certificate, names)
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return (
            self._write(f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM)),
            self._write(f"{name}.key", plain),
        )

    def _sign(self, name, key, issuer, names):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, name: str, data: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(data)
        return path
