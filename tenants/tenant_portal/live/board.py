"""One tenant's board: who looks at it, and what its streams' entries say to them.

Each event is put into words once, for however many browsers.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from callmodel import keys
from callmodel.ids import TenantId
from callmodel.offers import QueueView
from callmodel.sight import without_costs, without_inside
from hotstate.acd.changes import AgentChange
from tenant_portal.live.listener import Listener, Told, event, shown_agent
from tenant_portal.live.scope import ME, PLATFORM, Place

Document = dict[str, Any]


@dataclass
class Board:
    """`agents`: each as it was shown last, by user.  queue_names: by id.  reasons: why the tenant's agents pause.

    seen_at: up to where of the stream.  doubtful: somebody is doing something of whom the board does not know who it
    is.
    """

    tenant_id: str | None
    listeners: set[Listener] = field(default_factory=set)
    agents: dict[str, Document] = field(default_factory=dict)
    seen_at: dict[str, Place] = field(default_factory=dict)
    queue_names: dict[str, str] = field(default_factory=dict)
    reasons: frozenset[str] = frozenset()
    doubtful: bool = False
    platform: Document = field(default_factory=dict)

    @property
    def stream(self) -> str | None:
        """The tenant's own stream."""
        return None if self.tenant_id is None else keys.events(TenantId(self.tenant_id))

    def for_one(self, listener: Listener) -> "Board":
        """Return a board for one browser that knows who is who, and nothing of what they do."""
        agents = {user_id: {"name": each["name"], "teams": each["teams"]} for user_id, each in self.agents.items()}
        return Board(self.tenant_id, {listener}, agents, {}, dict(self.queue_names), self.reasons)

    def follows(self, topic: str) -> bool:
        """Say whether anybody looks at a topic."""
        return any(topic in listener.scope.topics for listener in self.listeners)

    def tell(self, told: Iterable[Told]) -> None:
        """Tell everybody who may see it."""
        for each in told:
            for listener in self.listeners:
                listener.hear(each)

    def call_told(self, place: Place, fields: Mapping[str, str]) -> list[Told]:
        """Return what an entry of the tenant's stream says."""
        match fields.get("kind"):
            case "call.changed":
                call: Document = json.loads(fields["m"])
                thing = f"call:{call['call_id']}"
                whole = event("call.changed", self.tenant_id, place, call=call)
                costless = event("call.changed", self.tenant_id, place, call=without_costs(call))
                outside = event("call.changed", self.tenant_id, place, call=without_inside(call))
                return [Told("calls", thing, place, whole, costless, outside)]
            case "call.ended":
                call_id = fields["m"]
                text = event("call.ended", self.tenant_id, place, call_id=call_id)
                return [Told("calls", f"call:{call_id}", place, text)]
            case _:
                return []

    def agent_told(self, place: Place, change: AgentChange) -> list[Told]:
        """Return what is told of an agent's change; nothing of one who is none of the tenant's."""
        self.seen_at[change.agent_id] = place
        known = self.agents.get(change.agent_id)
        if known is None:
            named = {change.doing.tenant_id, change.doing.seat.tenant_id if change.doing.seat is not None else None}
            self.doubtful = self.doubtful or self.tenant_id in named
            return []
        shown = shown_agent(
            self.tenant_id or "", change.agent_id, known["name"], tuple(known["teams"]), change.doing, self.reasons
        )
        return self._agent_shown(place, shown)

    def roster_told(self, place: Place, roster: Iterable[Document]) -> list[Told]:
        """Take in who the agents are and what they do, as the API said after a place; return what differs.

        Of whom the stream has told something meanwhile the API may have said what was before.
        """
        found = {each["user_id"]: each for each in roster}
        gone = self.agents.keys() - found.keys()
        told = []
        for user_id, each in found.items():
            known = self.agents.get(user_id)
            if self.seen_at.get(user_id, place) > place and known is not None:
                each = {**known, "name": each["name"], "teams": each["teams"]}
            told += self._agent_shown(place, each)
        for user_id in gone:
            del self.agents[user_id]
            text = event("agent.gone", self.tenant_id, place, user_id=user_id)
            told.append(Told("agents", f"agent:{user_id}", place, text))
        self.doubtful = False
        return told

    def queue_told(self, place: Place, queue_id: str, seen: QueueView) -> list[Told]:
        """Return what is told of a queue's figures; nothing of a queue that the API does not name."""
        if queue_id not in self.queue_names:
            return []
        queue = {
            "queue_id": queue_id,
            "name": self.queue_names[queue_id],
            "waiting": seen.waiting,
            "longest_wait_seconds": round(seen.longest_wait_ms / 1000, 1),
            "estimate_seconds": seen.estimate_seconds,
            "ready": seen.ready,
            "signed_in": seen.signed_in,
            "offered_today": seen.today.offered,
            "answered_today": seen.today.answered,
            "abandoned_today": seen.today.abandoned,
            "service_level_today": seen.today.service_level,
        }
        text = event("queue.changed", self.tenant_id, place, queue=queue)
        return [Told("queues", f"queue:{queue_id}", place, text)]

    def platform_told(self, place: Place, status: Document) -> list[Told]:
        """Return what is told of the platform; nothing while only the times of heartbeats changed."""
        told = [] if _timeless(status) == _timeless(self.platform) else [status]
        self.platform = status
        return [
            Told(PLATFORM, PLATFORM, place, event("platform.changed", self.tenant_id, place, platform=each))
            for each in told
        ]

    def tell_of_me(self, place: Place, change: AgentChange) -> None:
        """Tell those browsers in which the agent themselves sits."""
        for listener in self.listeners:
            if listener.scope.user_id == change.agent_id and ME in listener.scope.topics:
                listener.hear_of_me(change.doing, place)

    def _agent_shown(self, place: Place, shown: Document) -> list[Told]:
        user_id = shown["user_id"]
        if self.agents.get(user_id) == shown:
            return []
        self.agents[user_id] = shown
        text = event("agent.changed", self.tenant_id, place, agent=shown)
        return [Told("agents", f"agent:{user_id}", place, text)]


def _timeless(status: Document) -> Document:
    timeless = {
        part: [{name: value for name, value in each.items() if name != "at_ms"} for each in status.get(part, ())]
        for part in ("nodes", "edges")
    }
    return {**status, **timeless}
