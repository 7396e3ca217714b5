"""Placing and ending calls: the API checks what it can at once, and a media node does the rest."""

import json
import secrets
from collections import Counter
from typing import Any
from weakref import WeakKeyDictionary

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.directory import Lookups, Station
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import CallId, NodeId, TenantId, uuid7
from callmodel.limits import cost_micros, spend_day_of
from callmodel.routing import Plan, Refusal, TrunkPlan, plan_call
from callmodel.wire import EndCall, NodeOrder, PlaceCall
from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls import errors, listing
from control_plane.features.calls.nodechoice import choose_node
from control_plane.features.calls.reach import remember_asked, require_call_in_reach
from control_plane.features.calls.store import CallStore
from control_plane.people.dispositions import dispositions_of
from control_plane.people.permissions import Permission
from control_plane.people.reach import require_reach
from control_plane.publishing import directory as published
from control_plane.web import Context, UnavailableError
from hotstate.nodes import is_living, living_nodes
from hotstate.spend import spent_micros
from servicekit import tracing
from servicekit.streams import append

OWNER_SECONDS = 86_400
ORDERS_KEPT = 10_000
ORDER_SECONDS = 30
"""How long an agent who asked for a call is ready to be rung; a node that reads the order later does not."""


class Placements:
    """Calls given to each node since its last heartbeat, which does not count them yet."""

    def __init__(self) -> None:
        self._heard: dict[NodeId, int] = {}
        self.since: Counter[NodeId] = Counter()

    def hear(self, nodes: list[NodeHealth]) -> None:
        """Bring in the heartbeats as they are now."""
        for node in nodes:
            if self._heard.get(node.node_id) != node.at_ms:
                self._heard[node.node_id] = node.at_ms
                self.since[node.node_id] = 0


_placements: WeakKeyDictionary[Redis, Placements] = WeakKeyDictionary()


async def place(
    context: Context,
    tenant_id: TenantId,
    extension: str,
    dialled: str,
    caller_number: str | None,
    *,
    is_owed: bool = False,
) -> CallId:
    """Order a call between a station and a number, and return its id.  is_owed: the customer called us.

    Raises OutOfReachError, and the problems of `errors`.
    """
    directory = await directory_of(context, tenant_id)
    station = await station_in_reach(context, directory, tenant_id, extension)
    plan = plan_call(directory, tenant_id, dialled, site_id=station.site_id, wanted_caller=caller_number)
    await require_callable(context, tenant_id, plan)
    for_help = isinstance(plan, TrunkPlan) and plan.is_emergency
    node = await _choose(context.redis, for_help=for_help)
    call_id = CallId(uuid7(context.now_ms(), secrets.randbits(74)))
    owner = keys.call_owner(tenant_id, call_id)
    await context.redis.set(owner, node.node_id, ex=OWNER_SECONDS)
    await remember_asked(context, tenant_id, call_id, station.extension)
    order = PlaceCall(
        call_id,
        tenant_id,
        station.extension,
        station.site_id,
        dialled,
        context.principal.username,
        caller_number,
        not_after_ms=context.now_ms() + ORDER_SECONDS * 1000,
        traceparent=tracing.traceparent(),
        is_owed=is_owed,
    )
    await send(context.redis, node.node_id, order)
    return call_id


async def call_back(context: Context, tenant_id: TenantId, call_id: CallId, extension: str) -> CallId:
    """Order a call between a station and the customer of a call, and return its id.

    Raises CallUnknownError, NobodyToCallError, and what `place` raises.
    """
    call = (await listing.one(context, tenant_id, call_id)).cdr
    # Who withholds a number is called back only where it is a task (`followups_service`).
    if call.number is None or call.withheld:
        raise errors.NobodyToCallError()
    return await place(context, tenant_id, extension, call.number, None)


async def hang_up(context: Context, tenant_id: TenantId, call_id: CallId) -> None:
    """Order the end of a call; one that has ended already is fine.

    Raises CallUnknownError, OutOfReachError; NodeLostError when nobody is there to end it.
    """
    await require_call_in_reach(context, Permission.CALLS_CONTROL, tenant_id, call_id)
    try:
        node_id = await owner_of(context.redis, tenant_id, call_id)
    except (errors.CallUnknownError, errors.NodeLostError):
        if await CallStore(context.store, context.cipher).one(tenant_id, call_id) is not None:
            return
        raise
    await send(context.redis, node_id, EndCall(call_id, tenant_id, context.principal.username))


async def dispose(
    context: Context, tenant_id: TenantId, call_id: CallId, disposition: str | None, note: str | None
) -> None:
    """Keep the agent's word on a call, ended or not.

    Raises CallUnknownError, OutOfReachError, DispositionUnknownError.
    """
    await require_call_in_reach(context, Permission.CALLS_DISPOSE, tenant_id, call_id)
    known = {each.disposition for each in await dispositions_of(context.store, tenant_id)}
    if disposition is not None and known and disposition not in known:
        raise errors.DispositionUnknownError(f"one of {', '.join(sorted(known))}")
    calls = CallStore(context.store, context.cipher, context.retention)
    # In this order: a call leaves the live picture once its record is written, and is missed at no moment.
    live = await LiveCalls(context.redis).one(tenant_id, call_id)
    if live is None and not await calls.knows(tenant_id, call_id):
        raise errors.CallUnknownError()
    await calls.dispose(tenant_id, call_id, disposition, note, context.principal.username, context.now_ms())


async def directory_of(context: Context, tenant_id: TenantId) -> Lookups:
    directory = await published.directory_of(context.redis, tenant_id)
    if directory is None:
        raise UnavailableError("the directory is not published yet")
    return directory


async def station_in_reach(context: Context, directory: Lookups, tenant_id: TenantId, extension: str) -> Station:
    """Return a station that the user may ring.  Raises ExtensionUnknownError, OutOfReachError."""
    station = directory.station_of(tenant_id, extension)
    if station is None:
        raise errors.ExtensionUnknownError(f"the tenant has no station {extension}")
    await require_reach(context, Permission.CALLS_PLACE, tenant_id, [station.extension])
    return station


async def require_callable(context: Context, tenant_id: TenantId, plan: Plan) -> None:
    """Raise why a call goes nowhere, or what stands against its cost; nothing stands against a call for help."""
    if isinstance(plan, Refusal):
        raise errors.BY_ENDING.get(plan.ending, UnavailableError)()
    if isinstance(plan, TrunkPlan) and not plan.is_emergency:
        await _check_spend(context, tenant_id, plan)


async def _check_spend(context: Context, tenant_id: TenantId, plan: TrunkPlan) -> None:
    """Refuse what the claim would refuse anyway, before the agent is rung.  Raises SpendLimitReachedError."""
    limit = plan.limits.spend_micros
    if limit is None:
        return
    spent = await spent_micros(context.redis, tenant_id, spend_day_of(context.now_ms()))
    if spent + min(cost_micros(offer.cost_per_minute, 60_000) for offer in plan.offers) > limit:
        raise errors.SpendLimitReachedError()


async def _choose(redis: Redis, *, for_help: bool) -> NodeHealth:
    nodes = await living_nodes(redis)
    placements = _placements.setdefault(redis, Placements())
    placements.hear(nodes)
    node = choose_node(nodes, placements.since, for_help=for_help)
    if node is None:
        all_draining = bool(nodes) and all(node.draining for node in nodes)
        raise errors.DrainingError() if all_draining else errors.NoMediaNodeError()
    placements.since[node.node_id] += 1
    return node


async def owner_of(redis: Redis, tenant_id: TenantId, call_id: CallId) -> NodeId:
    """Return the living node that holds a call.  Raises CallUnknownError, NodeLostError."""
    node_id: Any = await redis.get(keys.call_owner(tenant_id, call_id))
    if node_id is None:
        raise errors.CallUnknownError()
    if not await is_living(redis, NodeId(node_id)):
        raise errors.NodeLostError()
    return NodeId(node_id)


async def send(redis: Redis, node_id: NodeId, order: NodeOrder) -> None:
    stream = keys.node_orders(node_id)
    await append(redis, stream, {"m": json.dumps(to_wire(order))}, ORDERS_KEPT)
    # Orders to a node that never comes back name numbers too.
    await redis.expire(stream, OWNER_SECONDS)
