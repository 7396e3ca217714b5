"""Numbers that a tenant's people may dial by hand for a while: approved by a call that was refused."""

from pydantic import Field

from callmodel.ids import CallId
from control_plane.audit import record as audit
from control_plane.features.calls.reach import require_call_in_reach
from control_plane.features.calls.schemas import CallPath
from control_plane.features.calls.store import CallStore
from control_plane.fields import TenantIdText
from control_plane.keyring.numberkeys import number_key_of
from control_plane.people.permissions import Permission
from control_plane.people.reach import OutOfReachError
from control_plane.web import ConflictError, Context, NotFoundError, Route, Shape
from hotstate.customers import Customers

HOUR_SECONDS = 3600


class NoNumberError(ConflictError):
    error_id = "no-number-to-approve"
    title = "Nobody outside was dialled in this call"


class Approval(Shape):
    """For how long the number may be dialled; 0 takes an approval back."""

    hours: int = Field(ge=0, le=2160)


async def approve(context: Context, tenant_id: TenantIdText, call_id: CallPath, body: Approval) -> None:
    """Let the tenant's people dial the number of a call by hand for so many hours, whether or not it was refused.

    The number is nobody's to see. It matters where the tenant's `hand_dialling` has `approvals`.
    """
    await require_call_in_reach(context, Permission.CALLS_SUPERVISE, tenant_id, CallId(call_id))
    found = await CallStore(context.store, context.cipher).one(tenant_id, CallId(call_id))
    if found is None:
        raise NotFoundError()
    number = found.cdr.number
    if number is None:
        raise NoNumberError()
    customers, number_key = Customers(context.redis), number_key_of(context.cipher, tenant_id)
    if body.hours:
        await customers.approve(tenant_id, number_key, number, body.hours * HOUR_SECONDS)
    else:
        await customers.withdraw(tenant_id, number_key, number)
    await audit(
        context.store,
        tenant_id,
        at_ms=context.now_ms(),
        actor=context.principal.username,
        action="calls.approve-number",
        subject={"call_id": call_id, "hours": str(body.hours)},
        address=context.address,
        request_id=context.request_id,
        retention=context.retention,
    )


routes = [
    Route(
        "POST",
        "/tenants/{tenant_id}/calls/{call_id}/approve-number",
        approve,
        Permission.CALLS_SUPERVISE,
        "Let a number be dialled",
        ("calls",),
        status=204,
        errors=(NoNumberError, OutOfReachError),
        examples={"a week": {"hours": 168}},
    ),
]
