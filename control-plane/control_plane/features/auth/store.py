"""Sessions and their refresh tokens; of a token only its hash is kept."""

from dataclasses import asdict, dataclass

from callmodel.ids import UserId
from servicekit.stores import AddColumn, ColumnType, Store, TableSpec

SESSIONS = TableSpec(
    name="sessions",
    partition=("family",),
    columns={
        "family": ColumnType.TEXT,
        "user_id": ColumnType.TEXT,
        "begun_ms": ColumnType.INT,
        "over": ColumnType.BOOL,
    },
    guarded=True,
)
REFRESH_TOKENS = TableSpec(
    name="refresh_tokens",
    partition=("token_hash",),
    columns={"token_hash": ColumnType.TEXT, "family": ColumnType.TEXT, "used": ColumnType.BOOL},
    guarded=True,
)
TABLES = (SESSIONS, REFRESH_TOKENS)
CREDENTIAL_COLUMN = AddColumn(SESSIONS.name, "credential", ColumnType.TEXT)
LIMITED_COLUMN = AddColumn(SESSIONS.name, "limited", ColumnType.BOOL)
"""Came after the table: null in sessions of that time, which are not."""


@dataclass(frozen=True)
class Session:
    """A chain of refresh tokens that began with a password.

    `credential`: the account's when its password was checked; None in sessions begun before there was one.
    `limited`: good for nothing but a second factor, until there is one.
    """

    family: str
    user_id: UserId
    begun_ms: int
    over: bool
    credential: str | None
    limited: bool = False


async def begin_session(store: Store, session: Session, seconds: int) -> None:
    """Keep a new session; it goes away by itself after so many seconds without a refresh."""
    await store.upsert(SESSIONS.name, asdict(session), ttl_seconds=seconds)


async def session_of(store: Store, family: str) -> Session | None:
    """Return a session, None when it ended long ago or never was."""
    row = await store.get(SESSIONS.name, {"family": family})
    if row is None or row["begun_ms"] is None:
        return None
    limited = bool(row[LIMITED_COLUMN.column])
    return Session(row["family"], UserId(row["user_id"]), row["begun_ms"], row["over"], row["credential"], limited)


async def prolong_session(store: Store, session: Session, seconds: int) -> None:
    """Let the session live for so many seconds from now.  Does not write `over`: it may be ended at this moment."""
    row = {"family": session.family, "user_id": session.user_id, LIMITED_COLUMN.column: session.limited}
    await store.upsert(SESSIONS.name, row, ttl_seconds=seconds)


async def end_session(store: Store, family: str) -> None:
    """End a session at once; its row stays until its time is up, so that late tokens are recognised."""
    await store.replace_if(SESSIONS.name, {"family": family}, {"over": False}, {"over": True})


async def add_refresh_token(store: Store, token_hash: str, family: str, seconds: int) -> None:
    """Keep a token that has not been used."""
    row = {"token_hash": token_hash, "family": family, "used": False}
    await store.upsert(REFRESH_TOKENS.name, row, ttl_seconds=seconds)


async def family_of(store: Store, token_hash: str) -> str | None:
    """Return the session of a token, used or not; None for a token that is not ours."""
    row = await store.get(REFRESH_TOKENS.name, {"token_hash": token_hash})
    return None if row is None else str(row["family"])


async def use_refresh_token(store: Store, token_hash: str) -> bool:
    """Mark a token as used; False when it was before: two have it."""
    return await store.replace_if(REFRESH_TOKENS.name, {"token_hash": token_hash}, {"used": False}, {"used": True})
