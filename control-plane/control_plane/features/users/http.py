"""Routes of users."""

import asyncio

from callmodel.ids import TenantId
from control_plane.features.users import of_tenant, service
from control_plane.features.users.schemas import (
    NewTenantUser,
    NewUser,
    TenantUserPatch,
    TenantUserView,
    UserPatch,
    UserView,
)
from control_plane.features.users.store import UserStore
from control_plane.fields import TenantIdText, UserIdText
from control_plane.inventory.archive import ArchivedError, InUseError
from control_plane.people.accounts import Account, role_names, team_names
from control_plane.people.belonging import UserOfOthersError, belongs_here
from control_plane.people.permissions import Permission
from control_plane.people.totp import SecondFactors
from control_plane.web import Context, PageOf, Route, ThingsQuery
from control_plane.web.problems import PasswordWeakError


async def create(context: Context, body: NewUser) -> UserView:
    """Create a user with a first password, which they should change."""
    return await to_view(context, await service.create(context, body))


async def listing(context: Context, query: ThingsQuery) -> PageOf[UserView]:
    """Every user, in the order of their creation."""
    accounts, after = await UserStore(context.store).page(query.limit, query.after, archived=query.archived)
    return PageOf[UserView](
        items=await asyncio.gather(*(to_view(context, account) for account in accounts)), next=after
    )


async def one(context: Context, user_id: UserIdText) -> UserView:
    """A user with their roles."""
    return await to_view(context, await service.find(context, user_id))


async def change(context: Context, user_id: UserIdText, body: UserPatch) -> UserView:
    """Change a user.  Roles count at once, also for those who are signed in."""
    return await to_view(context, await service.change(context, user_id, body))


async def archive(context: Context, user_id: UserIdText) -> None:
    """Archive a user who has left; their sessions end at once.  Doing it again is fine."""
    await service.archive(context, user_id)


async def restore(context: Context, user_id: UserIdText) -> UserView:
    """Take an archived user back into use, with the roles and the password they had."""
    return await to_view(context, await service.restore(context, user_id))


async def listing_of_tenant(context: Context, tenant_id: TenantIdText, query: ThingsQuery) -> PageOf[TenantUserView]:
    """Users who have a role in the tenant."""
    users = UserStore(context.store)
    accounts, after = await users.page_of_tenant(tenant_id, query.limit, query.after, archived=query.archived)
    items = await asyncio.gather(*(to_tenant_view(context, tenant_id, account) for account in accounts))
    return PageOf[TenantUserView](items=items, next=after)


async def create_in_tenant(context: Context, tenant_id: TenantIdText, body: NewTenantUser) -> TenantUserView:
    """Create a user of the tenant with a first password, which they should change."""
    return await to_tenant_view(context, tenant_id, await of_tenant.create(context, tenant_id, body))


async def one_of_tenant(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> TenantUserView:
    """A user who has a role in the tenant."""
    return await to_tenant_view(context, tenant_id, await of_tenant.find(context, tenant_id, user_id))


async def change_in_tenant(
    context: Context, tenant_id: TenantIdText, user_id: UserIdText, body: TenantUserPatch
) -> TenantUserView:
    """Change or disable a user of the tenant; roles count at once.  Of others' users only the teams."""
    return await to_tenant_view(context, tenant_id, await of_tenant.change(context, tenant_id, user_id, body))


async def archive_in_tenant(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> None:
    """Archive a user of the tenant who sits at no station; their sessions end at once.  Doing it again is fine."""
    await of_tenant.archive(context, tenant_id, user_id)


async def restore_in_tenant(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> TenantUserView:
    """Take an archived user of the tenant back into use, with the roles and the password they had."""
    return await to_tenant_view(context, tenant_id, await of_tenant.restore(context, tenant_id, user_id))


async def reset_totp(context: Context, user_id: UserIdText) -> None:
    """Take a user's second factor whose authenticator is lost.  Their sessions end; doing it again is fine."""
    await service.reset_totp(context, user_id)


async def reset_totp_in_tenant(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> None:
    """Take the second factor from a user of the tenant.  Their sessions end; doing it again is fine."""
    await of_tenant.reset_totp(context, tenant_id, user_id)


async def _has_second_factor(context: Context, account: Account) -> bool:
    factor = await SecondFactors(context.store, context.cipher).of(account.user_id)
    return factor is not None and factor.confirmed


async def to_tenant_view(context: Context, tenant_id: TenantId, account: Account) -> TenantUserView:
    """Return the user as managers of the tenant see them."""
    return TenantUserView(
        user_id=account.user_id,
        username=account.username,
        display_name=account.display_name,
        belongs_here=belongs_here(tenant_id, account),
        roles=role_names(account).get(tenant_id, []),
        teams=team_names(account).get(tenant_id, []),
        enabled=account.enabled,
        second_factor=await _has_second_factor(context, account),
        archived_ms=account.archived_ms,
    )


async def to_view(context: Context, account: Account) -> UserView:
    """Return the user as the API shows them."""
    return UserView(
        user_id=account.user_id,
        username=account.username,
        display_name=account.display_name,
        belongs_to=account.belongs_to,
        is_hq_admin=account.is_hq_admin,
        roles=role_names(account),
        teams=team_names(account),
        enabled=account.enabled,
        second_factor=await _has_second_factor(context, account),
        created_ms=account.created_ms,
        archived_ms=account.archived_ms,
    )


_TAGS = ("users",)
_NEEDS = Permission.PLATFORM_MANAGE
_OF_TENANT = "/tenants/{tenant_id}/users"
_ONE_OF_TENANT = "/tenants/{tenant_id}/users/{user_id}"
_AGENT = {
    "username": "li.na",
    "display_name": "Li Na",
    "password": "quiet-river-4711",
    "belongs_to": "tenant:acme",
    "roles": {"acme": ["agent"]},
}

routes = [
    Route(
        "POST",
        "/users",
        create,
        _NEEDS,
        "Create a user",
        _TAGS,
        status=201,
        errors=(service.UsernameTakenError, PasswordWeakError, service.RolesNotAllowedError),
        examples={"agent": _AGENT},
        shows=one,
        names=("user_id",),
    ),
    Route("GET", "/users", listing, _NEEDS, "List users", _TAGS),
    Route("GET", "/users/{user_id}", one, _NEEDS, "Get a user", _TAGS),
    Route(
        "PATCH",
        "/users/{user_id}",
        change,
        _NEEDS,
        "Change a user",
        _TAGS,
        errors=(service.OwnAccountError, PasswordWeakError, service.RolesNotAllowedError, ArchivedError),
        examples={"promote": {"roles": {"acme": ["agent", "supervisor"]}}},
        shows=one,
    ),
    Route(
        "DELETE",
        "/users/{user_id}",
        archive,
        _NEEDS,
        "Archive a user",
        _TAGS,
        status=204,
        errors=(service.OwnAccountError, InUseError),
        shows=one,
    ),
    Route(
        "DELETE",
        "/users/{user_id}/totp",
        reset_totp,
        _NEEDS,
        "Take a user's second factor",
        _TAGS,
        status=204,
        errors=(service.OwnAccountError,),
        shows=one,
    ),
    Route("POST", "/users/{user_id}/restore", restore, _NEEDS, "Restore a user", _TAGS, shows=one),
    Route("GET", _OF_TENANT, listing_of_tenant, Permission.USERS_READ, "List a tenant's users", _TAGS),
    Route(
        "POST",
        _OF_TENANT,
        create_in_tenant,
        Permission.USERS_WRITE,
        "Create a user of a tenant",
        _TAGS,
        status=201,
        errors=(service.UsernameTakenError, PasswordWeakError),
        shows=one_of_tenant,
        names=("user_id",),
    ),
    Route("GET", _ONE_OF_TENANT, one_of_tenant, Permission.USERS_READ, "Get a user of a tenant", _TAGS),
    Route(
        "PATCH",
        _ONE_OF_TENANT,
        change_in_tenant,
        Permission.USERS_WRITE,
        "Change a user of a tenant",
        _TAGS,
        errors=(
            UserOfOthersError,
            service.OwnAccountError,
            PasswordWeakError,
            service.RolesNotAllowedError,
            ArchivedError,
        ),
        shows=one_of_tenant,
        examples={"disable": {"enabled": False}},
    ),
    Route(
        "DELETE",
        _ONE_OF_TENANT,
        archive_in_tenant,
        Permission.USERS_WRITE,
        "Archive a user of a tenant",
        _TAGS,
        status=204,
        errors=(UserOfOthersError, service.OwnAccountError, InUseError),
        shows=one_of_tenant,
    ),
    Route(
        "DELETE",
        f"{_ONE_OF_TENANT}/totp",
        reset_totp_in_tenant,
        Permission.USERS_WRITE,
        "Take the second factor of a user of a tenant",
        _TAGS,
        status=204,
        errors=(UserOfOthersError, service.OwnAccountError),
        shows=one_of_tenant,
    ),
    Route(
        "POST",
        f"{_ONE_OF_TENANT}/restore",
        restore_in_tenant,
        Permission.USERS_WRITE,
        "Restore a user of a tenant",
        _TAGS,
        errors=(UserOfOthersError,),
        shows=one_of_tenant,
    ),
]
