"""Who may do what: roles and permissions as one table.  Pure."""

from collections.abc import Mapping, Set
from enum import Enum

from callmodel.ids import TenantId


class Role(Enum):
    """What a user is in one tenant.  HQ administrators stand above tenants and need no role in them."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    CLIENT = "client"


class Permission(Enum):
    TENANT_READ = "tenant.read"
    TENANT_WRITE = "tenant.write"
    STATIONS_READ = "stations.read"
    STATIONS_WRITE = "stations.write"
    NUMBERS_READ = "numbers.read"
    QUEUES_READ = "queues.read"
    """See queues, and how many wait in them."""
    QUEUES_WRITE = "queues.write"
    FLOWS_READ = "flows.read"
    """See flows and calendars."""
    FLOWS_WRITE = "flows.write"
    """Change and publish them, and say which flow a number has."""
    PROMPTS_READ = "prompts.read"
    """See the audio that callers hear, and listen to it."""
    PROMPTS_WRITE = "prompts.write"
    VIPS_READ = "vips.read"
    """See customers who are never left waiting, by masked numbers."""
    VIPS_WRITE = "vips.write"
    AGENTS_READ = "agents.read"
    """See who the agents are, what they can and what they do."""
    AGENTS_WRITE = "agents.write"
    """Say what agents can and which queues they serve."""
    AGENTS_STATE = "agents.state"
    """Sign in and out, be ready, pause; for others too, as far as one reaches."""
    USERS_READ = "users.read"
    USERS_WRITE = "users.write"
    """Create, change, disable and archive the tenant's own users, and say who is in which team."""
    LISTS_READ = "lists.read"
    """See lists of numbers, how their import went, and templates; no number."""
    LISTS_WRITE = "lists.write"
    """Send lists, import and archive them."""
    CAMPAIGNS_READ = "campaigns.read"
    """See campaigns and their figures."""
    CAMPAIGNS_WRITE = "campaigns.write"
    """Set campaigns up, start and stop them, and share leads out."""
    LEADS_WORK = "leads.work"
    """Be shown leads, dial and skip them, and say what became of them."""
    DO_NOT_CALL_ADD = "do-not-call.add"
    """Have a number not be called any more."""
    DO_NOT_CALL_READ = "do-not-call.read"
    """Ask whether a number may be called; each question is audited."""
    DO_NOT_CALL_WRITE = "do-not-call.write"
    """Send whole lists, and let a number be called again."""
    CALLS_READ = "calls.read"
    CALLS_PLACE = "calls.place"
    CALLS_CONTROL = "calls.control"
    CALLS_DISPOSE = "calls.dispose"
    CALLS_FOLLOW_UP = "calls.follow-up"
    """See calls that no person took, and messages that were left; call back, and say that it is done."""
    CALLS_SUPERVISE = "calls.supervise"
    """Listen to an agent, whisper to him, join, take over, and let a party go; audited."""
    CALLS_REVEAL = "calls.reveal"
    """See customers' full numbers; each look is audited."""
    REPORTS_READ = "reports.read"
    """See figures of past times; of agents and of trunks not without the right to see those."""
    RECORDINGS_READ = "recordings.read"
    RECORDINGS_DOWNLOAD = "recordings.download"
    RECORDINGS_HOLD = "recordings.hold"
    """Put recordings under legal hold, and end it; audited."""
    SPEND_READ = "spend.read"
    """See what calls have cost."""
    AUDIT_READ = "audit.read"
    PLATFORM_MANAGE = "platform.manage"
    """Tenants, sites, trunks, numbers, users and branches: HQ administrators only."""


class Reach(Enum):
    """How far a permission goes inside of a tenant, the narrowest first."""

    OWN = "own"
    """Oneself, the stations that one is seated at, and the calls there."""
    TEAM = "team"
    """One's own, and those of everybody who shares a team with one."""
    TENANT = "tenant"


_AGENT = frozenset(
    {
        Permission.TENANT_READ,
        Permission.STATIONS_READ,
        Permission.QUEUES_READ,
        Permission.AGENTS_STATE,
        Permission.CAMPAIGNS_READ,
        Permission.LEADS_WORK,
        Permission.DO_NOT_CALL_ADD,
        Permission.CALLS_READ,
        Permission.CALLS_PLACE,
        Permission.CALLS_CONTROL,
        Permission.CALLS_DISPOSE,
        Permission.CALLS_FOLLOW_UP,
    }
)
_SUPERVISOR = _AGENT | {
    Permission.NUMBERS_READ,
    Permission.AGENTS_READ,
    Permission.FLOWS_READ,
    Permission.PROMPTS_READ,
    Permission.VIPS_READ,
    Permission.LISTS_READ,
    Permission.DO_NOT_CALL_READ,
    Permission.REPORTS_READ,
    Permission.RECORDINGS_READ,
    Permission.RECORDINGS_DOWNLOAD,
    Permission.CALLS_SUPERVISE,
}
_MANAGER = _SUPERVISOR | {
    Permission.TENANT_WRITE,
    Permission.STATIONS_WRITE,
    Permission.QUEUES_WRITE,
    Permission.AGENTS_WRITE,
    Permission.FLOWS_WRITE,
    Permission.PROMPTS_WRITE,
    Permission.VIPS_WRITE,
    Permission.LISTS_WRITE,
    Permission.CAMPAIGNS_WRITE,
    Permission.DO_NOT_CALL_WRITE,
    Permission.USERS_READ,
    Permission.USERS_WRITE,
    Permission.CALLS_REVEAL,
    Permission.RECORDINGS_HOLD,
    Permission.SPEND_READ,
    Permission.AUDIT_READ,
}
_CLIENT = frozenset(
    {
        Permission.TENANT_READ,
        Permission.NUMBERS_READ,
        Permission.QUEUES_READ,
        Permission.FLOWS_READ,
        Permission.CAMPAIGNS_READ,
        Permission.CALLS_READ,
        Permission.REPORTS_READ,
        Permission.RECORDINGS_READ,
        Permission.RECORDINGS_DOWNLOAD,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.MANAGER: _MANAGER,
    Role.CLIENT: _CLIENT,
}


BOUND = frozenset(
    {
        Permission.CALLS_PLACE,
        Permission.CALLS_CONTROL,
        Permission.CALLS_DISPOSE,
        Permission.CALLS_SUPERVISE,
        Permission.AGENTS_STATE,
        Permission.LEADS_WORK,
    }
)
"""What is done to calls and agents: how far it goes depends on the role.

Every other permission counts in the whole tenant.
"""

REACHES: dict[Role, Reach] = {Role.AGENT: Reach.OWN, Role.SUPERVISOR: Reach.TEAM, Role.MANAGER: Reach.TENANT}
"""Of the permissions in `BOUND`, for each role that has them."""
_WIDTHS = list(Reach)


def reach_of(permission: Permission, roles: Set[Role], *, is_hq_admin: bool) -> Reach | None:
    """Return how far the permission goes with these roles, None where none of them grants it.  The widest counts."""
    if is_hq_admin:
        return Reach.TENANT
    granting = [role for role in roles if permission in GRANTS[role]]
    reaches = [REACHES[role] if permission in BOUND else Reach.TENANT for role in granting]
    return max(reaches, key=_WIDTHS.index, default=None)


def is_granted(permission: Permission, roles: Set[Role], *, is_hq_admin: bool) -> bool:
    """Say whether any of the roles held in a tenant grants the permission.  HQ administrators hold all."""
    return is_hq_admin or any(permission in GRANTS[role] for role in roles)


def granted_by(roles: Mapping[TenantId, Set[Role]]) -> dict[TenantId, list[str]]:
    """Return the names of the permissions that the roles held in each tenant grant, in order."""
    return {
        tenant_id: sorted({permission.value for role in held for permission in GRANTS[role]})
        for tenant_id, held in roles.items()
    }
