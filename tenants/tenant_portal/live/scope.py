"""What a browser may follow, and where in the events it stands.  Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from callmodel.sight import SPEND_READ, STATIONS_READ, TOPICS

ME, PLATFORM = "me", "platform"
KNOWN_TOPICS = frozenset({*TOPICS, ME, PLATFORM})
NO_TENANT = "-"
_PLACE = re.compile(r"(?P<tenant>[a-z0-9-]{1,64})/(?P<ms>[0-9]{1,15})-(?P<count>[0-9]{1,15})")


@dataclass(frozen=True)
class Scope:
    """Whose eyes a socket is.  `tenant_id`: None where no tenant's desk is shown.

    topics: what is both asked for and allowed.  sees_costs: what calls cost.
    sees_inside: sites, trunks and the provider's people.  reasons: why the tenant's agents pause.
    """

    user_id: str
    name: str
    tenant_id: str | None
    topics: frozenset[str]
    sees_costs: bool = False
    sees_inside: bool = False
    teams: tuple[str, ...] = ()
    reasons: frozenset[str] = frozenset()


def scope_of(me: Mapping[str, Any], tenant: Mapping[str, Any] | None, asked: Iterable[str]) -> Scope:
    """Return what a user sees.

    me: as the API answers `/auth/me`.  tenant: whose desk is shown, as the API shows it; None for the platform's.
    """
    is_hq = bool(me["is_hq_admin"])
    tenant_id = None if tenant is None else str(tenant["tenant_id"])
    granted = set(me["permissions"].get(tenant_id, ())) if tenant_id is not None else set()
    allowed = {topic for topic, needed in TOPICS.items() if tenant_id is not None and (is_hq or needed in granted)}
    if tenant_id in me["roles"]:
        allowed.add(ME)
    if is_hq:
        allowed.add(PLATFORM)
    return Scope(
        user_id=str(me["user_id"]),
        name=str(me["display_name"]),
        tenant_id=tenant_id,
        topics=frozenset(allowed & set(asked)),
        sees_costs=tenant_id is not None and (is_hq or SPEND_READ in granted),
        sees_inside=tenant_id is not None and (is_hq or STATIONS_READ in granted),
        teams=tuple(me["teams"].get(tenant_id, ())),
        reasons=frozenset(each["reason"] for each in tenant["pause_reasons"]) if tenant is not None else frozenset(),
    )


def topics_asked(text: str | None) -> frozenset[str] | None:
    """Return the topics named in a query, all without one; None for one that is none."""
    if text is None:
        return KNOWN_TOPICS
    named = frozenset(text.split(","))
    return named if named <= KNOWN_TOPICS else None


@dataclass(frozen=True, order=True)
class Place:
    """A place in all streams at once, as Redis counts them: its milliseconds since 1970, and a counter."""

    ms: int
    count: int = 0

    def __str__(self) -> str:
        return f"{self.ms}-{self.count}"


def place_in(entry_id: str) -> Place:
    """Return the place of a stream's entry."""
    ms, _, count = entry_id.partition("-")
    return Place(int(ms), int(count or 0))


def event_id(tenant_id: str | None, place: Place) -> str:
    """Return what a browser is told of a place, and comes back with."""
    return f"{tenant_id or NO_TENANT}/{place}"


def place_after(event: str | None, tenant_id: str | None) -> Place | None:
    """Return the place that a browser comes back with; None for none, another tenant's, and nonsense."""
    found = _PLACE.fullmatch(event or "")
    if found is None or found["tenant"] != (tenant_id or NO_TENANT):
        return None
    return Place(int(found["ms"]), int(found["count"]))
