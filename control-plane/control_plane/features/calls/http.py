"""Routes of calls."""

from collections.abc import Callable
from functools import partial
from typing import Any

from callmodel.ids import CallId, TenantId
from control_plane.audit import record
from control_plane.features.calls import errors, listing, schemas, service
from control_plane.features.calls.schemas import CallPath
from control_plane.features.calls.sealing import CallRecord, customer_token
from control_plane.people.permissions import Permission
from control_plane.people.reach import OutOfReachError
from control_plane.web import Context, ForbiddenError, PageOf, Route


async def place(context: Context, tenant_id: str, body: schemas.NewCall) -> schemas.CallAccepted:
    """Connect a station with a number: the station rings first.  An agent's own, or one of a supervisor's teams.

    What can be known at once is refused at once; `202` means that the order is on its way to a media node.  The call
    can be read (`GET`) once the node has begun it.  An order that no node read within 30 s rings nobody: the call's
    record then says `order-expired`.
    """
    call_id = await service.place(context, TenantId(tenant_id), body.extension, body.number, body.caller_number)
    return schemas.CallAccepted(call_id=call_id)


async def call_customer(
    context: Context, tenant_id: str, call_id: CallPath, body: schemas.CallBack
) -> schemas.CallAccepted:
    """Call the customer of a call, ended or not: your station rings first.  The number is nobody's to see.

    The answer holds the id of the new call.
    """
    made = await service.call_back(context, TenantId(tenant_id), CallId(call_id), body.extension)
    return schemas.CallAccepted(call_id=made)


async def hang_up(context: Context, tenant_id: str, call_id: CallPath) -> None:
    """End a call.  One that has ended already is fine."""
    await service.hang_up(context, TenantId(tenant_id), CallId(call_id))


async def dispose(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Disposition) -> None:
    """Say what came of a call, during it or after; a second word replaces the first."""
    await service.dispose(context, TenantId(tenant_id), CallId(call_id), body.disposition, body.note)


async def find(context: Context, tenant_id: str, query: schemas.CallsQuery) -> PageOf[schemas.CallView]:
    """List calls in progress (`state=live`, oldest first) or ended calls, newest first, that fit all that is asked.

    A station's or a customer's calls (`extension`, `customer`) are looked up, over any years.  All others are sought
    in the range of times, of 31 days at most.  A page reads some 2,000 records: it may hold fewer items than `limit`,
    none even, and still have a `next`.
    """
    tenant = TenantId(tenant_id)
    reveal = _may_reveal(context, tenant, query)
    if listing.filter_of(query).names_inside and not _sees_inside(context, tenant):
        raise ForbiddenError("calls are found by site, trunk or who placed them by the provider's people only")
    records, after = await listing.find(context, tenant, query)
    show = _showing(context, tenant, reveal=reveal)
    views = [show(each) for each in records]
    if reveal:
        await _audit_look(context, tenant, [view.call_id for view in views])
    return PageOf[schemas.CallView](items=views, next=after)


async def customer(context: Context, tenant_id: str, body: schemas.Customer) -> schemas.CustomerToken:
    """Return by what a customer's calls are found (`customer` in the listing).  The question is audited."""
    tenant = TenantId(tenant_id)
    token = customer_token(context.cipher, tenant, body.number)
    await _audit(context, tenant, "calls.find-customer", {"customer": token})
    return schemas.CustomerToken(customer=token)


async def one(context: Context, tenant_id: str, call_id: CallPath, query: schemas.RevealQuery) -> schemas.CallView:
    """Return one call, in progress or ended, with its legs."""
    tenant, call = TenantId(tenant_id), CallId(call_id)
    reveal = _may_reveal(context, tenant, query)
    record = await listing.one(context, tenant, call)
    if reveal:
        await _audit_look(context, tenant, [call_id])
    return _showing(context, tenant, reveal=reveal)(record)


def _showing(context: Context, tenant_id: TenantId, *, reveal: bool) -> Callable[[CallRecord], schemas.CallView]:
    """Return what makes a record into what the user may see of it."""
    return partial(
        schemas.to_view,
        token=partial(customer_token, context.cipher, tenant_id),
        reveal=reveal,
        priced=context.principal.may(Permission.SPEND_READ, tenant_id),
        dialogs=context.principal.is_hq_admin,
        inside=_sees_inside(context, tenant_id),
    )


def _sees_inside(context: Context, tenant_id: TenantId) -> bool:
    return context.principal.may(Permission.STATIONS_READ, tenant_id)


def _may_reveal(context: Context, tenant_id: TenantId, query: schemas.RevealQuery) -> bool:
    if query.reveal is None:
        return False
    if not context.principal.may(Permission.CALLS_REVEAL, tenant_id):
        raise ForbiddenError(f"full numbers need the permission {Permission.CALLS_REVEAL.value}")
    return True


async def _audit_look(context: Context, tenant_id: TenantId, call_ids: list[str]) -> None:
    """Write who saw which calls' numbers, before they are shown."""
    await _audit(context, tenant_id, "calls.reveal-numbers", {"call_ids": call_ids})


async def _audit(context: Context, tenant_id: TenantId, action: str, subject: dict[str, Any]) -> None:
    await record(
        context.store,
        at_ms=context.now_ms(),
        actor=context.principal.username,
        action=action,
        subject=subject,
        address=context.address,
        request_id=context.request_id,
        retention=context.retention,
        tenant_id=tenant_id,
    )


_TAGS = ("calls",)
_CALLS = "/tenants/{tenant_id}/calls"
_CALL = _CALLS + "/{call_id}"

routes = [
    Route(
        "POST",
        _CALLS,
        place,
        Permission.CALLS_PLACE,
        "Place a call",
        _TAGS,
        status=202,
        errors=errors.PLACING,
        examples={"customer": {"extension": "1001", "number": "13812345678"}},
        names=("call_id",),
    ),
    Route(
        "POST",
        _CALL + "/call-back",
        call_customer,
        Permission.CALLS_PLACE,
        "Call a call's customer",
        _TAGS,
        status=202,
        errors=(errors.CallUnknownError, errors.NobodyToCallError, *errors.PLACING),
        examples={"desk": {"extension": "1001"}},
    ),
    Route("GET", _CALLS, find, Permission.CALLS_READ, "List calls", _TAGS, errors=(ForbiddenError,)),
    Route(
        "POST",
        "/tenants/{tenant_id}/customer-token",
        customer,
        Permission.CALLS_REVEAL,
        "Find a customer by number",
        _TAGS,
        names=("customer",),
        examples={"mobile": {"number": "+8613812345678"}},
    ),
    Route("GET", _CALL, one, Permission.CALLS_READ, "One call", _TAGS, errors=(errors.CallUnknownError,)),
    Route(
        "DELETE",
        _CALL,
        hang_up,
        Permission.CALLS_CONTROL,
        "Hang up",
        _TAGS,
        status=204,
        errors=(errors.CallUnknownError, errors.NodeLostError, OutOfReachError),
    ),
    Route(
        "PUT",
        _CALL + "/disposition",
        dispose,
        Permission.CALLS_DISPOSE,
        "Say what came of a call",
        _TAGS,
        status=204,
        errors=(errors.CallUnknownError, errors.DispositionUnknownError, OutOfReachError),
    ),
]
