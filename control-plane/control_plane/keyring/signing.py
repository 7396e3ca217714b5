"""The key that signs access tokens: Ed25519 (RFC 8037), in a file that only the service may read."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from servicekit.files import write_atomically


class SigningKeyError(Exception):
    """The key file can not be used; the text says what to do."""


@dataclass(frozen=True)
class SigningKey:
    """`kid` names the key in token headers, so that it can be changed while older tokens live."""

    kid: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        """What verifies."""
        return self.private.public_key()


def create_signing_key(path: Path) -> bool:
    """Write a new key (0600) unless there is one; return whether it was written."""
    if path.exists():
        return False
    key = Ed25519PrivateKey.generate()
    write_atomically(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    return True


def load_signing_key(path: Path) -> SigningKey:
    """Return the key.  Raises SigningKeyError for a file that is missing, open to others, or no Ed25519 key."""
    try:
        if path.stat().st_mode & 0o077:
            raise SigningKeyError(f"{path} can be read by others: chmod 600 it")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise SigningKeyError(f"{path} is missing: run `trunkline admin bootstrap`") from None
    except (OSError, ValueError) as error:
        raise SigningKeyError(f"{path} can not be read as a private key: {type(error).__name__}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"{path} holds another kind of key than Ed25519")
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kid = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()[:9]).decode()
    return SigningKey(kid, key)
