"""Routes of agents: what they can, and which queues they serve."""

from callmodel.ids import ProviderId, TenantId
from control_plane.features.agents import service
from control_plane.features.agents.schemas import AgentPatch, AgentView
from control_plane.fields import TenantIdText, UserIdText
from control_plane.inventory.named import QueueUnknownError
from control_plane.inventory.references import require_tenant
from control_plane.people.accounts import Account
from control_plane.people.belonging import UserOfOthersError, belongs_here
from control_plane.people.permissions import Permission
from control_plane.web import Context, PageOf, PageQuery, Route


async def listing(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[AgentView]:
    """The tenant's agents: its users with that role, and those whom other firms lend it."""
    await require_tenant(context.store, tenant_id)
    found, after = await service.page(context, tenant_id, query.limit, query.after)
    return PageOf[AgentView](items=[to_view(tenant_id, *each) for each in found], next=after)


async def one(context: Context, tenant_id: TenantIdText, user_id: UserIdText) -> AgentView:
    """An agent."""
    return to_view(tenant_id, *await service.find(context, tenant_id, user_id))


async def change(context: Context, tenant_id: TenantIdText, user_id: UserIdText, body: AgentPatch) -> AgentView:
    """Say what an agent can, and which of the tenant's queues they serve.  It counts at once."""
    return to_view(tenant_id, *await service.change(context, tenant_id, user_id, body))


def to_view(tenant_id: TenantId, account: Account, pool: ProviderId) -> AgentView:
    """Return the agent as one tenant sees them: no word of other tenants."""
    return AgentView(
        user_id=account.user_id,
        name=account.display_name,
        belongs_here=belongs_here(tenant_id, account),
        pool=pool,
        skills=dict(account.skills),
        queues=list(account.queues.get(tenant_id, ())),
        teams=sorted(account.teams.get(tenant_id, ())),
        enabled=account.enabled,
    )


_TAGS = ("agents",)
_ALL = "/tenants/{tenant_id}/agents"
_ONE = "/tenants/{tenant_id}/agents/{user_id}"

routes = [
    Route("GET", _ALL, listing, Permission.AGENTS_READ, "List agents", _TAGS),
    Route("GET", _ONE, one, Permission.AGENTS_READ, "Get an agent", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        Permission.AGENTS_WRITE,
        "Change what an agent can and serves",
        _TAGS,
        errors=(
            UserOfOthersError,
            QueueUnknownError,
            service.QueueOfAnotherPoolError,
            service.AgentChangedError,
        ),
        examples={"both": {"skills": {"english": 7, "billing": 3}, "queues": ["sales", "billing"]}},
        shows=one,
    ),
]
