"""Routes of what agents do: one's own state, others' within reach, and all of them live."""

from control_plane.features.agents import states
from control_plane.features.agents.state_schemas import AgentStateView, Pause, SignIn
from control_plane.fields import TenantIdText, UserIdText
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.people.reach import OutOfReachError
from control_plane.web import Context, PageOf, PageQuery, Route


async def live(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[AgentStateView]:
    """What each of the tenant's agents does now, those who are signed out too."""
    await require_tenant(context.store, tenant_id)
    seen, after = await states.page(context, tenant_id, query.limit, query.after)
    return PageOf[AgentStateView](items=seen, next=after)


async def state(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> AgentStateView:
    """What an agent does now: oneself, or one within reach."""
    return await states.see(context, tenant_id, user_id)


async def sign_in(context: Context, tenant_id: TenantIdText, user_id: UserIdText, body: SignIn) -> AgentStateView:
    """Sign an agent in at a station that they are seated at; whoever is signed in already moves there.

    A sign-in ends by itself 16 hours after the last change of state.
    """
    return await states.sign_in(context, tenant_id, user_id, body)


async def sign_out(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> AgentStateView:
    """Sign an agent out.  A call goes on; a caller who was on the way is first in line again."""
    return await states.sign_out(context, tenant_id, user_id)


async def ready(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> AgentStateView:
    """Take calls: ends a pause or the wrap-up, and in a call the pause that was asked for."""
    return await states.make_ready(context, tenant_id, user_id)


async def pause(context: Context, tenant_id: TenantIdText, user_id: UserIdText, body: Pause) -> AgentStateView:
    """Pause, with one of the tenant's reasons; in a call it begins with the call's end."""
    return await states.pause(context, tenant_id, user_id, body.reason)


_TAGS = ("agents",)
_ONE = "/tenants/{tenant_id}/agents/{user_id}"


def _route(path: str, handler: object, summary: str, *errors: type, **examples: object) -> Route:
    return Route(
        "POST",
        _ONE + path,
        handler,  # type: ignore[arg-type]
        Permission.AGENTS_STATE,
        summary,
        _TAGS,
        errors=(OutOfReachError, *errors),
        shows=state,
        own="user_id",
        examples=examples,
    )


routes = [
    Route("GET", "/tenants/{tenant_id}/agent-states", live, Permission.AGENTS_READ, "See agents live", _TAGS),
    Route(
        "GET",
        f"{_ONE}/state",
        state,
        Permission.AGENTS_STATE,
        "See what an agent does",
        _TAGS,
        errors=(OutOfReachError,),
    ),
    _route(
        "/sign-in",
        sign_in,
        "Sign in as an agent",
        states.AgentDisabledError,
        states.SeatUnknownError,
        desk={"extension": "1001", "ready": True},
    ),
    _route("/sign-out", sign_out, "Sign out as an agent"),
    _route("/ready", ready, "Be ready", states.NotSignedInError),
    _route(
        "/pause",
        pause,
        "Pause",
        states.ReasonUnknownError,
        states.NotSignedInError,
        lunch={"reason": "lunch"},
    ),
]
