"""Routes of numbers."""

from dataclasses import replace

from control_plane.features.numbers import service
from control_plane.features.numbers.schemas import Lending, NewNumber, NumberPatch, NumberRoute, NumberView
from control_plane.features.numbers.store import NumberRecord, NumberStore
from control_plane.fields import E164Text, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.inventory.named import CalendarUnknownError, FlowUnknownError, PromptUnknownError
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.web import Context, PageOf, PageQuery, Route, ThingsQuery


async def create(context: Context, body: NewNumber) -> NumberView:
    """Enter a number that HQ has from a carrier, and perhaps lend it to a tenant at once."""
    return to_view(await service.create(context, body))


async def listing(context: Context, query: ThingsQuery) -> PageOf[NumberView]:
    """Every number of HQ, in order."""
    records, after = await NumberStore(context.store).page(query.limit, query.after, archived=query.archived)
    return PageOf[NumberView](items=[to_view(record) for record in records], next=after)


async def one(context: Context, number: E164Text) -> NumberView:
    """A number and who holds it."""
    return to_view(await service.find(context, number))


async def change(context: Context, number: E164Text, body: NumberPatch) -> NumberView:
    """Change which trunks take the number as calling number."""
    return to_view(await service.change(context, number, body))


async def lend(context: Context, number: E164Text, body: Lending) -> NumberView:
    """Lend the number to a tenant.  Of two who ask at once one gets it."""
    return to_view(await service.lend(context, number, body.tenant_id))


async def take_back(context: Context, number: E164Text) -> None:
    """Take the number back; caller rules that name it pass it over from then on."""
    await service.take_back(context, number)


async def of_tenant(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[NumberView]:
    """Numbers that are lent to the tenant; which trunks take them is not told to a client's people."""
    await require_tenant(context.store, tenant_id)
    records, after = await NumberStore(context.store).page_of_tenant(tenant_id, query.limit, query.after)
    if not context.principal.may(Permission.STATIONS_READ, tenant_id):
        records = [replace(record, trunk_ids=()) for record in records]
    return PageOf[NumberView](items=[to_view(record) for record in records], next=after)


async def route(context: Context, tenant_id: TenantIdText, number: E164Text, body: NumberRoute) -> NumberView:
    """Let calls to the number go through a flow of the tenant, ring one of its stations, or reach nobody."""
    return to_view(await service.route(context, tenant_id, number, body))


async def archive(context: Context, number: E164Text) -> None:
    """Archive a number that is lent to nobody, as when the carrier has it back.  Doing it again is fine."""
    await service.archive(context, number)


async def restore(context: Context, number: E164Text) -> NumberView:
    """Take an archived number back into use, lent to nobody."""
    return to_view(await service.restore(context, number))


def to_view(record: NumberRecord) -> NumberView:
    """Return the number as the API shows it."""
    return NumberView(
        number=record.number,
        tenant_id=record.tenant_id,
        route_to=record.route_to,
        flow_id=record.flow_id,
        language=record.language,
        calendar_id=record.calendar_id,
        notice=record.notice,
        trunk_ids=list(record.trunk_ids),
        created_ms=record.created_ms,
        archived_ms=record.archived_ms,
    )


_TAGS = ("numbers",)
_NEEDS = Permission.PLATFORM_MANAGE
_FLOW = {"flow_id": "welcome", "language": "en", "calendar_id": "office", "notice": "recorded"}
_ONE = "/numbers/{number}"

routes = [
    Route(
        "POST",
        "/numbers",
        create,
        _NEEDS,
        "Enter a number",
        _TAGS,
        status=201,
        errors=(
            service.NumberExistsError,
            service.TenantUnknownError,
            service.TrunkUnknownError,
            service.ExtensionUnknownError,
        ),
        configures=True,
        examples={"lent": {"number": "+862155550100", "tenant_id": "acme", "trunk_ids": ["carrier-a"]}},
        shows=one,
        names=("number",),
    ),
    Route("GET", "/numbers", listing, _NEEDS, "List numbers", _TAGS),
    Route("GET", _ONE, one, _NEEDS, "Get a number", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        _NEEDS,
        "Change a number",
        _TAGS,
        errors=(service.TrunkUnknownError, ArchivedError),
        configures=True,
        shows=one,
    ),
    Route(
        "PUT",
        f"{_ONE}/tenant",
        lend,
        _NEEDS,
        "Lend a number",
        _TAGS,
        errors=(service.TenantUnknownError, service.NumberTakenError, ArchivedError),
        configures=True,
        shows=one,
    ),
    Route(
        "DELETE",
        f"{_ONE}/tenant",
        take_back,
        _NEEDS,
        "Take a number back",
        _TAGS,
        status=204,
        configures=True,
        shows=one,
    ),
    Route(
        "GET", "/tenants/{tenant_id}/numbers", of_tenant, Permission.NUMBERS_READ, "List a tenant's numbers", _TAGS
    ),
    Route(
        "PUT",
        "/tenants/{tenant_id}/numbers/{number}/route",
        route,
        Permission.TENANT_WRITE,
        "Route a number",
        _TAGS,
        errors=(service.ExtensionUnknownError, FlowUnknownError, CalendarUnknownError, PromptUnknownError),
        configures=True,
        examples={"desk": {"route_to": "1001"}, "flow": _FLOW},
        shows=one,
    ),
    *archiving(
        _ONE, archive, restore, _NEEDS, "a number", _TAGS, shows=one, restore_errors=(service.TrunkUnknownError,)
    ),
]
