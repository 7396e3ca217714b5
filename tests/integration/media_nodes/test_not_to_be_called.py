"""Do-not-call at the moment of dialling, as races on a real Redis: lists against orders, opt-outs against takers."""

import asyncio
import itertools
import json
import random
from collections.abc import Sequence

from leads_harness import CAMPAIGN, CIPHER, KEY, campaigning, lead, new_call_id
from lines_harness import now_ms
from media_harness import ACME, HQ_NUMBER, Node
from redis.asyncio import Redis

from callmodel import keys
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import E164, CampaignId, NodeId, TenantId
from hotstate.dnc import EPOCH, NATIONAL, SYSTEM, DncScope, DoNotCall, campaign_scope
from hotstate.leads import CallerNumbers, Claimed, LeadCalls, LeadQueue
from hotstate.nodes import report
from hotstate.numberpages import digits_of
from media_nodes.dialler.claiming import Claiming
from media_nodes.dialler.nodes import Nodes

LEADS = 300
MEDIA = NodeId("media-1")
SCOPES = (SYSTEM, NATIONAL, campaign_scope(ACME, KEY.campaign_id))


class WatchedLists(DoNotCall):
    """Tells by one count when each number was asked after, and when it was on a list for sure."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, CIPHER)
        self._count = itertools.count()
        self.asked: dict[E164, int] = {}
        self.on: dict[E164, int] = {}

    async def found_in(
        self, tenant_id: TenantId, campaign_id: CampaignId | None, numbers: Sequence[E164]
    ) -> list[DncScope | None]:
        self.asked |= dict.fromkeys(numbers, next(self._count))
        return await super().found_in(tenant_id, campaign_id, numbers)

    async def come_on(self, scope: DncScope, number: E164) -> None:
        await self.add(scope, [digits_of(number)])
        self.on[number] = next(self._count)


class House:
    """A dialler's claiming on a Redis with a node that has room, and no engine."""

    def __init__(self, server: Node) -> None:
        self.redis, self.lists = server.redis, WatchedLists(server.redis)
        self.queue, self.calls = LeadQueue(server.redis, CIPHER), LeadCalls(server.redis)
        self.nodes = Nodes(server.redis)
        self.claiming = Claiming(self.queue, CallerNumbers(server.redis), self.lists, self.nodes, KEY)

    async def launch(self, lines: int) -> int:
        await report(self.redis, NodeHealth(MEDIA, "127.0.0.1:5060", 10_000, 0, False, now_ms()))
        await self.nodes.look()
        fence = await self.queue.lead(KEY, "dialler", now_ms(), 60_000)
        directory = campaigning()
        tenant = directory.tenant_of(ACME)
        assert fence is not None and tenant is not None
        return await self.claiming.launch(directory, tenant, CAMPAIGN, fence, lines, now_ms)

    async def ordered(self) -> set[E164]:
        found = await self.redis.xrange(keys.node_orders(MEDIA))
        return {E164(json.loads(message["m"])["number"]) for _, message in found}


async def test_who_is_on_a_list_when_asked_after_is_not_called(server: Node):
    house = House(server)
    await house.lists.complete()
    leads = [lead(row) for row in range(LEADS)]
    await house.queue.put(KEY, leads, now_ms(), LEADS)
    others = random.Random(7).sample(leads, LEADS // 2)

    async def lists_grow() -> None:
        for number, each in enumerate(others):
            await house.lists.come_on(SCOPES[number % 3], each.number)

    async with asyncio.TaskGroup() as group:
        group.create_task(lists_grow(), name="lists")
        while (await house.queue.figures(KEY)).ready:
            await house.launch(5)

    ordered, on = await house.ordered(), house.lists.on
    late = {each for each in ordered if each in on and on[each] < house.lists.asked[each]}
    assert not late and len(on) == LEADS // 2
    refused = {each.number for each in leads} - ordered
    assert refused and refused <= on.keys() and {each.number for each in leads} - on.keys() <= ordered
    seen = await house.queue.figures(KEY)
    assert (seen.ready, seen.waiting, seen.calls) == (0, 0, len(ordered)), "who is on a list has left the queue"
    tried = [name async for name in server.redis.scan_iter(match="*:tried:*")]
    assert len(tried) == len(ordered), "and no attempt is counted of them"


async def test_an_opt_out_counts_up_to_the_moment_in_which_a_node_takes_the_claim(server: Node):
    house = House(server)
    await house.lists.complete()
    await house.queue.put(KEY, [lead(row) for row in range(LEADS)], now_ms(), LEADS)
    fence = await house.queue.lead(KEY, "dialler", now_ms(), 60_000)
    assert fence is not None
    claims = [(each, new_call_id()) for each in await house.queue.look(KEY, now_ms(), LEADS)]
    for each, call_id in claims:
        claim = await house.queue.claim(KEY, fence, each.lead_id, call_id, E164(HQ_NUMBER), (), now_ms())
        assert claim == Claimed()
    count, out, asked, taken = itertools.count(), dict[str, int](), dict[str, int](), set[str]()

    async def opt_out() -> None:
        for each, _ in random.Random(7).sample(claims, LEADS):
            await house.queue.forbid(KEY, each.token, now_ms())
            out[each.token] = next(count)

    async def take() -> None:
        for each, call_id in claims:
            asked[each.token] = next(count)
            if await house.calls.take(KEY, call_id, MEDIA, now_ms()):
                taken.add(each.token)

    async with asyncio.TaskGroup() as group:
        group.create_task(opt_out(), name="opt-outs")
        group.create_task(take(), name="node")
    assert taken and len(taken) < LEADS, "either was first at times"
    assert not {token for token in taken if out[token] < asked[token]}


async def test_nobody_is_called_while_hot_state_has_no_lists(server: Node):
    house = House(server)
    await house.queue.put(KEY, [lead(0), lead(1)], now_ms(), 10)
    assert await house.launch(2) == 0

    await house.lists.complete()
    assert await house.launch(1) == 1
    await server.redis.delete(EPOCH)
    assert await house.launch(1) == 0
    assert (await house.queue.figures(KEY)).ready == 1 and len(await house.ordered()) == 1
