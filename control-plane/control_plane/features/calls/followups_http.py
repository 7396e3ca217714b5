"""Routes of follow-ups: missed calls and messages, until somebody has called back."""

from callmodel.ids import CallId
from control_plane.features.calls import errors, followups_service
from control_plane.features.calls.followups_schemas import FollowUpsQuery, FollowUpView, to_view
from control_plane.features.calls.schemas import CallAccepted, CallBack, CallPath
from control_plane.fields import TenantIdText
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.web import Context, PageOf, Route


async def listing(context: Context, tenant_id: TenantIdText, query: FollowUpsQuery) -> PageOf[FollowUpView]:
    """Calls from outside that no person took, and messages that were left, by the UTC day on which they began.

    With `open`, those with something left to do: a page may then hold fewer than `limit`, and still have a `next`.
    """
    await require_tenant(context.store, tenant_id)
    found, after = await followups_service.page(
        context, tenant_id, query.day, query.limit, query.after, only_open=query.open
    )
    return PageOf[FollowUpView](items=[to_view(*each) for each in found], next=after)


async def follow_up(context: Context, tenant_id: TenantIdText, call_id: CallPath) -> FollowUpView:
    """A call to follow up."""
    return to_view(*await followups_service.find(context, tenant_id, CallId(call_id)))


async def call_back(context: Context, tenant_id: TenantIdText, call_id: CallPath, body: CallBack) -> CallAccepted:
    """Call the customer back: your station rings first.  For ten minutes nobody else can call the same one back.

    The number is nobody's to see.  The answer holds the id of the new call.
    """
    made = await followups_service.call_back(context, tenant_id, CallId(call_id), body.extension)
    return CallAccepted(call_id=made)


async def finish(context: Context, tenant_id: TenantIdText, call_id: CallPath) -> FollowUpView:
    """Say that nothing is left to do.  Doing it again is fine: the first one's word stays."""
    return to_view(*await followups_service.finish(context, tenant_id, CallId(call_id)))


_TAGS = ("calls",)
_ALL = "/tenants/{tenant_id}/follow-ups"
_ONE = "/tenants/{tenant_id}/follow-ups/{call_id}"
_FOLLOW_UP = Permission.CALLS_FOLLOW_UP


routes = [
    Route("GET", _ALL, listing, _FOLLOW_UP, "List calls to follow up", _TAGS),
    Route("GET", _ONE, follow_up, _FOLLOW_UP, "Get a call to follow up", _TAGS),
    Route(
        "POST",
        f"{_ONE}/call-back",
        call_back,
        _FOLLOW_UP,
        "Call back",
        _TAGS,
        status=202,
        errors=(followups_service.FollowUpTakenError, errors.NobodyToCallError, *errors.PLACING),
        examples={"desk": {"extension": "1001"}},
        shows=follow_up,
    ),
    Route("POST", f"{_ONE}/done", finish, _FOLLOW_UP, "Finish a follow-up", _TAGS, shows=follow_up),
]
