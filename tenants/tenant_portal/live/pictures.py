"""How things are now, as the API tells a session's user: what a snapshot is made of.

Many browsers come at once when a portal begins anew: what one has just fetched serves the others whose rights are the
same, for a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from callmodel.sight import without_costs, without_inside
from servicekit.problems import UnavailableError
from tenant_portal.controlplane import Caller, ControlPlane
from tenant_portal.live.scope import ME, PLATFORM, Place, Scope

FRESH_SECONDS = 1.0
LIVE_CALLS = 500
ASK_CALL = (0.0, 0.1, 0.3, 0.6)
"""A call reaches a phone a moment before its first news reaches the picture of calls."""

Clock = Callable[[], Awaitable[Place]]


@dataclass
class _Kept:
    """What was fetched, from which place on, and until when (event loop's clock) it serves others."""

    place: Place = field(default_factory=lambda: Place(0))
    until: float = 0.0
    value: Any = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pictures:
    """`now`: where the streams stand."""

    def __init__(self, api: ControlPlane, now: Clock) -> None:
        self._api = api
        self._now = now
        self._kept: dict[tuple[str, str], _Kept] = {}

    async def of(self, scope: Scope, caller: Caller) -> tuple[Place, dict[str, Any]]:
        """Return all topics of a scope, and a place from which on events tell more.  Raises as `ControlPlane.ask`."""
        place = await self._now()
        topics: dict[str, Any] = {}
        for topic in sorted(scope.topics - {ME}):
            since, value = await self.topic(scope.tenant_id, topic, caller)
            place = min(place, since)
            topics[topic] = value
        if "calls" in topics and not (scope.sees_costs and scope.sees_inside):
            # What was fetched for somebody else serves here too.
            less = without_costs if scope.sees_inside else without_inside
            topics["calls"] = [less(call) for call in topics["calls"]]
        if ME in scope.topics:
            topics[ME] = await self._me(scope, caller)
        return place, topics

    async def topic(self, tenant_id: str | None, topic: str, caller: Caller) -> tuple[Place, Any]:
        """Return a topic as it is, and a place before which nothing is missing.

        To be asked only for a user who may see it: another's answer may come.
        """
        kept = self._kept.setdefault((tenant_id or "", topic), _Kept())
        async with kept.turn:
            loop = asyncio.get_running_loop()
            if kept.until < loop.time():
                kept.place = await self._now()
                kept.value = await self._fetch(tenant_id, topic, caller)
                kept.until = loop.time() + FRESH_SECONDS
            return kept.place, kept.value

    async def call(self, scope: Scope, call_id: str, caller: Caller) -> dict[str, Any] | None:
        """Return a call as the user sees it; None where there is none yet."""
        for wait_seconds in ASK_CALL:
            await asyncio.sleep(wait_seconds)
            answer = await self._api.ask("GET", f"/tenants/{scope.tenant_id}/calls/{call_id}", caller)
            if answer.status == 200:
                call: dict[str, Any] = answer.body
                return call
        return None

    def forget(self, tenants: Collection[str]) -> None:
        """Forget what was fetched of all other tenants."""
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] in tenants or not key[0]}

    async def _me(self, scope: Scope, caller: Caller) -> dict[str, Any]:
        path = f"/tenants/{scope.tenant_id}/agents/{scope.user_id}/state"
        answer = await self._api.ask("GET", path, caller)
        state = answer.body if answer.status == 200 else None
        offer = None
        if state is not None and state["call_id"] is not None:
            call = await self.call(scope, state["call_id"], caller)
            offer = {"call_id": state["call_id"], "queue_id": state["queue_id"], "call": call}
        return {"state": state, "offer": offer}

    async def _fetch(self, tenant_id: str | None, topic: str, caller: Caller) -> Any:
        tenant = f"/tenants/{tenant_id}"
        match topic:
            case "calls":
                found = await self._api.all_of(f"{tenant}/calls", caller, state="live", limit=LIVE_CALLS)
            case "queues":
                found = await self._api.all_of(f"{tenant}/queue-states", caller)
            case "agents":
                found = await self._api.all_of(f"{tenant}/agent-states", caller)
            case _:
                assert topic == PLATFORM
                return await self._platform(caller)
        if found is None:
            raise UnavailableError()
        return found

    async def _platform(self, caller: Caller) -> dict[str, Any]:
        answer = await self._api.ask("GET", "/platform/status", caller)
        if answer.status != 200:
            raise UnavailableError()
        sites = await self._api.all_of("/sites", caller) or []
        names = ("site_id", "name", "kind", "enabled")
        status: dict[str, Any] = answer.body
        return {**status, "sites": [{name: site[name] for name in names} for site in sites]}
