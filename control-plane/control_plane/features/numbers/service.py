"""Numbers come, are lent and taken back; a number has one holder."""

from collections.abc import Sequence

from callmodel.ids import E164, Extension, TenantId, TrunkId
from control_plane.features.numbers.schemas import NewNumber, NumberPatch, NumberRoute
from control_plane.features.numbers.store import NumberRecord, NumberStore
from control_plane.inventory.archive import InUseError
from control_plane.inventory.named import require_calendar, require_flow, require_prompt
from control_plane.inventory.references import station_exists, tenant_exists, trunk_exists
from control_plane.inventory.uses import require_unused_number
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError


class NumberExistsError(ConflictError):
    error_id = "number-exists"
    title = "HQ has this number already"


class NumberTakenError(ConflictError):
    error_id = "number-taken"
    title = "The number is lent to another tenant; take it back first"


class TenantUnknownError(InvalidRequestError):
    error_id = "tenant-unknown"
    title = "There is no such tenant"


class TrunkUnknownError(InvalidRequestError):
    error_id = "trunk-unknown"
    title = "There is no such trunk"


class ExtensionUnknownError(InvalidRequestError):
    error_id = "extension-unknown"
    title = "The tenant has no station with this extension"


async def create(context: Context, new: NewNumber) -> NumberRecord:
    """Keep a new number.

    Raises NumberExistsError, TenantUnknownError, TrunkUnknownError, ExtensionUnknownError.
    """
    await _check_trunks(context, new.trunk_ids)
    if new.tenant_id is not None:
        await _check_tenant(context, new.tenant_id)
    if new.route_to is not None:
        await _check_extension(context, new.tenant_id, new.route_to)
    record = NumberRecord(new.number, new.tenant_id, new.route_to, tuple(new.trunk_ids), context.now_ms())
    if not await NumberStore(context.store).add(record):
        raise NumberExistsError()
    return _told(context, record)


async def find(context: Context, number: E164) -> NumberRecord:
    """Return a number, archived or not.  Raises NotFoundError."""
    return await NumberStore(context.store).find(number)


async def change(context: Context, number: E164, patch: NumberPatch) -> NumberRecord:
    """Change which trunks take a number.  Raises NotFoundError, ArchivedError, TrunkUnknownError."""
    await NumberStore(context.store).find_living(number)
    if patch.trunk_ids is not None:
        await _check_trunks(context, patch.trunk_ids)
        await NumberStore(context.store).change(number, {"trunk_ids": list(patch.trunk_ids)})
    return _told(context, await find(context, number))


async def lend(context: Context, number: E164, tenant_id: TenantId) -> NumberRecord:
    """Lend a number to a tenant.  Raises NotFoundError, ArchivedError, TenantUnknownError, NumberTakenError."""
    await NumberStore(context.store).find_living(number)
    await _check_tenant(context, tenant_id)
    if not await NumberStore(context.store).lend(tenant_id, number):
        raise NumberTakenError()
    return _told(context, await find(context, number))


async def take_back(context: Context, number: E164) -> None:
    """Take a number back from whoever holds it.  Raises NotFoundError."""
    record = await find(context, number)
    if record.tenant_id is not None:
        await NumberStore(context.store).take_back(record.tenant_id, number)
        _told(context, record)


async def route(context: Context, tenant_id: TenantId, number: E164, where: NumberRoute) -> NumberRecord:
    """Say where calls to the tenant's number go.

    Raises NotFoundError, ExtensionUnknownError, FlowUnknownError, CalendarUnknownError, PromptUnknownError.
    """
    if (await find(context, number)).tenant_id != tenant_id:
        raise NotFoundError()
    if where.route_to is not None:
        await _check_extension(context, tenant_id, where.route_to)
    if where.flow_id is not None:
        await require_flow(context.store, tenant_id, where.flow_id)
    if where.calendar_id is not None:
        await require_calendar(context.store, tenant_id, where.calendar_id)
    if where.notice is not None:
        await require_prompt(context.store, tenant_id, where.notice)
    if not await NumberStore(context.store).route(tenant_id, number, where.model_dump()):
        raise NotFoundError()
    return await find(context, number)


def _told(context: Context, record: NumberRecord) -> NumberRecord:
    # A number is published with what its holder has: the address of these requests does not name the tenant.
    if record.tenant_id is not None:
        context.configuration_changed(record.tenant_id)
    return record


async def archive(context: Context, number: E164) -> None:
    """Take a number out of use; doing it again is fine.  Raises NotFoundError, InUseError."""
    if (await find(context, number)).archived_ms is None:
        await require_unused_number(context, number)
        if not await NumberStore(context.store).archive(number, context.now_ms()):
            raise InUseError("it was lent at the same time")


async def restore(context: Context, number: E164) -> NumberRecord:
    """Take a number back into use, lent to nobody.  Raises NotFoundError, TrunkUnknownError."""
    await _check_trunks(context, (await find(context, number)).trunk_ids)
    return await NumberStore(context.store).restore(number)


async def _check_tenant(context: Context, tenant_id: TenantId) -> None:
    if not await tenant_exists(context.store, tenant_id):
        raise TenantUnknownError(f"there is no tenant {tenant_id}; create it first")


async def _check_extension(context: Context, tenant_id: TenantId | None, extension: Extension) -> None:
    if tenant_id is None or not await station_exists(context.store, tenant_id, extension):
        raise ExtensionUnknownError(f"there is no station {extension} in the tenant that holds the number")


async def _check_trunks(context: Context, trunk_ids: Sequence[TrunkId]) -> None:
    for trunk_id in trunk_ids:
        if not await trunk_exists(context.store, trunk_id):
            raise TrunkUnknownError(f"there is no trunk {trunk_id}; create it first")
