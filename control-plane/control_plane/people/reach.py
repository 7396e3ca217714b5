"""Whose stations and calls a user's rights reach: an agent's own, a supervisor's teams', or the whole tenant's.

A station is of whoever is seated at it, and so are the calls at it; a user is of the teams that their account names.
"""

from collections.abc import Iterable

from callmodel.ids import Extension, TenantId, UserId
from control_plane.people.accounts import Account, account_of
from control_plane.people.permissions import Permission, Reach
from control_plane.web import Context, ForbiddenError


class OutOfReachError(ForbiddenError):
    error_id = "out-of-reach"
    title = "This is somebody else's: not at your station, nor at one of your team's"


async def require_reach(
    context: Context, permission: Permission, tenant_id: TenantId, extensions: Iterable[Extension]
) -> None:
    """Let the user pass to whom one of the stations is in reach.  Raises OutOfReachError."""
    reach = context.principal.reach(permission, tenant_id)
    await _require(context, tenant_id, extensions, reach)


def require_reach_of_user(context: Context, permission: Permission, tenant_id: TenantId, account: Account) -> None:
    """Let pass whose right goes as far as this user.  Raises OutOfReachError."""
    reach = context.principal.reach(permission, tenant_id)
    if reach is Reach.TENANT or account.user_id == context.principal.user_id:
        return
    shared = context.principal.teams.get(tenant_id, frozenset()) & account.teams.get(tenant_id, frozenset())
    if reach is not Reach.TEAM or not shared:
        raise OutOfReachError()


async def own_station(
    context: Context, permission: Permission, tenant_id: TenantId, extensions: Iterable[Extension]
) -> Extension | None:
    """Return which of the stations the user speaks for; None where any may be meant, or there is none.

    Raises OutOfReachError when none of them is in reach.
    """
    if context.principal.reach(permission, tenant_id) is Reach.TENANT:
        return None
    for extension in sorted(set(extensions)):
        if context.principal.user_id in await _seated_at(context, tenant_id, [extension]):
            return extension
    await require_reach(context, permission, tenant_id, extensions)
    return None


async def require_colleague(
    context: Context, permission: Permission, tenant_id: TenantId, extensions: Iterable[Extension]
) -> None:
    """Let the user pass who shares a team with whoever is seated at one of the stations.  Raises OutOfReachError."""
    reach = context.principal.reach(permission, tenant_id)
    await _require(context, tenant_id, extensions, reach if reach is Reach.TENANT else Reach.TEAM)


async def _require(
    context: Context, tenant_id: TenantId, extensions: Iterable[Extension], reach: Reach | None
) -> None:
    """Raise OutOfReachError where none of the stations lies within a reach."""
    if reach is Reach.TENANT:
        return
    seated = await _seated_at(context, tenant_id, extensions)
    if context.principal.user_id in seated:
        return
    if reach is not Reach.TEAM or not await _shares_a_team(context, tenant_id, seated):
        raise OutOfReachError()


async def _seated_at(context: Context, tenant_id: TenantId, extensions: Iterable[Extension]) -> set[UserId]:
    keys = [{"tenant_id": tenant_id, "extension": extension} for extension in sorted(set(extensions))]
    rows = await context.store.get_many("stations", keys) if keys else []
    return {UserId(row["user_id"]) for row in rows if row is not None and row["user_id"]}


async def _shares_a_team(context: Context, tenant_id: TenantId, users: set[UserId]) -> bool:
    mine = context.principal.teams.get(tenant_id, frozenset())
    for user_id in users if mine else ():
        account = await account_of(context.store, user_id)
        if account is not None and mine & account.teams.get(tenant_id, frozenset()):
            return True
    return False
