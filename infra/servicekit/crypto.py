"""Encryption at rest with a key per tenant, and keyed hashes to find what is encrypted."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KEY_VERSION = 1
NONCE_BYTES = 12
TENANT_KEYS_KEPT = 1024


class DecryptionError(Exception):
    """The ciphertext is damaged, or belongs to another tenant, context or master key."""


class KeyFileError(Exception):
    """The key file can not be trusted or read; the text says how to mend it."""


class TenantCipher:
    """AES-256-GCM (SP 800-38D) under keys derived per tenant by HKDF-SHA-256 (RFC 5869).

    A tenant's key never leaves the process, and no other tenant's ciphertext opens under it.  Raises ValueError
    for a master key that is not 32 bytes.
    """

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"the master key must be {KEY_BYTES} bytes")
        self._master_key = master_key
        self._aead = lru_cache(TENANT_KEYS_KEPT)(lambda tenant_id: AESGCM(self._derive("encrypt", tenant_id)))
        self._hash_key = lru_cache(TENANT_KEYS_KEPT)(lambda tenant_id: self._derive("hash", tenant_id))

    def encrypt(self, tenant_id: str, plaintext: bytes, context: str) -> bytes:
        """Return key version (1 byte), nonce (12), ciphertext and tag (16).

        context says what the value is (such as "contact.number"); the same is needed to decrypt.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed: bytes = self._aead(tenant_id).encrypt(nonce, plaintext, _bound_to(tenant_id, context))
        return bytes([KEY_VERSION]) + nonce + sealed

    def decrypt(self, tenant_id: str, ciphertext: bytes, context: str) -> bytes:
        """Return the plaintext.

        Raises DecryptionError.
        """
        if ciphertext[:1] != bytes([KEY_VERSION]):
            raise DecryptionError("the value was encrypted with a key version that is not known here")
        nonce, sealed = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
        try:
            plaintext: bytes = self._aead(tenant_id).decrypt(nonce, sealed, _bound_to(tenant_id, context))
        except (InvalidTag, ValueError):
            raise DecryptionError("the value does not open with this tenant's key and context") from None
        return plaintext

    def keyed_hash(self, tenant_id: str, value: str) -> str:
        """Return the HMAC-SHA-256 (hex) by which a value is found; equal values differ between tenants."""
        return hmac.digest(self._hash_key(tenant_id), value.encode(), hashlib.sha256).hex()

    def _derive(self, purpose: str, tenant_id: str) -> bytes:
        info = f"trunkline/{purpose}/{KEY_VERSION}/".encode() + tenant_id.encode()
        return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(self._master_key)


def _bound_to(tenant_id: str, context: str) -> bytes:
    # The length keeps ("ab", "c") and ("a", "bc") apart.
    tenant = tenant_id.encode()
    return bytes([KEY_VERSION]) + len(tenant).to_bytes(2) + tenant + context.encode()


def load_or_create_key(path: Path) -> bytes:
    """Return the 32-byte key in the file (base64); made with mode 0600 if there is none, by one process only.

    Raises KeyFileError for a file that others may read, or that holds no key.
    """
    try:
        if not path.exists():
            _create(path)
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise KeyFileError(f"{path} may be read by others (mode {stat.S_IMODE(mode):04o}): chmod 600 {path}")
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise KeyFileError(f"{path} can not be used: {error.strerror}") from error
    except binascii.Error:
        raise KeyFileError(f"{path} is no base64 text") from None
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path} must hold {KEY_BYTES} bytes as base64, and holds {len(key)}")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename would replace: whoever comes second keeps the first one's key.
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink(missing_ok=True)
