"""Routes of users."""

from control_plane.accounts import Account, role_names
from control_plane.features.users import service
from control_plane.features.users.schemas import NewUser, TenantUserView, UserPatch, UserView
from control_plane.features.users.store import UserStore
from control_plane.fields import TenantIdText, UserIdText
from control_plane.permissions import Permission
from control_plane.web import Context, PageOf, PageQuery, Route
from control_plane.web.problems import PasswordWeakError


async def create(context: Context, body: NewUser) -> UserView:
    """Create a user with a first password, which they should change."""
    return to_view(await service.create(context, body))


async def listing(context: Context, query: PageQuery) -> PageOf[UserView]:
    """Every user, in the order of their creation."""
    accounts, after = await UserStore(context.store).page(query.limit, query.after)
    return PageOf[UserView](items=[to_view(account) for account in accounts], next=after)


async def one(context: Context, user_id: UserIdText) -> UserView:
    """A user with their roles."""
    return to_view(await service.find(context, user_id))


async def change(context: Context, user_id: UserIdText, body: UserPatch) -> UserView:
    """Change a user.  Roles count at once, also for those who are signed in."""
    return to_view(await service.change(context, user_id, body))


async def of_tenant(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[TenantUserView]:
    """Users who have a role in the tenant."""
    accounts, after = await UserStore(context.store).page_of_tenant(tenant_id, query.limit, query.after)
    items = [
        TenantUserView(
            user_id=account.user_id,
            username=account.username,
            display_name=account.display_name,
            roles=sorted(role.value for role in account.roles[tenant_id]),
            enabled=account.enabled,
        )
        for account in accounts
    ]
    return PageOf[TenantUserView](items=items, next=after)


def to_view(account: Account) -> UserView:
    """Return the user as the API shows them."""
    return UserView(
        user_id=account.user_id,
        username=account.username,
        display_name=account.display_name,
        belongs_to=account.belongs_to,
        is_hq_admin=account.is_hq_admin,
        roles=role_names(account),
        enabled=account.enabled,
        created_ms=account.created_ms,
    )


_TAGS = ("users",)
_NEEDS = Permission.PLATFORM_MANAGE
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
        errors=(service.OwnAccountError, PasswordWeakError, service.RolesNotAllowedError),
        examples={"promote": {"roles": {"acme": ["agent", "supervisor"]}}},
        shows=one,
    ),
    Route("GET", "/tenants/{tenant_id}/users", of_tenant, Permission.USERS_READ, "List a tenant's users", _TAGS),
]
