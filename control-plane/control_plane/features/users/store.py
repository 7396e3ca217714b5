"""Which users have roles in a tenant: an index beside `control_plane.people.accounts`, which holds the users."""

from callmodel.ids import TenantId, UserId
from control_plane.inventory.rows import PlatformRows
from control_plane.people.accounts import USERS, Account, account_of, to_account
from servicekit.stores import ColumnType, Row, TableSpec

TENANT_USERS = TableSpec(
    name="tenant_users",
    partition=("tenant_id",),
    clustering=("user_id",),
    columns={"tenant_id": ColumnType.TEXT, "user_id": ColumnType.TEXT},
)
TABLES = (TENANT_USERS,)


class UserStore(PlatformRows[Account]):
    """Users as lists."""

    table = USERS

    def to_record(self, row: Row) -> Account:
        """Return the user in a row."""
        return to_account(row)

    async def page_of_tenant(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[Account], str | None]:
        """Return users who have a role in the tenant, and the token of the next page.  There may be fewer."""
        found = await self._store.page(TENANT_USERS.name, {"tenant_id": tenant_id}, limit=limit, after=after)
        accounts = [await account_of(self._store, UserId(row["user_id"])) for row in found.rows]
        # The index is written apart from the user: the user's own row has the last word.
        kept = [account for account in accounts if account and account.roles.get(tenant_id)]
        return [account for account in kept if (account.archived_ms is not None) is archived], found.next_token

    async def list_under(self, tenant_id: TenantId, user_id: UserId) -> None:
        """List the user among those of the tenant; twice is harmless."""
        await self._store.upsert(TENANT_USERS.name, {"tenant_id": tenant_id, "user_id": user_id})

    async def unlist(self, tenant_id: TenantId, user_id: UserId) -> None:
        """List the user there no more."""
        await self._store.delete(TENANT_USERS.name, {"tenant_id": tenant_id, "user_id": user_id})
