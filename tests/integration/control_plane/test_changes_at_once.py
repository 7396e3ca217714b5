"""Two who change the same thing at once, and who dies in between: neither brings back what the other took away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callmodel.ids import TenantId, TrunkId, UserId
from control_plane.config import ControlPlaneSettings
from control_plane.features.auth import service as auth
from control_plane.features.auth.store import Session
from control_plane.features.tenants import service as tenants
from control_plane.features.tenants.schemas import NewTenant, TenantPatch
from control_plane.features.tenants.store import TenantStore
from control_plane.features.trunks import service as trunks
from control_plane.features.trunks.schemas import NewTrunk, TrunkPatch
from control_plane.features.users import service as users
from control_plane.features.users.schemas import NewUser, UserPatch
from control_plane.keyring.signing import create_signing_key
from control_plane.people.accounts import Account, account_of, add_account, end_sessions, save_account, set_password
from control_plane.people.passwords import Passwords
from control_plane.people.permissions import Role
from control_plane.resources import close_resources, open_resources
from control_plane.web import Context, Principal
from control_plane.web.context import Resources, context_of
from servicekit.stores import StoreUnavailableError
from tests.loopback import free_port

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
A1 = TrunkId("a1")
ADMIN = Principal(UserId("admin"), "admin", is_hq_admin=True)


@pytest.fixture
async def resources(tmp_path: Path) -> AsyncIterator[Resources]:
    create_signing_key(tmp_path / "jwt.pem")
    settings = ControlPlaneSettings(
        run_dir=tmp_path,
        store_url=f"sqlite:///{tmp_path}/store.db",
        objects_url=f"file://{tmp_path}/objects",
        master_key_file=tmp_path / "master.key",
        redis_url=f"redis://127.0.0.1:{free_port()}/0",  # away: what is counted there is counted in memory
    )
    opened = open_resources(settings, signs_tokens=True)
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


class SlowPasswords(Passwords):
    """Says that a password fits, and waits at that moment for whatever the test does meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at, self.go_on = asyncio.Event(), asyncio.Event()

    async def verify(self, password: str, hashed: str | None) -> bool:
        fits = await super().verify(password, hashed)
        self.looked_at.set()
        await self.go_on.wait()
        return fits


OLD, NEW, THIRD = "quiet-river-under-stars-7", "another-good-secret-8", "and-a-third-one-here-9"
MEANWHILE = {"reset": UserPatch(password=NEW), "disabled": UserPatch(enabled=False)}


async def user_with(context: Context, password: str) -> Account:
    new = NewUser(username="ana", display_name="Ana", password=password, belongs_to="platform")
    return await users.create(context, new)


@pytest.mark.parametrize("change", MEANWHILE.values(), ids=MEANWHILE)
async def test_a_sign_in_whose_password_was_looked_at_before_a_change_begins_no_session(
    resources: Resources, change: UserPatch
):
    slow = SlowPasswords()
    context = context_of(resources, ADMIN)
    user = await user_with(context, OLD)

    async def meanwhile() -> None:
        await slow.looked_at.wait()
        await users.change(context, user.user_id, change)
        await users.change(context, user.user_id, UserPatch(enabled=True))
        slow.go_on.set()

    sign_in = auth.sign_in(replace(context, passwords=slow), "ana", OLD)
    async with asyncio.timeout(10):
        said = await asyncio.gather(sign_in, meanwhile(), return_exceptions=True)

    assert isinstance(said[0], auth.WrongCredentialsError) and said[1] is None


async def test_an_own_change_whose_password_was_looked_at_before_a_reset_changes_nothing(resources: Resources):
    slow = SlowPasswords()
    admin = context_of(resources, ADMIN)
    user = await user_with(admin, OLD)
    own = replace(admin, principal=Principal(user.user_id, "ana"), passwords=slow)

    async def meanwhile() -> None:
        await slow.looked_at.wait()
        await users.change(admin, user.user_id, UserPatch(password=NEW))
        slow.go_on.set()

    async with asyncio.timeout(10):
        said = await asyncio.gather(auth.change_password(own, OLD, THIRD), meanwhile(), return_exceptions=True)

    assert isinstance(said[0], auth.PasswordWrongError) and said[1] is None
    assert (await auth.sign_in(admin, "ana", NEW)).access_token
    with pytest.raises(auth.WrongCredentialsError):
        await auth.sign_in(admin, "ana", THIRD)


async def test_a_session_from_before_credentials_ends_with_the_next_change(resources: Resources):
    user = await user_with(context_of(resources, ADMIN), OLD)
    session = Session("f", user.user_id, 5, over=False, credential=None)
    changed = end_sessions(replace(user, password_hash="new"), 9)

    assert await auth.living_account(resources.store, session) == user
    assert await set_password(resources.store, user, changed)
    assert await auth.living_account(resources.store, session) is None


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
