"""People who can sign in: what the features of users and of signing in both rest on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from callmodel.ids import QueueId, TenantId, UserId
from control_plane.inventory.archive import ARCHIVED
from control_plane.people.permissions import Role
from servicekit.stores import AddColumn, ColumnType, Row, Store, TableSpec

SCOPE = "platform"

USERS = TableSpec(
    name="users",
    partition=("scope",),
    clustering=("user_id",),
    columns={
        "scope": ColumnType.TEXT,
        "user_id": ColumnType.TEXT,
        "username": ColumnType.TEXT,
        "display_name": ColumnType.TEXT,
        "password_hash": ColumnType.TEXT,
        "belongs_to": ColumnType.TEXT,
        "is_hq_admin": ColumnType.BOOL,
        "roles": ColumnType.JSON,
        "enabled": ColumnType.BOOL,
        "sessions_from_ms": ColumnType.INT,
        "created_ms": ColumnType.INT,
    },
    guarded=True,
)
USER_NAMES = TableSpec(
    name="user_names",
    partition=("username",),
    columns={"username": ColumnType.TEXT, "user_id": ColumnType.TEXT},
    guarded=True,
)
TABLES = (USERS, USER_NAMES)
TEAMS_COLUMN = AddColumn(USERS.name, "teams", ColumnType.JSON)
SKILLS_COLUMN = AddColumn(USERS.name, "skills", ColumnType.JSON)
QUEUES_COLUMN = AddColumn(USERS.name, "queues", ColumnType.JSON)
AGENT_COLUMNS = (SKILLS_COLUMN, QUEUES_COLUMN)
"""Came after the table, as `teams` did: null in users of that time."""


@dataclass(frozen=True)
class Account:
    """A user.  `belongs_to`: `platform`, `provider:<name>` or `tenant:<tenant id>`.  `teams`: by tenant.

    skills: what they can as agents, from 1 to 10; a person's, whichever tenant the caller is of.  queues: those that
    they serve, by tenant.
    `sessions_from_ms`: when sessions were last ended (password changed, account disabled).
    """

    user_id: UserId
    username: str
    display_name: str
    password_hash: str
    belongs_to: str
    is_hq_admin: bool
    roles: Mapping[TenantId, frozenset[Role]]
    enabled: bool
    sessions_from_ms: int
    created_ms: int
    archived_ms: int | None = None
    teams: Mapping[TenantId, frozenset[str]] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    queues: Mapping[TenantId, tuple[QueueId, ...]] = field(default_factory=dict)

    @property
    def may_sign_in(self) -> bool:
        """Whether there is any session for them."""
        return self.enabled and self.archived_ms is None

    @property
    def is_agent(self) -> bool:
        """Whether they take calls for any tenant."""
        return any(Role.AGENT in held for held in self.roles.values())

    @property
    def credential(self) -> str:
        """Stands for what one signs in with: another after each new password, and after each ending of sessions."""
        return hashlib.sha256(f"{self.password_hash}\0{self.sessions_from_ms}".encode()).hexdigest()[:32]


async def account_of(store: Store, user_id: UserId) -> Account | None:
    """Return a user by id."""
    row = await store.get(USERS.name, {"scope": SCOPE, "user_id": user_id})
    return None if row is None else to_account(row)


async def account_named(store: Store, username: str) -> Account | None:
    """Return a user by name, whatever its case."""
    row = await store.get(USER_NAMES.name, {"username": username.lower()})
    return None if row is None else await account_of(store, UserId(row["user_id"]))


async def add_account(store: Store, account: Account) -> bool:
    """Keep a new user; False when the name is taken.  The name is claimed first, so two can not both have it."""
    claim = {"username": account.username.lower(), "user_id": account.user_id}
    if not await store.claim(USER_NAMES.name, claim):
        return False
    await store.upsert(USERS.name, to_row(account))
    return True


async def save_account(store: Store, before: Account, after: Account) -> None:
    """Keep what changed of a user, and nothing else: somebody else may be changing the rest.  The name never changes.

    Otherwise a user who sets a password could bring back the roles that were being taken away.
    """
    known, row = to_row(before), to_row(after)
    changes = {name: value for name, value in row.items() if value != known[name]}
    if changes:
        await store.upsert(USERS.name, {"scope": SCOPE, "user_id": before.user_id, **changes})


async def save_agent(store: Store, before: Account, after: Account) -> bool:
    """Keep a user's skills and queues; False when they were changed since `before` was read.

    Managers of several tenants may be giving the same person queues.
    """
    key = {"scope": SCOPE, "user_id": before.user_id}
    known, row = to_row(before), to_row(after)
    columns = [each.column for each in AGENT_COLUMNS]
    return await store.replace_if(
        USERS.name, key, {name: known[name] for name in columns}, {name: row[name] for name in columns}
    )


async def set_password(store: Store, before: Account, after: Account) -> bool:
    """Keep a user's own new password; False when it, or the right to sign in, was changed since `before` was read.

    Otherwise who knows the old password could begin such a change just before an administrator's, and have the last
    word.
    """
    key = {"scope": SCOPE, "user_id": before.user_id}
    expected = {
        "password_hash": before.password_hash,
        "sessions_from_ms": before.sessions_from_ms,
        "enabled": True,
        ARCHIVED: None,
    }
    changes = {"password_hash": after.password_hash, "sessions_from_ms": after.sessions_from_ms}
    return await store.replace_if(USERS.name, key, expected, changes)


def end_sessions(account: Account, at_ms: int) -> Account:
    """Return the account with every session over: none has the `credential` that it has now.

    Two endings never share a time, whatever the clocks say.
    """
    return replace(account, sessions_from_ms=max(at_ms, account.sessions_from_ms + 1))


def to_account(row: Row) -> Account:
    """Return the user in a row."""
    roles = {TenantId(tenant): frozenset(Role(role) for role in held) for tenant, held in row["roles"].items()}
    values = {name: row[name] for name in (*USERS.columns, ARCHIVED) if name not in ("scope", "roles")}
    # These columns came after the table: null in users of that time.
    teams = {TenantId(tenant): frozenset(names) for tenant, names in (row[TEAMS_COLUMN.column] or {}).items()}
    queues = {TenantId(tenant): tuple(ids) for tenant, ids in (row[QUEUES_COLUMN.column] or {}).items()}
    return Account(**values, roles=roles, teams=teams, skills=row[SKILLS_COLUMN.column] or {}, queues=queues)


def to_row(account: Account) -> dict[str, Any]:
    """Return the row of a user."""
    row = {name: getattr(account, name) for name in (*USERS.columns, ARCHIVED) if name not in ("scope", "roles")}
    return {
        **row,
        "scope": SCOPE,
        "roles": role_names(account),
        TEAMS_COLUMN.column: team_names(account),
        # Nothing is null, as in rows of before: who compares with what was there need not know which it was.
        SKILLS_COLUMN.column: dict(account.skills) or None,
        QUEUES_COLUMN.column: {tenant: list(ids) for tenant, ids in account.queues.items() if ids} or None,
    }


def team_names(account: Account) -> dict[TenantId, list[str]]:
    """Return the user's teams by tenant, in order."""
    return {tenant: sorted(names) for tenant, names in account.teams.items()}


def role_names(account: Account) -> dict[TenantId, list[str]]:
    """Return the user's roles by tenant as texts, in order."""
    return {tenant: sorted(role.value for role in held) for tenant, held in account.roles.items()}
