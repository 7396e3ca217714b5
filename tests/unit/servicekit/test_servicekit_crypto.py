"""Encryption per tenant: what opens with what, and which key files are trusted."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.crypto import DecryptionError, KeyFileError, TenantCipher, load_or_create_key

CIPHER = TenantCipher(b"k" * 32)


@given(st.text(), st.binary(), st.text())
def test_what_was_encrypted_comes_back(tenant: str, plaintext: bytes, context: str):
    sealed = CIPHER.encrypt(tenant, plaintext, context)
    assert CIPHER.decrypt(tenant, sealed, context) == plaintext
    assert len(sealed) == 1 + 12 + len(plaintext) + 16


def test_other_tenant_context_or_key_opens_nothing():
    sealed = CIPHER.encrypt("acme", b"+8613812345678", "number")
    for cipher, tenant, context in (
        (CIPHER, "other", "number"), (CIPHER, "acme", "name"), (TenantCipher(b"x" * 32), "acme", "number"),
        (CIPHER, "acmen", "umber"),
    ):  # fmt: skip
        with pytest.raises(DecryptionError):
            cipher.decrypt(tenant, sealed, context)


def test_every_damaged_byte_is_noticed():
    sealed = CIPHER.encrypt("acme", b"number", "x")
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises(DecryptionError):
            CIPHER.decrypt("acme", bytes(damaged), "x")
    for length in range(len(sealed)):
        with pytest.raises(DecryptionError):
            CIPHER.decrypt("acme", sealed[:length], "x")


def test_same_plaintext_never_looks_the_same():
    assert len({CIPHER.encrypt("acme", b"x", "c") for _ in range(100)}) == 100


def test_hash_finds_within_a_tenant_only():
    again = TenantCipher(b"k" * 32)
    assert CIPHER.keyed_hash("acme", "+431234") == again.keyed_hash("acme", "+431234")
    assert CIPHER.keyed_hash("acme", "+431234") != CIPHER.keyed_hash("other", "+431234")
    assert len(CIPHER.keyed_hash("acme", "x")) == 64


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_short_master_key_is_refused(length: int):
    with pytest.raises(ValueError):
        TenantCipher(b"k" * length)


def test_key_is_made_once_and_private(tmp_path: Path):
    path = tmp_path / "keys" / "master"
    key = load_or_create_key(path)
    assert len(key) == 32 and load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_makers_at_once_get_the_same_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load_or_create_key, [tmp_path / "master"] * 32))
    assert len(keys) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_key_others_may_read_is_refused(tmp_path: Path, mode: int):
    path = tmp_path / "master"
    load_or_create_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        load_or_create_key(path)


@pytest.mark.parametrize("content", [b"", b"not base64!", base64.b64encode(b"short")])
def test_file_without_a_key_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "master"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="master"):
        load_or_create_key(path)
