"""Media nodes as a dialler sees them: which takes the next call, and which calls each still holds."""

import json
from collections import Counter
from collections.abc import Iterable

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import CallId, NodeId
from callmodel.wire import DialLead, HeldCalls
from hotstate.nodes import held_calls, living_nodes
from servicekit.streams import append

ORDERS_KEPT = 10_000
OWNER_SECONDS = 86_400


class Nodes:
    """Nodes as of the last `look`, and what was given to each since its heartbeat, which does not count that yet."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._living: list[NodeHealth] = []
        self._heard: dict[NodeId, int] = {}
        self._placed: Counter[NodeId] = Counter()

    async def look(self) -> None:
        """Take in the heartbeats as they are now.  Raises redis errors."""
        self._living = [node for node in await living_nodes(self._redis) if not node.draining]
        for node in self._living:
            if self._heard.get(node.node_id) != node.at_ms:
                self._heard[node.node_id] = node.at_ms
                self._placed[node.node_id] = 0

    @property
    def room(self) -> int:
        """How many more calls all nodes take."""
        return sum(max(node.capacity - self._calls(node), 0) for node in self._living)

    async def give(self, order: DialLead) -> bool:
        """Give a call to the node with the smallest share of its capacity in use.

        False: none takes any.  Raises redis errors.
        """
        fitting = [node for node in self._living if self._calls(node) < node.capacity]
        node = min(fitting, key=lambda each: (self._calls(each) / each.capacity, each.node_id), default=None)
        if node is None:
            return False
        self._placed[node.node_id] += 1
        message = {"m": json.dumps(to_wire(order))}
        # By it whoever may end the call finds it.
        await self._redis.set(keys.call_owner(order.tenant_id, order.call_id), node.node_id, ex=OWNER_SECONDS)
        await append(self._redis, keys.node_orders(node.node_id), message, ORDERS_KEPT)
        return True

    async def held_by(self, nodes: Iterable[NodeId]) -> dict[NodeId, HeldCalls]:
        """Return what nodes say that they hold; a silent one is left out.  Raises redis errors."""
        return await held_calls(self._redis, nodes)

    def _calls(self, node: NodeHealth) -> int:
        return node.calls + self._placed[node.node_id]


class Missing:
    """Calls of which their nodes say nothing any more, and since when."""

    def __init__(self, gone_ms: int = 10_000, silent_ms: int = 150_000) -> None:
        """gone_ms: after which a call is over that its living node does not name.

        silent_ms: after which the calls of a node are over that says nothing at all: a conductor that dies leaves
        calls to its successor, and an Asterisk whose conductor stays away ends them when they fall silent.
        """
        self._gone_ms, self._silent_ms = gone_ms, silent_ms
        self._since: dict[CallId, int] = {}

    def over(self, taken: dict[CallId, tuple[NodeId, int]], held: dict[NodeId, HeldCalls], at_ms: int) -> set[CallId]:
        """Return which of these calls, with their nodes and when they were taken, are over without a word."""
        over = set()
        for call_id, (node_id, taken_ms) in taken.items():
            said = held.get(node_id)
            if said is not None and (call_id in said.named or said.at_ms < taken_ms):
                self._since.pop(call_id, None)
                continue
            since = self._since.setdefault(call_id, at_ms)
            if at_ms - since >= (self._silent_ms if said is None else self._gone_ms):
                over.add(call_id)
        self._since = {call_id: since for call_id, since in self._since.items() if call_id in taken}
        return over
