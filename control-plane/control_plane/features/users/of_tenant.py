"""A tenant's users as its managers keep them: its own as a whole, those of others only by team."""

from callmodel.ids import TenantId, UserId
from control_plane.features.users import service
from control_plane.features.users.schemas import NewTenantUser, NewUser, TenantUserPatch, UserPatch
from control_plane.people.accounts import Account, role_names, team_names
from control_plane.people.belonging import UserOfOthersError, belongs_here, home_of
from control_plane.web import Context, NotFoundError


async def create(context: Context, tenant_id: TenantId, new: NewTenantUser) -> Account:
    """Keep a new user of the tenant.  Raises UsernameTakenError, WeakPasswordError."""
    user = NewUser(
        username=f"{new.name}@{tenant_id}",
        display_name=new.display_name,
        password=new.password,
        belongs_to=home_of(tenant_id),
        roles={tenant_id: new.roles},
        teams={tenant_id: new.teams},
    )
    return await service.create(context, user)


async def find(context: Context, tenant_id: TenantId, user_id: UserId) -> Account:
    """Return a user who has a role in the tenant, or is its own.  Raises NotFoundError."""
    account = await service.find(context, user_id)
    if not account.roles.get(tenant_id) and not belongs_here(tenant_id, account):
        raise NotFoundError()
    return account


async def change(context: Context, tenant_id: TenantId, user_id: UserId, patch: TenantUserPatch) -> Account:
    """Change a user.

    Raises NotFoundError, ArchivedError, UserOfOthersError, OwnAccountError, WeakPasswordError, RolesNotAllowedError.
    """
    before = await find(context, tenant_id, user_id)
    given = {name for name in type(patch).model_fields if getattr(patch, name) is not None}
    if given - {"teams"}:
        _require_own(tenant_id, before)
    if user_id == context.principal.user_id and given & {"password", "roles", "enabled"}:
        # One's own password is changed by who knows it; and nobody shuts themselves out.
        raise service.OwnAccountError()
    roles = None if patch.roles is None else {**role_names(before), tenant_id: patch.roles}
    teams = None if patch.teams is None else {**team_names(before), tenant_id: patch.teams}
    whole = UserPatch.model_validate(
        {**patch.model_dump(exclude_none=True, exclude={"roles", "teams"}), "roles": roles, "teams": teams}
    )
    return await service.change(context, user_id, whole)


async def archive(context: Context, tenant_id: TenantId, user_id: UserId) -> None:
    """Take a user of the tenant out of use.  Raises NotFoundError, UserOfOthersError, OwnAccountError, InUseError."""
    _require_own(tenant_id, await find(context, tenant_id, user_id))
    await service.archive(context, user_id)


async def restore(context: Context, tenant_id: TenantId, user_id: UserId) -> Account:
    """Take a user of the tenant back into use.  Raises NotFoundError, UserOfOthersError."""
    _require_own(tenant_id, await find(context, tenant_id, user_id))
    return await service.restore(context, user_id)


async def reset_totp(context: Context, tenant_id: TenantId, user_id: UserId) -> None:
    """Take the second factor from a user of the tenant.  Raises NotFoundError, UserOfOthersError, OwnAccountError."""
    _require_own(tenant_id, await find(context, tenant_id, user_id))
    await service.reset_totp(context, user_id)


def _require_own(tenant_id: TenantId, account: Account) -> None:
    if not belongs_here(tenant_id, account):
        raise UserOfOthersError()
