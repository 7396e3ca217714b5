"""Key and certificate on disk: made once, never half swapped, believed only when they fit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from branch_gateway.enrolment import BadTokenError, fingerprint_of, parse_token
from branch_gateway.identity import IdentityError, keep_identity, load_identity, prepare_request

SITE = "shenyang"


class Ca:
    """A little authority of the test's own: rooms do not import each other, and neither do their unit tests."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")])
        self.pem = pem(self.certify(self.key.public_key(), self.name, None))

    def certify(self, key, subject, site, begins=None, ends=None) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(self.name, subject, key, x509.random_serial_number())
            .not_valid_before(begins or now)
            .not_valid_after(ends or now + timedelta(days=90))
        )
        if site:
            names = [x509.UniformResourceIdentifier(f"urn:trunkline:site:{site}")]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def sign(self, request_pem: str, site: str = SITE, **life) -> str:
        request = x509.load_pem_x509_csr(request_pem.encode())
        return pem(self.certify(request.public_key(), request.subject, site, **life))


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="module")
def ca() -> Ca:
    return Ca()


def test_nothing_there_is_no_identity(tmp_path):
    assert load_identity(tmp_path / "identity") is None


def test_key_is_private_and_the_same_until_it_is_certified(tmp_path):
    first, again = prepare_request(tmp_path, SITE), prepare_request(tmp_path, SITE)

    keys = {x509.load_pem_x509_csr(request.encode()).public_key().public_numbers() for request in (first, again)}
    assert len(keys) == 1
    assert (tmp_path / "pending.key").stat().st_mode & 0o777 == 0o600


def test_kept_identity_is_found_again(tmp_path, ca):
    kept = keep_identity(tmp_path, SITE, ca.sign(prepare_request(tmp_path, SITE)), ca.pem)

    found = load_identity(tmp_path)
    assert found == kept and found.site_id == SITE
    assert not (tmp_path / "pending.key").exists()
    modes = {path.stat().st_mode & 0o777 for path in (kept.key_file, kept.certificate_file, kept.authority_file)}
    assert modes == {0o600}


def test_renewal_changes_the_key_behind_the_same_paths_and_leaves_no_old_one(tmp_path, ca):
    first = keep_identity(tmp_path, SITE, ca.sign(prepare_request(tmp_path, SITE)), ca.pem)
    before = first.key_file.read_bytes()

    second = keep_identity(tmp_path, SITE, ca.sign(prepare_request(tmp_path, SITE)), ca.pem)

    assert second.key_file == first.key_file and second.key_file.read_bytes() != before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["current", f"{second.certificate.serial_number:x}"]
    )


def changed_nothing(folder: Path) -> bool:
    return sorted(path.name for path in folder.iterdir()) == ["pending.key"]


def test_certificate_for_another_key_is_not_kept(tmp_path, ca):
    prepare_request(tmp_path / "mine", SITE)
    other = ca.sign(prepare_request(tmp_path / "other", SITE))

    with pytest.raises(IdentityError, match="another key"):
        keep_identity(tmp_path / "mine", SITE, other, ca.pem)
    assert changed_nothing(tmp_path / "mine")


def test_certificate_of_another_site_is_not_kept(tmp_path, ca):
    with pytest.raises(IdentityError, match="another site"):
        keep_identity(tmp_path, SITE, ca.sign(prepare_request(tmp_path, SITE), "dalian"), ca.pem)
    assert changed_nothing(tmp_path)


def test_certificate_of_another_authority_is_not_kept(tmp_path, ca):
    with pytest.raises(IdentityError, match="authority"):
        keep_identity(tmp_path, SITE, Ca().sign(prepare_request(tmp_path, SITE)), ca.pem)
    assert changed_nothing(tmp_path)


def test_damaged_file_says_what_to_do(tmp_path, ca):
    kept = keep_identity(tmp_path, SITE, ca.sign(prepare_request(tmp_path, SITE)), ca.pem)
    kept.certificate_file.write_text("not a certificate")

    with pytest.raises(IdentityError, match="enrol again"):
        load_identity(tmp_path)


def test_renewal_is_due_after_two_thirds_of_the_life(tmp_path, ca):
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    life = {"begins": begins, "ends": begins + timedelta(days=90)}

    identity = keep_identity(tmp_path, SITE, ca.sign(prepare_request(tmp_path, SITE), **life), ca.pem)

    assert identity.renew_at == begins + timedelta(days=60)
    assert not identity.expired(begins + timedelta(days=89, hours=23))
    assert identity.expired(begins + timedelta(days=90))


TOKEN = f"{SITE}.{'s' * 43}.{'0a' * 32}"


def test_token_names_site_and_authority():
    token = parse_token(f" {TOKEN}\n", SITE)

    assert (token.text, token.site_id, token.fingerprint) == (TOKEN, SITE, "0a" * 32)


def test_token_of_another_site_is_refused():
    with pytest.raises(BadTokenError, match="shenyang"):
        parse_token(TOKEN, "dalian")


@pytest.mark.parametrize("text", ["", "x", TOKEN[:-1], TOKEN.replace(".", " "), TOKEN.upper(), TOKEN + "\n" + TOKEN])
def test_incomplete_token_is_refused_and_not_repeated(text):
    with pytest.raises(BadTokenError) as refused:
        parse_token(text, SITE)

    assert "sss" not in str(refused.value)


def test_fingerprint_of_what_is_no_certificate_fits_no_token():
    assert fingerprint_of("<html>a captive portal</html>") == ""
