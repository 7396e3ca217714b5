"""What a handler is given: who asks, and the things of the process that it may use."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from redis.asyncio import Redis

from callmodel.ids import SiteId, TenantId, UserId
from control_plane.config import ControlPlaneSettings
from control_plane.keyring.signing import SigningKey
from control_plane.people.passwords import Passwords
from control_plane.people.permissions import Permission, Reach, Role, is_granted, reach_of
from control_plane.retention import Retention
from hotstate.acd import Acd
from hotstate.dnc import DoNotCall
from hotstate.leads import LeadQueue
from servicekit.crypto import TenantCipher
from servicekit.objects import Objects
from servicekit.stores import Store
from servicekit.voices import EspeakVoice, Voice

FILES_AT_ONCE = 2


@dataclass(frozen=True)
class Principal:
    """Who asks.  A user has roles and teams per tenant; a branch is known by its site and has none."""

    user_id: UserId
    username: str
    is_hq_admin: bool = False
    roles: Mapping[TenantId, frozenset[Role]] = field(default_factory=dict)
    site_id: SiteId | None = None
    teams: Mapping[TenantId, frozenset[str]] = field(default_factory=dict)

    def reach(self, permission: Permission, tenant_id: TenantId) -> Reach | None:
        """Return how far a permission goes in the tenant, None where it is not held."""
        return reach_of(permission, self.roles.get(tenant_id, frozenset()), is_hq_admin=self.is_hq_admin)

    def may(self, permission: Permission, tenant_id: TenantId | None = None) -> bool:
        """Say whether a permission is held in the tenant, or on the platform for None."""
        held = self.roles.get(tenant_id, frozenset()) if tenant_id is not None else frozenset()
        return is_granted(permission, held, is_hq_admin=self.is_hq_admin)

    def knows(self, tenant_id: TenantId) -> bool:
        """Say whether the tenant exists at all as far as this user may tell."""
        return self.is_hq_admin or bool(self.roles.get(tenant_id))


ANONYMOUS = Principal(UserId(""), "")


@dataclass(frozen=True)
class Resources:
    """The things of the process, built once in `app.py`.  `now_ms`: milliseconds since 1970."""

    settings: ControlPlaneSettings
    store: Store
    objects: Objects
    redis: Redis
    cipher: TenantCipher
    passwords: Passwords
    signing_key: SigningKey | None
    """None in processes that sign no access tokens."""
    retention: Retention
    acd: Acd
    leads: LeadQueue
    dnc: DoNotCall
    now_ms: Callable[[], int]
    configuration_changed: Callable[[TenantId | None], None] = lambda _tenant_id: None
    """Told of whose configuration edges and media nodes have to learn anew; None for the platform's own."""

    voice: Voice = field(default_factory=EspeakVoice)
    """What speaks where no better engine is set, and in its place while that is away."""

    files: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE))
    """Held by a request that sends a file, which lies in memory."""

    def token_key(self) -> SigningKey:
        """Return the key that signs access tokens.  Raises RuntimeError in a process that was not given it."""
        if self.signing_key is None:
            raise RuntimeError("this process signs no access tokens")
        return self.signing_key


@dataclass(frozen=True)
class Context(Resources):
    """One request: the process's things, and who asks from where."""

    principal: Principal = ANONYMOUS
    address: str = ""
    request_id: str = ""


def context_of(resources: Resources, principal: Principal, *, address: str = "", request_id: str = "") -> Context:
    """Return the context of one request, or of an operator's command."""
    values = {field.name: getattr(resources, field.name) for field in dataclasses.fields(Resources)}
    return Context(**values, principal=principal, address=address, request_id=request_id)
