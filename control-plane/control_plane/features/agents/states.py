"""What agents do: they say so themselves, or somebody does whose right reaches them.  Matching decides on it."""

from collections.abc import Sequence

from callmodel.agents import AgentView, Seat
from callmodel.ids import AgentId, Extension, ProviderId, SiteId, TenantId, UserId
from callmodel.sight import doing_of, seen_by
from control_plane.features.agents import service
from control_plane.features.agents.state_schemas import AgentStateView, SignIn
from control_plane.inventory.archive import is_living
from control_plane.people.accounts import Account
from control_plane.people.agents import agent_of, tell_matching
from control_plane.people.pausing import PauseReason, reasons_of
from control_plane.people.permissions import Permission
from control_plane.people.reach import require_reach_of_user
from control_plane.web import ConflictError, Context, InvalidRequestError


class SeatUnknownError(InvalidRequestError):
    error_id = "seat-unknown"
    title = "The agent is not seated there"


class AgentDisabledError(ConflictError):
    error_id = "agent-disabled"
    title = "The user is disabled"


class NotSignedInError(ConflictError):
    error_id = "not-signed-in"
    title = "The agent is not signed in"


class ReasonUnknownError(InvalidRequestError):
    error_id = "pause-reason-unknown"
    title = "This is none of the tenant's reasons for a pause"


async def see(context: Context, tenant_id: TenantId, user_id: UserId) -> AgentStateView:
    """Return what an agent does.  Raises NotFoundError, OutOfReachError, redis errors."""
    account, pool = await _within_reach(context, tenant_id, user_id)
    return await _seen(context, tenant_id, account, pool)


async def page(
    context: Context, tenant_id: TenantId, limit: int, after: str | None
) -> tuple[list[AgentStateView], str | None]:
    """Return what agents of the tenant do, and the token of the next page.  Raises redis errors."""
    agents, following = await service.page(context, tenant_id, limit, after)
    views: dict[str, AgentView] = {}
    for pool in sorted({pool for _, pool in agents}):
        views |= {view.agent.agent_id: view for view in await context.acd.agents(pool)}
    reasons = await reasons_of(context.store, tenant_id)
    return [_shown(tenant_id, account, views.get(account.user_id), reasons) for account, _ in agents], following


async def sign_in(context: Context, tenant_id: TenantId, user_id: UserId, wanted: SignIn) -> AgentStateView:
    """Sign an agent in at a station that they are seated at; who is signed in already moves there.

    Raises NotFoundError, OutOfReachError, AgentDisabledError, SeatUnknownError, redis errors.
    """
    account, pool = await _within_reach(context, tenant_id, user_id)
    if not account.may_sign_in:
        raise AgentDisabledError()
    seat = await _seat_of(context, tenant_id, user_id, wanted.extension)
    await context.acd.note_pool(pool)
    await context.acd.sign_in(agent_of(account, pool), seat, context.now_ms(), wanted.ready)
    # What changed in the meantime was told to nobody, as they were not signed in yet.
    await tell_matching(context, account)
    if seat not in await _seats_of(context, tenant_id, user_id):
        await context.acd.sign_out(pool, AgentId(user_id), context.now_ms())
    return await _seen(context, tenant_id, account, pool)


async def sign_out(context: Context, tenant_id: TenantId, user_id: UserId) -> AgentStateView:
    """Sign an agent out; doing it again is fine.  Raises NotFoundError, OutOfReachError, redis errors."""
    account, pool = await _within_reach(context, tenant_id, user_id)
    await context.acd.sign_out(pool, AgentId(user_id), context.now_ms())
    return await _seen(context, tenant_id, account, pool)


async def make_ready(context: Context, tenant_id: TenantId, user_id: UserId) -> AgentStateView:
    """End an agent's pause or wrap-up.  Raises NotFoundError, OutOfReachError, NotSignedInError, redis errors."""
    account, pool = await _within_reach(context, tenant_id, user_id)
    if not await context.acd.make_ready(pool, AgentId(user_id), context.now_ms()):
        raise NotSignedInError()
    return await _seen(context, tenant_id, account, pool)


async def pause(context: Context, tenant_id: TenantId, user_id: UserId, reason: str) -> AgentStateView:
    """Pause an agent, after the call if there is one.

    Raises NotFoundError, OutOfReachError, ReasonUnknownError, NotSignedInError, redis errors.
    """
    account, pool = await _within_reach(context, tenant_id, user_id)
    reasons = await reasons_of(context.store, tenant_id)
    chosen = next((each for each in reasons if each.reason == reason), None)
    if chosen is None:
        raise ReasonUnknownError(f"choose one of: {', '.join(each.reason for each in reasons)}")
    agent_id = AgentId(user_id)
    if not await context.acd.pause(pool, agent_id, reason, context.now_ms(), chosen.limit_seconds):
        raise NotSignedInError()
    return await _seen(context, tenant_id, account, pool)


async def _within_reach(context: Context, tenant_id: TenantId, user_id: UserId) -> tuple[Account, ProviderId]:
    account, pool = await service.find(context, tenant_id, user_id)
    require_reach_of_user(context, Permission.AGENTS_STATE, tenant_id, account)
    return account, pool


async def _seat_of(context: Context, tenant_id: TenantId, user_id: UserId, wanted: Extension | None) -> Seat:
    seats = await _seats_of(context, tenant_id, user_id)
    fitting = [seat for seat in seats if wanted in (None, seat.extension)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise SeatUnknownError(f"say at which: {', '.join(seat.extension for seat in fitting)}")
    raise SeatUnknownError("a manager seats them: PUT .../stations/{extension}/user")


async def _seats_of(context: Context, tenant_id: TenantId, user_id: UserId) -> list[Seat]:
    page = await context.store.page("seats", {"tenant_id": tenant_id, "user_id": user_id}, limit=100)
    keys = [{"tenant_id": tenant_id, "extension": row["extension"]} for row in page.rows]
    rows = await context.store.get_many("stations", keys) if keys else []
    # The index may hold an entry too many: the station's own row has the last word.
    theirs = [row for row in rows if row is not None and is_living(row) and row["user_id"] == user_id]
    return [Seat(tenant_id, Extension(row["extension"]), SiteId(row["site_id"])) for row in theirs]


async def _seen(context: Context, tenant_id: TenantId, account: Account, pool: ProviderId) -> AgentStateView:
    view = await context.acd.agent(pool, AgentId(account.user_id))
    return _shown(tenant_id, account, view, await reasons_of(context.store, tenant_id))


def _shown(
    tenant_id: TenantId, account: Account, view: AgentView | None, reasons: Sequence[PauseReason]
) -> AgentStateView:
    """Return what one tenant sees of an agent: no word of other tenants'."""
    seen = seen_by(tenant_id, doing_of(view), {each.reason for each in reasons})
    return AgentStateView.model_validate(
        {
            "user_id": account.user_id,
            "name": account.display_name,
            "teams": sorted(account.teams.get(tenant_id, ())),
            "state": seen.state.value,
            "since_ms": seen.since_ms,
            "reason": seen.reason,
            "extension": seen.seat.extension if seen.seat is not None else None,
            "queue_id": seen.queue_id,
            "call_id": seen.call_id,
        }
    )
