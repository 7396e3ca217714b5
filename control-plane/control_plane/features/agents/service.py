"""What agents can, and which queues they serve."""

from collections.abc import Sequence
from dataclasses import replace

from callmodel.ids import ProviderId, QueueId, TenantId, UserId
from control_plane.features.agents.schemas import AgentPatch
from control_plane.inventory.named import require_queue
from control_plane.people.accounts import SCOPE, USERS, Account, account_of, save_agent, to_account
from control_plane.people.agents import is_agent, tell_matching
from control_plane.people.belonging import UserOfOthersError, belongs_here, pool_of
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError


class QueueOfAnotherPoolError(InvalidRequestError):
    """Callers and agents are matched inside of a pool: whoever is of another one would never be offered a call."""

    error_id = "queue-of-another-pool"
    title = "Agents of another firm serve this queue"


class AgentChangedError(ConflictError):
    error_id = "agent-changed"
    title = "Somebody else changed the agent at the same time; look at it and try again"


async def find(context: Context, tenant_id: TenantId, user_id: UserId) -> tuple[Account, ProviderId]:
    """Return an agent of the tenant and whose they are.  Raises NotFoundError."""
    account = await account_of(context.store, user_id)
    if account is None or not is_agent(account, tenant_id):
        raise NotFoundError()
    return account, await pool_of(context.store, account)


async def page(
    context: Context, tenant_id: TenantId, limit: int, after: str | None
) -> tuple[list[tuple[Account, ProviderId]], str | None]:
    """Return agents of the tenant and whose they are, and the token of the next page.  There may be fewer."""
    found = await context.store.page("tenant_users", {"tenant_id": tenant_id}, limit=limit, after=after)
    keys = [{"scope": SCOPE, "user_id": row["user_id"]} for row in found.rows]
    rows = await context.store.get_many(USERS.name, keys) if keys else []
    accounts = [to_account(row) for row in rows if row is not None]
    # The index is written apart from the user: the user's own row has the last word.
    agents = [account for account in accounts if is_agent(account, tenant_id)]
    return [(account, await pool_of(context.store, account)) for account in agents], found.next_token


async def change(
    context: Context, tenant_id: TenantId, user_id: UserId, patch: AgentPatch
) -> tuple[Account, ProviderId]:
    """Set what an agent can and which of the tenant's queues they serve.

    Raises NotFoundError, UserOfOthersError, QueueUnknownError, QueueOfAnotherPoolError, AgentChangedError.
    """
    before, pool = await find(context, tenant_id, user_id)
    after = before
    if patch.skills is not None:
        if not belongs_here(tenant_id, before) and not context.principal.is_hq_admin:
            raise UserOfOthersError(
                "their skills count for other tenants too: HQ sets them; queues are yours to give"
            )
        after = replace(after, skills=dict(patch.skills))
    if patch.queues is not None:
        queues = tuple(dict.fromkeys(patch.queues))
        await _check_queues(context, tenant_id, pool, queues)
        after = replace(after, queues={**before.queues, tenant_id: queues})
    if not await save_agent(context.store, before, after):
        raise AgentChangedError()
    await tell_matching(context, after)
    for each in after.roles:
        context.configuration_changed(each)
    return after, pool


async def _check_queues(
    context: Context, tenant_id: TenantId, pool: ProviderId, queue_ids: Sequence[QueueId]
) -> None:
    for queue_id in queue_ids:
        served_by = await require_queue(context.store, tenant_id, queue_id)
        if served_by != pool:
            raise QueueOfAnotherPoolError(f"{queue_id} is served by agents of {served_by}, and this one is of {pool}")
