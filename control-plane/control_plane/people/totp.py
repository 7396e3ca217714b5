"""Second factors: time-based codes (RFC 6238) of an authenticator, and recovery codes for when it is lost.

The secret is kept encrypted, and of recovery codes a keyed hash.  A code is good once.
"""

import base64
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from callmodel.ids import TenantId, UserId
from control_plane.inventory.scope import SCOPE
from servicekit.crypto import TenantCipher
from servicekit.stores import AddColumn, ColumnType, Store, TableSpec

TOTP_RULE = AddColumn("tenants", "requires_totp", ColumnType.BOOL)
"""Whether a tenant's people sign in with a second factor.  Null in tenants that never said: they need none."""
SECOND_FACTORS = TableSpec(
    name="second_factors",
    partition=("user_id",),
    columns={
        "user_id": ColumnType.TEXT,
        "sealed": ColumnType.BLOB,
        "confirmed": ColumnType.BOOL,
        "used_step": ColumnType.INT,
        "recovery": ColumnType.JSON,
    },
    guarded=True,
)
TABLES = (SECOND_FACTORS,)

ISSUER = "Trunkline"
SECRET_BYTES = 20
PERIOD_MS = 30_000
DIGITS = 6
DRIFT_STEPS = 1
"""A telephone's clock may be so many periods off, either way."""
RECOVERY_CODES = 10
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_LENGTH = 12


@dataclass(frozen=True)
class SecondFactor:
    """`confirmed`: a code of it was given, so it is needed from then on.  used_step: no code up to there is good."""

    secret: bytes
    confirmed: bool
    used_step: int
    recovery: tuple[str, ...]


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a period (RFC 4226, 5.3, with HMAC-SHA-1 as authenticators have it)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: bytes, code: str, now_ms: int, used_step: int) -> int | None:
    """Return the period that a code is of; None for one that is wrong, too old, or was used."""
    now = now_ms // PERIOD_MS
    fitting = [
        step
        for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
        # All are compared: how long it takes tells nothing.
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > used_step
    ]
    return min(fitting, default=None)


def otpauth_uri(secret: bytes, username: str) -> str:
    """Return what an authenticator reads as a QR code."""
    label = quote(f"{ISSUER}:{username}")
    asked = {"secret": secret_text(secret), "issuer": ISSUER, "algorithm": "SHA1", "digits": DIGITS, "period": 30}
    return f"otpauth://totp/{label}?{urlencode(asked)}"


def secret_text(secret: bytes) -> str:
    """Return the secret as people type it."""
    return base64.b32encode(secret).decode().rstrip("=")


def new_recovery_codes() -> list[str]:
    """Return codes such as `k3mz-9wpa-x2dn`, each good once."""
    letters = [
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    return ["-".join(each[start : start + 4] for start in range(0, RECOVERY_LENGTH, 4)) for each in letters]


class SecondFactors:
    """Users' second factors in the durable store.  Methods raise StoreUnavailableError, DecryptionError."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store = store
        self._cipher = cipher

    async def of(self, user_id: UserId) -> SecondFactor | None:
        """Return a user's second factor, confirmed or not."""
        row = await self._store.get(SECOND_FACTORS.name, {"user_id": user_id})
        if row is None or row["sealed"] is None:
            return None
        secret = self._cipher.decrypt(SCOPE, row["sealed"], _context(user_id))
        return SecondFactor(secret, bool(row["confirmed"]), row["used_step"], tuple(row["recovery"] or ()))

    async def begin(self, user_id: UserId) -> bytes:
        """Keep a new secret that nobody needs yet, and return it."""
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = self._cipher.encrypt(SCOPE, secret, _context(user_id))
        values: dict[str, Any] = {"sealed": sealed, "confirmed": False, "used_step": 0, "recovery": []}
        await self._store.upsert(SECOND_FACTORS.name, {"user_id": user_id, **values})
        return secret

    async def confirm(self, user_id: UserId, step: int, recovery_codes: Iterable[str]) -> bool:
        """Need it from now on; False where somebody else did so meanwhile."""
        hashes = [self._hash(user_id, code) for code in recovery_codes]
        expected = {"confirmed": False, "used_step": 0}
        changes = {"confirmed": True, "used_step": step, "recovery": hashes}
        return await self._store.replace_if(SECOND_FACTORS.name, {"user_id": user_id}, expected, changes)

    async def use(self, user_id: UserId, factor: SecondFactor, code: str, now_ms: int) -> bool:
        """Take a code, or a recovery code; False for one that is wrong, and for one that is used a second time."""
        key = {"user_id": user_id}
        step = step_of(factor.secret, code.strip(), now_ms, factor.used_step)
        if step is not None:
            before = {"used_step": factor.used_step}
            return await self._store.replace_if(SECOND_FACTORS.name, key, before, {"used_step": step})
        hashed = self._hash(user_id, code)
        if hashed not in factor.recovery:
            return False
        left = [each for each in factor.recovery if each != hashed]
        before_codes = {"recovery": list(factor.recovery)}
        return await self._store.replace_if(SECOND_FACTORS.name, key, before_codes, {"recovery": left})

    async def remove(self, user_id: UserId) -> None:
        """Need none any more; doing it again is fine."""
        await self._store.delete(SECOND_FACTORS.name, {"user_id": user_id})

    def _hash(self, user_id: UserId, code: str) -> str:
        plain = code.strip().lower().replace("-", "").replace(" ", "")
        return self._cipher.keyed_hash(SCOPE, f"{user_id}/{plain}")


async def is_required(store: Store, tenant_ids: Iterable[TenantId]) -> bool:
    """Say whether any of these tenants wants its people to have a second factor."""
    keys = [{"scope": SCOPE, "tenant_id": tenant_id} for tenant_id in tenant_ids]
    rows = await store.get_many("tenants", keys) if keys else []
    return any(row is not None and bool(row[TOTP_RULE.column]) for row in rows)


def _context(user_id: UserId) -> str:
    return f"user.totp/{user_id}"
