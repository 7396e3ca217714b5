"""Claims with a death at every step: whoever stops where, diallers and nodes call nobody twice."""

import asyncio
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from redis.asyncio import Redis

from callmodel.campaigns.caps import Window
from callmodel.campaigns.document import CapScope
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164, CallId, CampaignId, LeadId, ListId, NodeId, ProviderId, TenantId
from hotstate.leads import CampaignKey, Claimed, LeadCall, LeadCalls, LeadQueue
from servicekit.crypto import TenantCipher
from servicekit.redisio import connect
from tests.integration.servicekit.redis_server import RedisServer

T = 1_764_500_000_000
DAY = 86_400_000
KEYS = tuple(CampaignKey(TenantId("acme"), CampaignId(name), ProviderId("hq")) for name in ("spring", "summer"))
CIPHER = TenantCipher(b"k" * 32)
NUMBERS = ("+8613800000001", "+8613800000002")
OURS = E164("+862155550100")
NODES = (NodeId("media-1"), NodeId("media-2"))
MOST_A_DAY = 1
LEASE_MS, CLAIM_MS = 1_500, 6_500
LEADS = tuple(
    (key, Lead(LeadId(f"list.{row}"), ListId("list"), E164(NUMBERS[row % 2]), f"token-{row % 2}"))
    for row, key in enumerate((KEYS[0], KEYS[0], KEYS[0], KEYS[1]))
)
CALLS = st.integers(0, 30)
OFTEN, RARELY = (st.integers(0, 4).map(how) for how in (bool, lambda drawn: drawn == 0))


class ClaimMachine(RuleBasedStateMachine):
    """Diallers that pace, nodes that dial, and deaths between any two of their steps.

    orders: those that were given to a node and not read.  unsent: claims of a dialler that has not ordered yet.
    live: calls that ring or talk, with the number.  said: what a node has not told yet of calls that are over.
    """

    loop: asyncio.Runner
    redis: Redis

    def __init__(self) -> None:
        super().__init__()
        self.loop.run(self.redis.flushall())
        self.queue, self.calls = LeadQueue(self.redis, CIPHER), LeadCalls(self.redis)
        self.now_ms = T
        self.fences: dict[tuple[CampaignKey, str], int] = {}
        self.unsent: list[tuple[CampaignKey, CallId, str]] = []
        self.orders: list[tuple[CampaignKey, CallId, str]] = []
        self.live: dict[CallId, tuple[CampaignKey, str, NodeId]] = {}
        self.over: list[tuple[CampaignKey, CallId, NodeId, AttemptResult]] = []
        self.dialled: Counter[str] = Counter()
        self.reached: set[tuple[CampaignKey, LeadId]] = set()
        self.forbidden: set[str] = set()
        self.lead_of: dict[CallId, tuple[CampaignKey, LeadId]] = {}
        self.seen: dict[CampaignKey, list[LeadCall]] = {}
        self.named = 0
        for key in KEYS:
            self.loop.run(self.queue.put(key, [lead for of, lead in LEADS if of == key], T, 10))
            self.pace(key, "a")

    # -- diallers

    @rule(key=st.sampled_from(KEYS), name=st.sampled_from("ab"))
    def pace(self, key: CampaignKey, name: str) -> None:
        fence = self.loop.run(self.queue.lead(key, name, self.now_ms, LEASE_MS))
        if fence is not None:
            self.fences[key, name] = fence

    @rule(key=st.sampled_from(KEYS), name=st.sampled_from("ab"))
    def resign(self, key: CampaignKey, name: str) -> None:
        self.loop.run(self.queue.resign(key, name, self.now_ms))

    @rule(key=st.sampled_from(KEYS), name=st.sampled_from("ab"), place=st.integers(0, 3), sends=OFTEN)
    def claim(self, key: CampaignKey, name: str, place: int, sends: bool) -> None:
        """A dialler, with the fence it last had: it may not know that another paces."""
        ready = self.loop.run(self.queue.look(key, self.now_ms, 10))
        if not ready:
            return
        lead = ready[place % len(ready)]
        self.named += 1
        call_id = CallId(f"c{self.named}")
        window = Window(CapScope.PERSON, self.now_ms - DAY, MOST_A_DAY, DAY)
        fence = self._fence_of(key, name)
        claimed = self.loop.run(self.queue.claim(key, fence, lead.lead_id, call_id, OURS, [window], self.now_ms))
        if claimed == Claimed():
            self.lead_of[call_id] = key, lead.lead_id
            (self.orders if sends else self.unsent).append((key, call_id, lead.token))

    def _fence_of(self, key: CampaignKey, name: str) -> int:
        """Return the fence that a dialler last had; one that never paced tries what another did."""
        return self.fences.get((key, name)) or self.fences[key, "a"]

    @rule(place=CALLS)
    def send_late(self, place: int) -> None:
        """An order that was delayed, or the dialler's memory if it did not die."""
        if self.unsent:
            self.orders.append(self.unsent.pop(place % len(self.unsent)))

    @rule(key=st.sampled_from(KEYS), name=st.sampled_from("ab"))
    def settle(self, key: CampaignKey, name: str) -> None:
        fence = self._fence_of(key, name)
        # As it was when this dialler looked: much may have happened since.
        seen = self.seen.get(key, [])
        self.seen[key] = self.loop.run(self.queue.calls(key, self.now_ms))
        for call in (*seen, *self.seen[key]):
            if call.state is LeadState.CLAIMED and self.now_ms - call.launched_ms > CLAIM_MS:
                self.loop.run(self.queue.give_back(key, fence, call.call_id, self.now_ms))
            elif call.ended_ms:
                self.loop.run(self._settle(key, fence, call))

    async def _settle(self, key: CampaignKey, fence: int, call: LeadCall) -> None:
        lead = await self.queue.lead_of(key, call.lead_id)
        again = lead if call.result is AttemptResult.BUSY else None
        counts = call.result is not AttemptResult.CANCELLED
        assert call.result is not None
        await self.queue.settle(key, fence, call, call.result, again, self.now_ms, attempts=1, counts=counts)

    # -- nodes

    @rule(place=CALLS, node=st.sampled_from(NODES), again=st.booleans(), dies=RARELY)
    def read_order(self, place: int, node: NodeId, again: bool, dies: bool) -> None:
        """A node reads an order, perhaps a second time, takes the claim, and dials; or dies after it took it."""
        if not self.orders:
            return
        order = self.orders[place % len(self.orders)]
        if not again:
            self.orders.remove(order)
        key, call_id, token = order
        holder = self.live[call_id][2] if call_id in self.live else node
        if not self.loop.run(self.calls.take(key, call_id, holder, self.now_ms)):
            return
        if dies:
            self.over.append((key, call_id, holder, AttemptResult.FAILED))
            return
        if call_id in self.live or any(call_id == each[1] for each in self.over):
            return
        assert token not in {each[1] for each in self.live.values()}, "a number is called twice at once"
        assert token not in self.forbidden, "a number is called that must not be"
        assert self.lead_of[call_id] not in self.reached, "a lead is called again that was reached"
        self.dialled[token] += 1
        self.live[call_id] = key, token, holder

    @rule(place=CALLS, result=st.sampled_from((AttemptResult.BUSY, AttemptResult.CONNECTED)), tells=OFTEN)
    def hang_up(self, place: int, result: AttemptResult, tells: bool) -> None:
        if not self.live:
            return
        call_id = sorted(self.live)[place % len(self.live)]
        key, _, node = self.live.pop(call_id)
        if result is AttemptResult.CONNECTED:
            self.reached.add(self.lead_of[call_id])
        self.over.append((key, call_id, node, result))
        if tells:
            self.tell()

    @rule()
    def tell(self) -> None:
        """Nodes tell how calls ended, some of them for the second time."""
        for key, call_id, node, result in self.over:
            self.loop.run(
                self.calls.note(key, call_id, node, LeadState.ENDED, self.now_ms, ended_ms=self.now_ms, result=result)
            )

    # -- the world

    @rule(seconds=st.sampled_from((1, 2, 7, 61)))
    def wait(self, seconds: int) -> None:
        self.now_ms += seconds * 1000

    @rule(place=st.integers(0, 1), key=st.sampled_from(KEYS))
    def forbid(self, place: int, key: CampaignKey) -> None:
        if len(self.forbidden) == 0 and f"token-{place}" not in {each[1] for each in self.live.values()}:
            self.forbidden.add(f"token-{place}")
            self.loop.run(self.queue.forbid(key, f"token-{place}", self.now_ms))

    @rule()
    def fill_again(self) -> None:
        """Who fills the queue reads the store again, which has not heard of any call."""
        for key in KEYS:
            self.loop.run(self.queue.put(key, [lead for of, lead in LEADS if of == key], self.now_ms, 10))

    @invariant()
    def nobody_is_called_more_often_than_may_be(self) -> None:
        assert all(count <= MOST_A_DAY for count in self.dialled.values())

    @invariant()
    def each_call_that_lives_has_its_claim(self) -> None:
        for call_id, (key, _, _) in self.live.items():
            known = {call.call_id for call in self.loop.run(self.queue.calls(key, self.now_ms))}
            assert call_id in known


@pytest.mark.timeout(300)
def test_nobody_is_called_twice_whoever_dies_where(redis_server: RedisServer):
    with asyncio.Runner() as loop:

        class Machine(ClaimMachine):
            pass

        Machine.loop, Machine.redis = loop, connect(redis_server.url)
        loop.run(Machine.redis.config_set("appendonly", "no"))
        health = list(HealthCheck)
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Machine,
            settings=settings(
                max_examples=200, stateful_step_count=80, deadline=None, suppress_health_check=health, database=None
            ),
        )
        loop.run(Machine.redis.aclose())
