"""One browser's socket as boards know it: what it sees, what waits for it, and with whose rights it asks."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from callmodel.ids import TenantId
from callmodel.sight import Doing, seen_by
from tenant_portal.controlplane import Caller
from tenant_portal.live.outbox import Message, Outbox
from tenant_portal.live.scope import ME, Place, Scope, event_id


@dataclass(frozen=True)
class Told:
    """An event as it is told to everybody who follows its topic.  `costless`: where costs may not be seen.

    outside: for a client's people.
    """

    topic: str
    thing: str
    place: Place
    text: str
    costless: str | None = None
    outside: str | None = None

    def text_for(self, scope: Scope) -> str:
        """Return the words that a user of this scope may read."""
        if self.outside is not None and not scope.sees_inside:
            return self.outside
        return self.costless if self.costless is not None and not scope.sees_costs else self.text


@dataclass(eq=False)
class Listener:
    """`caller`: returns for whom the API is asked, with a token that lives.  since: what is older is known."""

    scope: Scope
    caller: Callable[[], Awaitable[Caller]]
    outbox: Outbox = field(default_factory=Outbox)
    since: Place = Place(0)
    _call_id: str | None = None

    def hear(self, told: Told) -> None:
        """Let an event wait for the browser, if its user may see it."""
        if told.topic not in self.scope.topics or told.place < self.since:
            return
        self.outbox.put(Message(told.thing, told.place, told.text_for(self.scope)))

    def hear_of_me(self, doing: Doing, place: Place) -> None:
        """Let the browser know what its user does now, and of the call that is on the way to them."""
        tenant_id = self.scope.tenant_id
        if ME not in self.scope.topics or tenant_id is None or place < self.since:
            return
        state = agent_state(self.scope, doing)
        self.outbox.put(Message("me", place, event("me.changed", tenant_id, place, me=state)))
        if state["call_id"] != self._call_id:
            self._call_id = state["call_id"]
            if self._call_id is None:
                self.outbox.put(Message("offer", place, event("me.offer", tenant_id, place, offer=None)))
            else:
                self.outbox.put(Message("offer", place, fetch=self._call_id))

    def knows_call(self, call_id: str | None) -> None:
        """Take note of the call that the browser was told of with its snapshot."""
        self._call_id = call_id


def agent_state(scope: Scope, doing: Doing) -> dict[str, Any]:
    """Return what a user does, as the API shows it (`AgentStateView`)."""
    return shown_agent(scope.tenant_id or "", scope.user_id, scope.name, scope.teams, doing, scope.reasons)


def shown_agent(
    tenant_id: str, user_id: str, name: str, teams: tuple[str, ...], doing: Doing, reasons: frozenset[str]
) -> dict[str, Any]:
    """Return what an agent does, as a tenant sees it and the API shows it (`AgentStateView`)."""
    seen = seen_by(TenantId(tenant_id), doing, reasons)
    return {
        "user_id": user_id,
        "name": name,
        "teams": list(teams),
        "state": seen.state.value,
        "since_ms": seen.since_ms,
        "reason": seen.reason,
        "extension": seen.seat.extension if seen.seat is not None else None,
        "queue_id": seen.queue_id,
        "call_id": seen.call_id,
    }


def event(kind: str, tenant_id: str | None, place: Place, **said: Any) -> str:
    """Return an event as a browser gets it."""
    document = {"kind": kind, "id": event_id(tenant_id, place), "at_ms": place.ms, **said}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
