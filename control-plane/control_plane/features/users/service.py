"""Users come and change.  Who may do what is decided by roles alone; where one belongs limits the roles."""

import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from callmodel.ids import TenantId, UserId, uuid7
from control_plane.features.users.schemas import NewUser, UserPatch
from control_plane.features.users.store import UserStore
from control_plane.inventory.archive import ArchivedError
from control_plane.inventory.references import tenant_exists
from control_plane.inventory.uses import require_unused_user
from control_plane.people.accounts import (
    Account,
    account_named,
    account_of,
    add_account,
    end_sessions,
    role_names,
    save_account,
)
from control_plane.people.agents import tell_matching
from control_plane.people.passwords import check_password
from control_plane.people.permissions import Role
from control_plane.people.totp import SecondFactors
from control_plane.phonekeys import renew_phones_of
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError


class UsernameTakenError(ConflictError):
    error_id = "username-taken"
    title = "Another user has this name"


class OwnAccountError(ConflictError):
    """Nobody locks themselves out: the last HQ administrator could not be let in again."""

    error_id = "own-account"
    title = "Ask another HQ administrator to change your own rights"


class RolesNotAllowedError(InvalidRequestError):
    error_id = "roles-not-allowed"
    title = "A user can not have these roles"


async def create(context: Context, new: NewUser) -> Account:
    """Keep a new user.  Raises UsernameTakenError, WeakPasswordError, RolesNotAllowedError."""
    roles = await _allowed_roles(context, new.belongs_to, new.roles, new.is_hq_admin)
    teams = _allowed_teams(new.teams, roles)
    check_password(new.password, new.username)
    if await account_named(context.store, new.username) is not None:
        raise UsernameTakenError()
    at_ms = context.now_ms()
    account = Account(
        user_id=UserId(uuid7(at_ms, secrets.randbits(74))),
        username=new.username,
        display_name=new.display_name,
        password_hash=await context.passwords.hash(new.password),
        belongs_to=new.belongs_to,
        is_hq_admin=new.is_hq_admin,
        roles=roles,
        enabled=True,
        sessions_from_ms=0,
        created_ms=at_ms,
        teams=teams,
    )
    if not await add_account(context.store, account):
        raise UsernameTakenError()
    for tenant_id in roles:
        await UserStore(context.store).list_under(tenant_id, account.user_id)
    return account


async def find(context: Context, user_id: UserId) -> Account:
    """Return a user, archived or not.  Raises NotFoundError."""
    account = await account_of(context.store, user_id)
    if account is None:
        raise NotFoundError()
    return account


async def change(context: Context, user_id: UserId, patch: UserPatch) -> Account:
    """Change a user.

    Raises NotFoundError, ArchivedError, OwnAccountError, WeakPasswordError, RolesNotAllowedError.
    """
    before = await find(context, user_id)
    if before.archived_ms is not None:
        raise ArchivedError()
    if user_id == context.principal.user_id and (patch.enabled is False or patch.is_hq_admin is False):
        raise OwnAccountError()
    after = before
    if patch.roles is not None or patch.is_hq_admin is not None:
        is_hq_admin = before.is_hq_admin if patch.is_hq_admin is None else patch.is_hq_admin
        named = role_names(before) if patch.roles is None else patch.roles
        roles = await _allowed_roles(context, before.belongs_to, named, is_hq_admin, held=set(before.roles))
        # Who has no role in a tenant any more is of none of its teams, and serves none of its queues.
        teams = {tenant_id: names for tenant_id, names in before.teams.items() if tenant_id in roles}
        queues = {tenant_id: ids for tenant_id, ids in before.queues.items() if tenant_id in roles}
        after = replace(after, roles=roles, is_hq_admin=is_hq_admin, teams=teams, queues=queues)
    if patch.teams is not None:
        after = replace(after, teams=_allowed_teams(patch.teams, after.roles))
    if patch.display_name is not None:
        after = replace(after, display_name=patch.display_name)
    if patch.enabled is not None:
        after = replace(after, enabled=patch.enabled)
    if patch.password is not None:
        check_password(patch.password, before.username)
        after = replace(after, password_hash=await context.passwords.hash(patch.password))
    if patch.password is not None or patch.enabled is False:
        after = end_sessions(after, context.now_ms())
    await save_account(context.store, before, after)
    # Whose sessions end, or whose role in a tenant does, keeps no key to a phone there.
    ended = before.roles.keys() if after.sessions_from_ms != before.sessions_from_ms else set[TenantId]()
    await renew_phones_of(context, user_id, ended | (before.roles.keys() - after.roles.keys()))
    if before.is_agent or after.is_agent:
        await tell_matching(context, after)
        for tenant_id in before.roles.keys() | after.roles.keys():
            # Who may sign in by phone is published with the stations.
            context.configuration_changed(tenant_id)
    users = UserStore(context.store)
    for tenant_id in after.roles:
        await users.list_under(tenant_id, user_id)
    for tenant_id in before.roles.keys() - after.roles.keys():
        await users.unlist(tenant_id, user_id)
    return after


async def archive(context: Context, user_id: UserId) -> None:
    """Take a user out of use and end their sessions; doing it again is fine.  Their name stays theirs.

    Raises NotFoundError, OwnAccountError, InUseError.
    """
    before = await find(context, user_id)
    if user_id == context.principal.user_id:
        raise OwnAccountError()
    if before.archived_ms is None:
        await require_unused_user(context, before)
        now_ms = context.now_ms()
        await save_account(context.store, before, end_sessions(replace(before, archived_ms=now_ms), now_ms))


async def restore(context: Context, user_id: UserId) -> Account:
    """Take a user back into use, with the roles and the password they had.  Raises NotFoundError."""
    before = await find(context, user_id)
    after = replace(before, archived_ms=None)
    await save_account(context.store, before, after)
    return after


async def _allowed_roles(
    context: Context,
    belongs_to: str,
    named: Mapping[TenantId, Sequence[str]],
    is_hq_admin: bool,
    held: Set[TenantId] = frozenset(),
) -> dict[TenantId, frozenset[Role]]:
    if is_hq_admin and belongs_to != "platform":
        raise RolesNotAllowedError("only a user of the platform can be HQ administrator")
    kind, _, home = belongs_to.partition(":")
    roles = {tenant_id: frozenset(map(Role, held)) for tenant_id, held in named.items() if held}
    if kind == "tenant" and roles.keys() - {home}:
        raise RolesNotAllowedError(f"a user of tenant {home} can have roles there only")
    # Tenants that they had roles in before may be archived by now.
    for tenant_id in {*roles, *([TenantId(home)] if kind == "tenant" else [])} - held:
        if not await tenant_exists(context.store, tenant_id):
            raise RolesNotAllowedError(f"there is no tenant {tenant_id}")
    return roles


def _allowed_teams(
    named: Mapping[TenantId, Sequence[str]], roles: Mapping[TenantId, frozenset[Role]]
) -> dict[TenantId, frozenset[str]]:
    teams = {tenant_id: frozenset(names) for tenant_id, names in named.items() if names}
    if teams.keys() - roles.keys():
        raise RolesNotAllowedError("a user is of teams only where they have a role")
    return teams


async def reset_totp(context: Context, user_id: UserId) -> None:
    """Take a user's second factor, whose authenticator is lost, and end their sessions; doing it again is fine.

    Raises NotFoundError, OwnAccountError: of one's own it is taken by who has a code.
    """
    account = await find(context, user_id)
    if user_id == context.principal.user_id:
        raise OwnAccountError()
    await SecondFactors(context.store, context.cipher).remove(user_id)
    await save_account(context.store, account, end_sessions(account, context.now_ms()))
    await renew_phones_of(context, user_id, account.roles)
