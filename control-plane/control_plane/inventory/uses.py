"""Who still uses what: asked before a thing is archived.  Each answer names 20 of them at most."""

from collections.abc import AsyncIterator

from callmodel.ids import (
    E164,
    CalendarId,
    Extension,
    FlowId,
    ListId,
    PromptId,
    ProviderId,
    QueueId,
    SiteId,
    TenantId,
    TrunkId,
)
from control_plane.facts.livecalls import LiveCalls
from control_plane.inventory.archive import MOST_TOLD, Use, is_living, living_rows, refuse_used
from control_plane.inventory.scope import SCOPE
from control_plane.people.accounts import Account
from control_plane.publishing.flowchecks import named_in_flows
from control_plane.web import Context
from servicekit.stores import Row, Store

PLATFORM = {"scope": SCOPE}


async def require_unused_site(context: Context, site_id: SiteId) -> None:
    """Raise InUseError while stations are at the site.  It walks the stations of all tenants."""

    async def found() -> AsyncIterator[Use]:
        async for tenant in living_rows(context.store, "tenants", PLATFORM):
            tenant_id = tenant["tenant_id"]
            async for row in living_rows(context.store, "stations", {"tenant_id": tenant_id}):
                if row["site_id"] == site_id:
                    yield Use("station", row["extension"], tenant_id)

    await _require_none(found())


async def require_unused_trunk(context: Context, trunk_id: TrunkId) -> None:
    """Raise InUseError while numbers name the trunk as theirs."""

    async def found() -> AsyncIterator[Use]:
        async for row in living_rows(context.store, "numbers", PLATFORM):
            if trunk_id in row["trunk_ids"]:
                yield Use("number", row["number"])

    await _require_none(found())


async def require_unused_number(context: Context, number: E164) -> None:
    """Raise InUseError while the number is lent to a tenant."""

    async def found() -> AsyncIterator[Use]:
        row = await context.store.get("numbers", {"scope": SCOPE, "number": number})
        if row is not None and row["tenant_id"]:
            yield Use("tenant", row["tenant_id"])

    await _require_none(found())


async def require_unused_station(context: Context, tenant_id: TenantId, extension: Extension) -> None:
    """Raise InUseError while calls to numbers of the tenant ring the station."""

    async def found() -> AsyncIterator[Use]:
        async for row in _numbers_of(context.store, tenant_id):
            if row["route_to"] == extension:
                yield Use("number", row["number"], tenant_id)

    await _require_none(found())


async def require_unused_tenant(context: Context, tenant_id: TenantId) -> None:
    """Raise InUseError while the tenant has stations, numbers, trunks of its own, or calls in progress.

    Its stations are archived first, so that no call begins whose facts nobody reads any more.
    """

    async def found() -> AsyncIterator[Use]:
        async for row in living_rows(context.store, "stations", {"tenant_id": tenant_id}):
            yield Use("station", row["extension"], tenant_id)
        async for row in _numbers_of(context.store, tenant_id):
            yield Use("number", row["number"], tenant_id)
        async for row in living_rows(context.store, "trunks", PLATFORM):
            if tenant_id in row["routing"]["tenant_ids"]:
                yield Use("trunk", row["trunk_id"])
        async for call in LiveCalls(context.redis).each(tenant_id):
            yield Use("call", call.call_id, tenant_id)

    await _require_none(found())


async def require_unused_flow(context: Context, tenant_id: TenantId, flow_id: FlowId) -> None:
    """Raise InUseError while numbers of the tenant lead into the flow, or callers for whom there is no channel."""

    async def found() -> AsyncIterator[Use]:
        async for row in _numbers_of(context.store, tenant_id):
            if row["flow_id"] == flow_id:
                yield Use("number", row["number"], tenant_id)
        tenant = await context.store.get("tenants", {**PLATFORM, "tenant_id": tenant_id})
        if tenant is not None and (tenant["vip_rules"] or {}).get("full_flow") == flow_id:
            yield Use("tenant", tenant_id)

    await _require_none(found())


async def require_unused_queue(context: Context, tenant_id: TenantId, queue_id: QueueId) -> None:
    """Raise InUseError while a published flow of the tenant names the queue, or VIPs wait in it."""

    async def found() -> AsyncIterator[Use]:
        async for use in _flows_that_name(context.store, tenant_id, "queue", queue_id):
            yield use
        async for row in _rows_of(context.store, "vips", tenant_id):
            if row["settings"]["queue_id"] == queue_id:
                yield Use("vip", row["caller"], tenant_id)

    await _require_none(found())


async def require_unused_prompt(context: Context, tenant_id: TenantId, prompt_id: PromptId) -> None:
    """Raise InUseError while a published flow, a queue or a number of the tenant names the prompt."""

    async def found() -> AsyncIterator[Use]:
        async for use in _flows_that_name(context.store, tenant_id, "prompt", prompt_id):
            yield use
        async for row in living_rows(context.store, "queues", {"tenant_id": tenant_id}):
            if prompt_id in (row["settings"]["music"], *row["settings"]["comfort"]):
                yield Use("queue", row["queue_id"], tenant_id)
        async for row in _numbers_of(context.store, tenant_id):
            if row["notice"] == prompt_id:
                yield Use("number", row["number"], tenant_id)

    await _require_none(found())


async def require_unused_calendar(context: Context, tenant_id: TenantId, calendar_id: CalendarId) -> None:
    """Raise InUseError while a published flow or a number of the tenant names the calendar."""

    async def found() -> AsyncIterator[Use]:
        async for use in _flows_that_name(context.store, tenant_id, "calendar", calendar_id):
            yield use
        async for row in _numbers_of(context.store, tenant_id):
            if row["calendar_id"] == calendar_id:
                yield Use("number", row["number"], tenant_id)

    await _require_none(found())


async def require_unused_list(context: Context, tenant_id: TenantId, list_id: ListId) -> None:
    """Raise InUseError while a campaign that is not archived has the list."""

    async def found() -> AsyncIterator[Use]:
        async for row in living_rows(context.store, "campaigns", {"tenant_id": tenant_id}):
            if any(each["list_id"] == list_id for each in row["settings"]["lists"]):
                yield Use("campaign", row["campaign_id"], tenant_id)

    await _require_none(found())


async def require_no_pool(context: Context, tenant_id: TenantId, pool: ProviderId) -> None:
    """Raise InUseError while it has queues, or agents who are signed in: the pool is in their keys (ADR 29)."""

    async def found() -> AsyncIterator[Use]:
        async for row in living_rows(context.store, "queues", {"tenant_id": tenant_id}):
            yield Use("queue", row["queue_id"], tenant_id)
        for view in await context.acd.agents(pool):
            if view.seat.tenant_id == tenant_id:
                yield Use("agent", view.agent.agent_id, tenant_id)

    await _require_none(found())


async def require_unused_user(context: Context, account: Account) -> None:
    """Raise InUseError while the user is seated at stations."""

    async def found() -> AsyncIterator[Use]:
        for tenant_id in sorted(account.roles):
            page = await context.store.page("seats", {"tenant_id": tenant_id, "user_id": account.user_id}, limit=500)
            keys = [{"tenant_id": tenant_id, "extension": row["extension"]} for row in page.rows]
            for row in await context.store.get_many("stations", keys) if keys else []:
                if row is not None and is_living(row) and row["user_id"] == account.user_id:
                    yield Use("station", row["extension"], tenant_id)

    await _require_none(found())


async def _flows_that_name(store: Store, tenant_id: TenantId, kind: str, named: str) -> AsyncIterator[Use]:
    async for flow_id, reference in named_in_flows(store, tenant_id):
        if (reference.kind, reference.id) == (kind, named):
            yield Use("flow", flow_id, tenant_id)


async def _rows_of(store: Store, table: str, tenant_id: TenantId) -> AsyncIterator[Row]:
    """Yield all rows of a tenant in a table whose rows are not archived."""
    after: str | None = None
    while True:
        page = await store.page(table, {"tenant_id": tenant_id}, limit=500, after=after)
        for row in page.rows:
            yield row
        after = page.next_token
        if after is None:
            return


async def _numbers_of(store: Store, tenant_id: TenantId) -> AsyncIterator[Row]:
    """Yield the numbers that are lent to a tenant, each with where calls to it go."""
    async for entry in _rows_of(store, "tenant_numbers", tenant_id):
        row = await store.get("numbers", {"scope": SCOPE, "number": entry["number"]})
        # The index may hold an entry too many: the number's own row has the last word.
        if row is not None and is_living(row) and row["tenant_id"] == tenant_id:
            yield row


async def _require_none(uses: AsyncIterator[Use]) -> None:
    found = []
    async for use in uses:
        found.append(use)
        if len(found) == MOST_TOLD:
            break
    if found:
        refuse_used(found)
