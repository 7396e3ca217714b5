"""Users as agents: who is one, what matching is told of them, and that it hears of what changes."""

from collections.abc import Mapping

from callmodel.agents import Agent, AgentView, Seat, SeatedAgent, ServedQueue
from callmodel.ids import AgentId, Extension, ProviderId, SiteId, TenantId, UserId
from control_plane.people.accounts import SCOPE, USERS, Account, account_of, to_account
from control_plane.people.belonging import pool_of
from control_plane.people.permissions import Role
from control_plane.web import Context
from servicekit.stores import Store

AT_ONCE = 200


def is_agent(account: Account, tenant_id: TenantId) -> bool:
    """Say whether the user takes calls for the tenant."""
    return account.archived_ms is None and Role.AGENT in account.roles.get(tenant_id, frozenset())


def agent_of(account: Account, pool: ProviderId) -> Agent:
    """Return the user as matching knows one: with the queues and teams of the tenants in which they are an agent."""
    tenants = sorted(tenant_id for tenant_id in account.roles if is_agent(account, tenant_id))
    return Agent(
        agent_id=AgentId(account.user_id),
        pool=pool,
        name=account.display_name,
        skills=dict(account.skills),
        queues=tuple(
            ServedQueue(tenant_id, queue_id)
            for tenant_id in tenants
            for queue_id in account.queues.get(tenant_id, ())
        ),
        teams=tuple(sorted({team for tenant_id in tenants for team in account.teams.get(tenant_id, ())})),
    )


async def seated_agents(store: Store, tenant_id: TenantId, seats: Mapping[Extension, UserId]) -> list[SeatedAgent]:
    """Return who may sign in as an agent by phone at these stations of the tenant.  seats: who is seated where."""
    accounts: dict[UserId, Account] = {}
    wanted = sorted(set(seats.values()))
    for start in range(0, len(wanted), AT_ONCE):
        keys = [{"scope": SCOPE, "user_id": user_id} for user_id in wanted[start : start + AT_ONCE]]
        rows = await store.get_many(USERS.name, keys)
        accounts |= {row["user_id"]: to_account(row) for row in rows if row is not None}
    pools: dict[str, ProviderId] = {}
    found = []
    for extension, user_id in seats.items():
        account = accounts.get(user_id)
        if account is None or not account.may_sign_in or not is_agent(account, tenant_id):
            continue
        if account.belongs_to not in pools:
            pools[account.belongs_to] = await pool_of(store, account)
        found.append(SeatedAgent(tenant_id, extension, agent_of(account, pools[account.belongs_to])))
    return found


async def tell_matching(context: Context, account: Account) -> None:
    """Have what changed of a user count at once where they are signed in as an agent; or sign them out.

    Whoever tells last tells what is kept, however many change it at once.
    Raises redis errors: the change is kept then, and made again it is told again.
    """
    while True:
        await _tell(context, account)
        now = await account_of(context.store, account.user_id)
        if now is None or now == account:
            return
        account = now


async def signed_in_at(
    context: Context, tenant_id: TenantId, extension: Extension, user_id: UserId | None
) -> AgentView | None:
    """Return the agent as which a user is signed in at a station; None for nobody, and one who is elsewhere."""
    account = None if user_id is None else await account_of(context.store, user_id)
    if account is None:
        return None
    view = await context.acd.agent(await pool_of(context.store, account), AgentId(account.user_id))
    at_it = view is not None and (view.seat.tenant_id, view.seat.extension) == (tenant_id, extension)
    return view if at_it else None


async def sign_out_from(context: Context, view: AgentView | None) -> None:
    """Sign out whoever is signed in at a station that they have to leave."""
    if view is not None:
        await context.acd.sign_out(view.agent.pool, view.agent.agent_id, context.now_ms())


async def move_with_station(context: Context, view: AgentView | None, site_id: SiteId) -> None:
    """Let whoever is signed in at a station go with it to another site."""
    if view is not None and view.seat.site_id != site_id:
        seat = Seat(view.seat.tenant_id, view.seat.extension, site_id)
        await context.acd.sign_in(view.agent, seat, context.now_ms())


async def _tell(context: Context, account: Account) -> None:
    pool, agent_id, at_ms = await pool_of(context.store, account), AgentId(account.user_id), context.now_ms()
    view = await context.acd.agent(pool, agent_id)
    if view is None:
        return
    if account.may_sign_in and is_agent(account, view.seat.tenant_id):
        await context.acd.change(agent_of(account, pool), at_ms)
    else:
        await context.acd.sign_out(pool, agent_id, at_ms)
