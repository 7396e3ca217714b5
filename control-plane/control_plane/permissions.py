"""Who may do what: roles and permissions as one table.  Pure."""

from collections.abc import Set
from enum import Enum


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
    USERS_READ = "users.read"
    CALLS_READ = "calls.read"
    CALLS_PLACE = "calls.place"
    CALLS_CONTROL = "calls.control"
    CALLS_DISPOSE = "calls.dispose"
    CALLS_REVEAL = "calls.reveal"
    """See customers' full numbers; each look is audited."""
    RECORDINGS_READ = "recordings.read"
    RECORDINGS_DOWNLOAD = "recordings.download"
    RECORDINGS_HOLD = "recordings.hold"
    """Put recordings under legal hold, and end it; audited."""
    SPEND_READ = "spend.read"
    """See what calls have cost."""
    AUDIT_READ = "audit.read"
    PLATFORM_MANAGE = "platform.manage"
    """Tenants, sites, trunks, numbers, users and branches: HQ administrators only."""


_AGENT = frozenset(
    {
        Permission.TENANT_READ,
        Permission.STATIONS_READ,
        Permission.CALLS_READ,
        Permission.CALLS_PLACE,
        Permission.CALLS_CONTROL,
        Permission.CALLS_DISPOSE,
    }
)
_SUPERVISOR = _AGENT | {Permission.NUMBERS_READ, Permission.RECORDINGS_READ, Permission.RECORDINGS_DOWNLOAD}
_MANAGER = _SUPERVISOR | {
    Permission.TENANT_WRITE,
    Permission.STATIONS_WRITE,
    Permission.USERS_READ,
    Permission.CALLS_REVEAL,
    Permission.RECORDINGS_HOLD,
    Permission.SPEND_READ,
    Permission.AUDIT_READ,
}
_CLIENT = frozenset(
    {
        Permission.TENANT_READ,
        Permission.NUMBERS_READ,
        Permission.CALLS_READ,
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


def is_granted(permission: Permission, roles: Set[Role], *, is_hq_admin: bool) -> bool:
    """Say whether any of the roles held in a tenant grants the permission.  HQ administrators hold all."""
    return is_hq_admin or any(permission in GRANTS[role] for role in roles)
