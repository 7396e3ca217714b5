"""Two who change the same thing at once, and who dies in between: neither brings back what the other took away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callmodel.ids import TenantId, TrunkId, UserId
from control_plane.accounts import Account, account_of, add_account, save_account
from control_plane.config import ControlPlaneSettings
from control_plane.features.tenants import service as tenants
from control_plane.features.tenants.schemas import NewTenant, TenantPatch
from control_plane.features.tenants.store import TenantStore
from control_plane.features.trunks import service as trunks
from control_plane.features.trunks.schemas import NewTrunk, TrunkPatch
from control_plane.permissions import Role
from control_plane.resources import close_resources, open_resources
from control_plane.web import Context, Principal
from control_plane.web.context import Resources, context_of
from servicekit.stores import StoreUnavailableError

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
A1 = TrunkId("a1")
ADMIN = Principal(UserId("admin"), "admin", is_hq_admin=True)


@pytest.fixture
async def resources(tmp_path: Path) -> AsyncIterator[Resources]:
    settings = ControlPlaneSettings(
        run_dir=tmp_path,
        store_url=f"sqlite:///{tmp_path}/store.db",
        objects_url=f"file://{tmp_path}/objects",
        master_key_file=tmp_path / "master.key",
    )
    opened = open_resources(settings)
    yield opened
    await close_resources(opened)


async def test_a_new_password_does_not_bring_back_roles_that_are_taken_away(resources: Resources):
    user = UserId("u1")
    seen = Account(user, "ana", "Ana", "old", "platform", True, {ACME: frozenset({Role.AGENT})}, True, 0, 1)
    await add_account(resources.store, seen)

    # Both have read the user; the administrator writes first.
    await save_account(resources.store, seen, replace(seen, is_hq_admin=False, roles={}, enabled=False))
    await save_account(resources.store, seen, replace(seen, password_hash="new", sessions_from_ms=7))

    now = await account_of(resources.store, user)
    assert now == replace(seen, is_hq_admin=False, roles={}, enabled=False, password_hash="new", sessions_from_ms=7)


async def test_a_domain_is_never_two_tenants(resources: Resources):
    """A tenant moves to another domain, and the store goes away before its row is written."""

    class Dying:
        """The store of a process that dies before it writes the tenant."""

        def __getattr__(self, name: str) -> Any:
            return getattr(resources.store, name)

        async def upsert(self, table: str, row: dict[str, Any]) -> None:
            raise StoreUnavailableError("gone")

    context = context_of(resources, ADMIN)
    await tenants.create(context, NewTenant(tenant_id=ACME, name="Acme", domain="old.example"))
    await tenants.create(context, NewTenant(tenant_id=GLOBEX, name="Globex"))
    dying: Context = replace(context, store=Dying())  # type: ignore[arg-type]

    with pytest.raises(StoreUnavailableError):
        await tenants.change(dying, ACME, TenantPatch(domain="new.example"))

    assert (await tenants.find(context, ACME)).tenant.domain == "old.example"
    with pytest.raises(tenants.DomainTakenError):
        await tenants.change(context, GLOBEX, TenantPatch(domain="old.example"))
    assert (await tenants.change(context, ACME, TenantPatch(domain="new.example"))).tenant.domain == "new.example"
    assert await TenantStore(resources.store).claim_domain(GLOBEX, "old.example")


async def test_of_two_changes_to_a_trunk_at_once_one_is_told_to_look_again(resources: Resources):
    context = context_of(resources, ADMIN)
    gateway = {"host": "192.0.2.1"}
    rate = {"prefix": "+86", "cost_per_minute": 0.05, "cost_class": "national"}
    await trunks.create(
        context, NewTrunk.model_validate({"trunk_id": "a1", "name": "A", "gateways": [gateway], "rates": [rate]})
    )

    both_have_read = asyncio.Barrier(2)

    class Meeting:
        """A store whose readers of trunks wait for each other, so that neither has seen the other's change."""

        def __getattr__(self, name: str) -> Any:
            return getattr(resources.store, name)

        async def get(self, table: str, key: dict[str, Any]) -> Any:
            row = await resources.store.get(table, key)
            await both_have_read.wait()
            return row

    meeting: Context = replace(context, store=Meeting())  # type: ignore[arg-type]
    changes = [TrunkPatch(enabled=False), TrunkPatch(max_channels=7)]
    async with asyncio.timeout(5):
        said = await asyncio.gather(*(trunks.change(meeting, A1, each) for each in changes), return_exceptions=True)

    assert [type(each) for each in said].count(trunks.TrunkChangedError) == 1
    await trunks.change(context, A1, changes[0 if isinstance(said[0], Exception) else 1])
    now = (await trunks.find(context, A1)).trunk
    assert (now.enabled, now.max_channels) == (False, 7)
