"""What lies in Celery's queues in Redis, and what workers hold of it, as `trunkline jobs` shows it."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from control_plane.jobs.once import running_key
from control_plane.jobs.queueing import KEY_PREFIX, QUEUES

BINDINGS = "_kombu.binding.*"
SCAN = 500
MOST_HELD = 1000


@dataclass(frozen=True)
class Queue:
    """A queue, how many tasks wait in it, and since when the oldest does (milliseconds since 1970)."""

    name: str
    depth: int
    oldest_ms: int | None


@dataclass(frozen=True)
class Held:
    """A task that a worker holds.  since_ms: when it was begun; None while it waits for its turn or its time."""

    task_id: str
    task: str
    queue: str
    tenant_id: str
    tries: int
    sent_ms: int | None
    eta: str | None
    worker: str | None
    since_ms: int | None


async def queues_of(redis: Redis) -> list[Queue]:
    """Return all queues that are known or were ever bound.  Raises redis errors."""
    client: Any = redis
    names = set[str]()
    async for key in client.scan_iter(f"{KEY_PREFIX}{BINDINGS}", count=SCAN):
        # kombu separates routing key, pattern and queue by these three.
        names.update(binding.rpartition("\x06\x16")[2] for binding in await client.smembers(key))
    found = await known_queues(redis)
    for name in sorted(names - set(QUEUES)):
        found.append(await _queue_of(client, name))
    return found


async def known_queues(redis: Redis) -> list[Queue]:
    """Return the queues of `QUEUES` alone: a few commands, however much Redis holds.  Raises redis errors."""
    return [await _queue_of(redis, name) for name in QUEUES]


async def _queue_of(client: Any, name: str) -> Queue:
    key = f"{KEY_PREFIX}{name}"
    depth = await client.llen(key)
    # Sent at the left end, taken at the right.
    last = await client.lindex(key, -1) if depth else None
    return Queue(name, depth, _headers_of(json.loads(last)).get("sent_ms") if last else None)


async def held_by_workers(redis: Redis) -> list[Held]:
    """Return what workers hold, at most MOST_HELD.  Raises redis errors."""
    client: Any = redis
    found = []
    async for _tag, text in client.hscan_iter(f"{KEY_PREFIX}unacked", count=SCAN):
        message, _exchange, routing_key = json.loads(text)
        headers = _headers_of(message)
        task_id, tenant_id = str(headers.get("id")), _tenant_of(message)
        shown = json.loads(await client.get(running_key(tenant_id, task_id)) or "{}")
        found.append(
            Held(
                task_id, str(headers.get("task")), str(routing_key), tenant_id, int(headers.get("retries") or 0) + 1,
                headers.get("sent_ms"), headers.get("eta"), shown.get("worker"), shown.get("since_ms"),
            )
        )  # fmt: skip
        if len(found) >= MOST_HELD:
            break
    return sorted(found, key=lambda held: (held.since_ms is None, held.since_ms or 0, held.task_id))


def _headers_of(message: dict[str, Any]) -> dict[str, Any]:
    headers = message.get("headers")
    return headers if isinstance(headers, dict) else {}


def _tenant_of(message: dict[str, Any]) -> str:
    try:
        _args, kwargs, *_ = json.loads(base64.b64decode(message["body"]))
        return str(kwargs.get("tenant_id", "platform"))
    except (KeyError, ValueError, AttributeError):
        return "platform"
