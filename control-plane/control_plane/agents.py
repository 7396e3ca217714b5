"""Users as agents: who is one, and what matching is told of them."""

from callmodel.agents import Agent, ServedQueue
from callmodel.ids import AgentId, ProviderId, TenantId
from control_plane.accounts import Account
from control_plane.permissions import Role


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
