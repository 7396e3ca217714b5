"""The platform CA: what it signs, what it refuses, and that real TLS stacks believe it."""

import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from control_plane.branch_listener import listener_certificate, listener_context
from control_plane.keyring import pki

SITE = "shenyang"


@pytest.fixture
def authority(tmp_path: Path) -> pki.Authority:
    return pki.create_authority(tmp_path / "pki", ["trunkline.test"])


def request_for(key, common_name="whoever-i-want-to-be", san=()) -> x509.CertificateSigningRequest:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    )
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName(san), critical=False)
    return builder.sign(key, hashes.SHA256())


def pem(request: x509.CertificateSigningRequest) -> str:
    return request.public_bytes(serialization.Encoding.PEM).decode()


def test_authority_is_made_once_and_its_key_is_private(tmp_path):
    first = pki.create_authority(tmp_path / "pki")
    again = pki.create_authority(tmp_path / "pki")

    assert again.fingerprint == first.fingerprint
    assert (tmp_path / "pki" / "ca.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "pki").stat().st_mode & 0o777 == 0o700


def test_creators_in_a_race_end_with_the_same_authority(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: pki.create_authority(tmp_path / "pki").fingerprint, range(16)))

    assert len(set(made)) == 1


def test_api_processes_that_share_a_folder_do_not_replace_each_others_listener_certificate(
    authority: pki.Authority, tmp_path: Path
) -> None:
    def listened(turn: int) -> bytes:
        host = f"127.0.0.{1 + turn % 2}"
        path = listener_certificate(tmp_path / "pki", host, authority, ["branches.trunkline.test"], [host])
        listener_context(authority, path)  # raises when key and certificate are of two files
        return path.read_bytes()

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(listened, range(32)))) == 2


def test_missing_authority_is_named(tmp_path):
    with pytest.raises(pki.AuthorityMissingError, match=r"ca\.pem"):
        pki.open_authority(tmp_path)


def test_authority_can_have_no_authority_below_it(authority):
    constraints = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints)

    assert constraints.critical and constraints.value == x509.BasicConstraints(ca=True, path_length=0)


def test_phones_that_do_not_know_name_constraints_can_read_the_authority(tmp_path):
    """Mbed TLS (linphone, small devices) refuses a certificate with a critical extension that it does not know."""
    held = pki.create_authority(tmp_path / "pki", ["trunkline.test"]).certificate.extensions

    constraints = held.get_extension_for_class(x509.NameConstraints)
    assert not constraints.critical
    assert constraints.value.permitted_subtrees == [x509.DNSName("trunkline.test")]


def test_branch_gets_the_name_we_give_and_no_name_it_asked_for(authority):
    wanted = [x509.UniformResourceIdentifier("urn:trunkline:site:headquarters"), x509.DNSName("edge.trunkline.test")]
    key = ec.generate_private_key(ec.SECP256R1())

    certificate = x509.load_pem_x509_certificate(
        pki.sign_branch_request(authority, pem(request_for(key, "headquarters", wanted)), SITE).encode()
    )

    san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(san) == [x509.UniformResourceIdentifier("urn:trunkline:site:shenyang")]
    assert pki.site_of(certificate) == SITE
    assert certificate.public_key() == key.public_key()
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(usages) == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)
    certificate.verify_directly_issued_by(authority.certificate)


def test_server_certificate_is_no_site(authority):
    issued = pki.issue_server_certificate(authority, ["edge.trunkline.test"], ["127.0.0.1"])

    assert pki.site_of(x509.load_pem_x509_certificate(issued.certificate_pem.encode())) is None


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP192R1()),
        ec.generate_private_key(ec.SECP256K1()),
        rsa.generate_private_key(65537, 1024),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["p192", "secp256k1", "rsa1024", "rsa2048"],
)
def test_weak_or_unusual_keys_are_refused(authority, key):
    with pytest.raises(pki.BadRequestCertificateError):
        pki.sign_branch_request(authority, pem(request_for(key)), SITE)


def test_request_signed_by_another_key_is_refused(authority):
    mine, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    # Same length of both public points: the swapped one fits byte for byte, only the signature is wrong.
    der = request_for(mine).public_bytes(serialization.Encoding.DER)
    point = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    forged = der.replace(mine.public_key().public_bytes(*point), other.public_key().public_bytes(*point))
    assert forged != der

    with pytest.raises(pki.BadRequestCertificateError, match="not signed"):
        pki.sign_branch_request(authority, pem(x509.load_der_x509_csr(forged)), SITE)


EMPTY = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"


@pytest.mark.parametrize("text", ["", "hello", EMPTY, "x" * 10_000, "\udc80"])
def test_malformed_requests_are_refused(authority, text):
    with pytest.raises(pki.BadRequestCertificateError):
        pki.sign_branch_request(authority, text, SITE)


@pytest.mark.parametrize("site", ["", "Shenyang", "a.b", "a/b", "-a", "a" * 64, "a\nb", "沈阳"])
def test_site_ids_that_are_no_dns_label_are_refused(authority, site):
    key = ec.generate_private_key(ec.SECP256R1())

    with pytest.raises(pki.BadRequestCertificateError):
        pki.sign_branch_request(authority, pem(request_for(key)), site)


def test_name_that_nobody_would_believe_is_not_signed(authority):
    with pytest.raises(ValueError, match=r"bank\.example.*trunkline\.test only"):
        pki.issue_server_certificate(authority, ["hq.trunkline.test", "bank.example"])


def test_name_constraints_hold_in_a_real_handshake(authority, tmp_path, monkeypatch):
    assert handshake(authority, "edge.trunkline.test", tmp_path) == "ok"
    # As a thief with the key would sign.
    monkeypatch.setattr(pki, "_permitted_domains", lambda _: [])
    assert "permitted subtree" in handshake(authority, "bank.example", tmp_path)


def handshake(authority: pki.Authority, name: str, folder: Path) -> str:
    """Return "ok" or why OpenSSL refuses a server of that name, without any socket."""
    issued = pki.issue_server_certificate(authority, [name])
    (folder / "pair.pem").write_text(issued.key_pem + issued.certificate_pem)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(folder / "pair.pem")
    client_context = ssl.create_default_context(cadata=authority.certificate_pem)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
    return "ok" if client.version() else "unfinished"
