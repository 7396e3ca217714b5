"""Access tokens: short-lived JWTs (RFC 7519, EdDSA) that name the user and nothing else."""

from dataclasses import dataclass

import jwt

from callmodel.ids import UserId
from control_plane.keyring.signing import SigningKey
from control_plane.web.problems import TokenExpiredError, TokenInvalidError

ISSUER = "trunkline"
AUDIENCE = "trunkline-api"
ALGORITHM = "EdDSA"
LEEWAY_SECONDS = 10


@dataclass(frozen=True)
class AccessClaims:
    """`family`: the chain of refresh tokens that this access token came from."""

    user_id: UserId
    family: str


def issue_access_token(key: SigningKey, user_id: UserId, family: str, at_ms: int, seconds: int) -> str:
    """Return a signed token that lives for so many seconds."""
    at = at_ms // 1000
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": user_id,
        "sid": family,
        "iat": at,
        "nbf": at,
        "exp": at + seconds,
    }
    return jwt.encode(claims, key.private, ALGORITHM, headers={"kid": key.kid, "typ": "at+jwt"})


def read_access_token(key: SigningKey, token: str) -> AccessClaims:
    """Return the claims of a token that is ours and alive.  Raises TokenExpiredError, TokenInvalidError."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("kid") != key.kid or header.get("typ") != "at+jwt":
            raise TokenInvalidError()
        claims = jwt.decode(
            token,
            key.public,
            [ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "nbf", "sub", "sid", "aud", "iss"]},
        )
    except jwt.ExpiredSignatureError:
        raise TokenExpiredError() from None
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise TokenInvalidError() from None
    return AccessClaims(UserId(str(claims["sub"])), str(claims["sid"]))
