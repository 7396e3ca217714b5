"""Messages that a consumer group could not take, in `<stream>:dead`: who lies there, and back to the stream again."""

import json
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from control_plane.publishing.directory import tenants_in
from hotstate.nodes import node_ids
from servicekit.redisio import LuaScripts
from servicekit.streams import DEAD_SUFFIX, ONLY_GROUP

MOST = 1000

# KEYS: dead stream, stream.  ARGV: entry id, then the fields to put back.  Only who takes it out puts it back.
_RETRY = """
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
return 1
"""


@dataclass(frozen=True)
class BuriedMessage:
    """A message of a stream.  Its body may name customers, so only what it is about is shown."""

    letter_id: str
    tenant_id: str
    stream: str
    entry_id: str
    group: str
    kind: str
    about: str
    deliveries: int
    buried_ms: int


class BuriedMessages:
    """The dead letters of all streams.  Every method raises redis errors when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._scripts = LuaScripts(redis)
        self._scripts.register("retry", _RETRY)

    async def all(self) -> list[BuriedMessage]:
        """Return them oldest first, at most MOST of each stream."""
        tenants = await tenants_in(self._redis)
        nodes = await node_ids(self._redis)
        streams = [(f"facts:{tenant}", str(tenant), keys.facts(tenant)) for tenant in tenants]
        streams += [(f"orders:{node}", "platform", keys.node_orders(node)) for node in nodes]
        found = []
        for name, tenant_id, stream in streams:
            for entry_id, fields in await self._redis.xrange(f"{stream}{DEAD_SUFFIX}", count=MOST):
                found.append(_read(f"{name}:{entry_id}", tenant_id, stream, entry_id, fields))
        return sorted(found, key=lambda message: message.buried_ms)

    async def retry(self, message: BuriedMessage) -> bool:
        """Put it back for the group that could not take it; False when somebody did so already."""
        dead = f"{message.stream}{DEAD_SUFFIX}"
        entries = await self._redis.xrange(dead, message.entry_id, message.entry_id)
        if not entries:
            return False
        fields = {name: value for name, value in entries[0][1].items() if not name.startswith("dead_")}
        pairs = [text for pair in {**fields, ONLY_GROUP: message.group}.items() for text in pair]
        return bool(await self._scripts.run("retry", [dead, message.stream], [message.entry_id, *pairs]))

    async def drop(self, message: BuriedMessage) -> bool:
        """Forget it; False when it is gone."""
        return bool(await self._redis.xdel(f"{message.stream}{DEAD_SUFFIX}", message.entry_id))


def _read(letter_id: str, tenant_id: str, stream: str, entry_id: str, fields: dict[str, str]) -> BuriedMessage:
    try:
        document = json.loads(fields.get("m", ""))
        kind, about = str(document.get("kind", "?")), str(document.get("fact_id") or document.get("call_id") or "?")
    except (ValueError, AttributeError):
        kind, about = "not readable", "?"
    deliveries = int(fields.get("dead_deliveries", 0))
    group = fields.get("dead_group", "")
    buried_ms = int(entry_id.partition("-")[0])
    return BuriedMessage(letter_id, tenant_id, stream, entry_id, group, kind, about, deliveries, buried_ms)
