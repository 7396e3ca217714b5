"""Tables of enrolment: tokens by hash, certificates by serial, last link reports."""

from typing import Any

from servicekit.stores import ColumnType, Page, Row, Store, TableSpec

TOKENS = TableSpec(
    name="enrolment_tokens",
    partition=("site_id",),
    clustering=("secret_hash",),
    columns={
        "site_id": ColumnType.TEXT,
        "secret_hash": ColumnType.TEXT,
        "state": ColumnType.TEXT,
        "issued_ms": ColumnType.INT,
        "issued_by": ColumnType.TEXT,
        "expires_ms": ColumnType.INT,
        "used_ms": ColumnType.INT,
        "key_fingerprint": ColumnType.TEXT,
        "serial": ColumnType.TEXT,
    },
    guarded=True,
)
CERTIFICATES = TableSpec(
    name="site_certificates",
    partition=("site_id",),
    clustering=("serial",),
    columns={
        "site_id": ColumnType.TEXT,
        "serial": ColumnType.TEXT,
        "pem": ColumnType.TEXT,
        "issued_ms": ColumnType.INT,
        "ends_ms": ColumnType.INT,
        "revoked_ms": ColumnType.INT,
        "revoked_by": ColumnType.TEXT,
    },
    guarded=True,
)
LINKS = TableSpec(
    name="site_links",
    partition=("site_id",),
    columns={"site_id": ColumnType.TEXT, "reported_ms": ColumnType.INT, "report": ColumnType.JSON},
)
TABLES = (TOKENS, CERTIFICATES, LINKS)

ISSUED, USED = "issued", "used"
# Kept well past its hour, so that "expired" and "used" can be told from "never heard of".
TOKEN_KEPT_SECONDS = 7 * 86_400


async def add_token(store: Store, site_id: str, secret_hash: str, **columns: Any) -> None:
    """Keep a fresh token."""
    row = {"site_id": site_id, "secret_hash": secret_hash, "state": ISSUED, **columns}
    await store.upsert(TOKENS.name, row, ttl_seconds=TOKEN_KEPT_SECONDS)


async def token_of(store: Store, site_id: str, secret_hash: str) -> Row | None:
    """Return a token's row."""
    return await store.get(TOKENS.name, {"site_id": site_id, "secret_hash": secret_hash})


async def use_token(store: Store, site_id: str, secret_hash: str, key_fingerprint: str, at_ms: int) -> bool:
    """Take a token for a key; False when somebody did before."""
    key = {"site_id": site_id, "secret_hash": secret_hash}
    changes = {"state": USED, "used_ms": at_ms, "key_fingerprint": key_fingerprint}
    return await store.replace_if(TOKENS.name, key, {"state": ISSUED}, changes)


async def note_serial(store: Store, site_id: str, secret_hash: str, serial: str) -> None:
    """Remember which certificate a token was turned into."""
    key = {"site_id": site_id, "secret_hash": secret_hash}
    await store.replace_if(TOKENS.name, key, {"state": USED}, {"serial": serial})


async def add_certificate(store: Store, site_id: str, serial: str, pem: str, issued_ms: int, ends_ms: int) -> None:
    """Keep a certificate that was signed."""
    row = {"site_id": site_id, "serial": serial, "pem": pem, "issued_ms": issued_ms, "ends_ms": ends_ms}
    await store.upsert(CERTIFICATES.name, row)


async def certificate_of(store: Store, site_id: str, serial: str) -> Row | None:
    """Return a certificate's row."""
    return await store.get(CERTIFICATES.name, {"site_id": site_id, "serial": serial})


async def certificates_of(store: Store, site_id: str, limit: int, after: str | None) -> Page:
    """Return a page of a site's certificates, by serial."""
    return await store.page(CERTIFICATES.name, {"site_id": site_id}, limit=limit, after=after)


async def revoke_certificate(store: Store, site_id: str, serial: str, at_ms: int, by: str) -> bool:
    """Revoke a certificate; the first revocation stays.  False when there is none to revoke any more."""
    key = {"site_id": site_id, "serial": serial}
    return await store.replace_if(
        CERTIFICATES.name, key, {"revoked_ms": None}, {"revoked_ms": at_ms, "revoked_by": by}
    )


async def save_link(store: Store, site_id: str, reported_ms: int, report: dict[str, Any]) -> None:
    """Keep a site's latest link report."""
    await store.upsert(LINKS.name, {"site_id": site_id, "reported_ms": reported_ms, "report": report})


async def link_of(store: Store, site_id: str) -> Row | None:
    """Return a site's latest kept link report."""
    return await store.get(LINKS.name, {"site_id": site_id})
