"""Access tokens: what is in them, and which are refused."""

import jwt
import pytest

from callmodel.ids import UserId
from control_plane.features.auth.tokens import issue_access_token, read_access_token
from control_plane.keyring.signing import SigningKey, SigningKeyError, create_signing_key, load_signing_key
from control_plane.times import now_ms
from control_plane.web.problems import TokenExpiredError, TokenInvalidError

ANN = UserId("ann")


@pytest.fixture
def key(tmp_path) -> SigningKey:
    create_signing_key(tmp_path / "jwt.pem")
    return load_signing_key(tmp_path / "jwt.pem")


def test_a_token_names_user_and_session_and_nothing_else(key):
    token = issue_access_token(key, ANN, "family", now_ms(), 900)
    claims = read_access_token(key, token)

    assert (claims.user_id, claims.family) == (ANN, "family")
    assert set(jwt.decode(token, options={"verify_signature": False})) == {
        "iss",
        "aud",
        "sub",
        "sid",
        "iat",
        "nbf",
        "exp",
    }


def test_an_old_token_is_told_apart_from_a_wrong_one(key):
    with pytest.raises(TokenExpiredError):
        read_access_token(key, issue_access_token(key, ANN, "family", now_ms() - 3_600_000, 900))
    with pytest.raises(TokenInvalidError):
        read_access_token(key, "a.b.c")


def test_another_platforms_token_is_refused_even_with_our_key_id(key, tmp_path):
    create_signing_key(tmp_path / "other.pem")
    other = load_signing_key(tmp_path / "other.pem")

    with pytest.raises(TokenInvalidError):
        read_access_token(key, issue_access_token(other, ANN, "family", now_ms(), 900))
    with pytest.raises(TokenInvalidError):
        read_access_token(key, issue_access_token(SigningKey(key.kid, other.private), ANN, "family", now_ms(), 900))


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "jwt.pem"

    assert create_signing_key(path) and not create_signing_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(SigningKeyError, match="chmod 600"):
        load_signing_key(path)
    with pytest.raises(SigningKeyError, match="bootstrap"):
        load_signing_key(tmp_path / "missing.pem")
