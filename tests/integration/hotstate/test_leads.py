"""Campaigns' due queues on a real Redis: one claim a number, windows, do-not-call, and who paces."""

import pytest
from redis.asyncio import Redis

from callmodel.campaigns.caps import Window
from callmodel.campaigns.document import CapScope
from callmodel.campaigns.health import Ailment, Tally
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164, AgentId, CallId, CampaignId, LeadId, ListId, NodeId, ProviderId, TenantId
from hotstate.leads import (
    CallerNumbers,
    CampaignKey,
    Claimed,
    Deposed,
    LeadCalls,
    LeadQueue,
    LeadState,
    Refused,
    RefusedFor,
)
from servicekit.crypto import TenantCipher

T = 1_764_500_000_000
MINUTE, DAY = 60_000, 86_400_000
SPRING = CampaignKey(TenantId("acme"), CampaignId("spring"), ProviderId("hq"))
SUMMER = CampaignKey(TenantId("acme"), CampaignId("summer"), ProviderId("hq"))
OURS = E164("+862155550100")
NODE = NodeId("media-1")
CIPHER = TenantCipher(b"k" * 32)


def lead(name: str, number: str = "", **more: object) -> Lead:
    number = number or f"+86138000{int(name[1:]):05d}"
    return Lead(LeadId(name), ListId("list"), E164(number), f"token-{hash(number)}", **more)  # type: ignore[arg-type]


@pytest.fixture
def queue(redis: Redis) -> LeadQueue:
    return LeadQueue(redis, CIPHER)


@pytest.fixture
def calls(redis: Redis) -> LeadCalls:
    return LeadCalls(redis)


async def fence_of(queue: LeadQueue, key: CampaignKey = SPRING, holder: str = "d1", at_ms: int = T) -> int:
    fence = await queue.lead(key, holder, at_ms)
    assert fence is not None
    return fence


async def claim(
    queue: LeadQueue, name: str, call: str, at_ms: int = T, key: CampaignKey = SPRING, *windows: Window
) -> object:
    fence = await fence_of(queue, key, at_ms=at_ms)
    return await queue.claim(key, fence, LeadId(name), CallId(call), OURS, windows, at_ms)


async def settle(
    queue: LeadQueue, call: str, result: AttemptResult, again: Lead | None, at_ms: int, key: CampaignKey = SPRING
) -> bool:
    fence = await fence_of(queue, key, at_ms=at_ms)
    known = next((each for each in await queue.calls(key, at_ms) if each.call_id == call), None)
    return known is not None and await queue.settle(key, fence, known, result, again, at_ms, attempts=1)


async def ready(queue: LeadQueue, at_ms: int = T, key: CampaignKey = SPRING) -> list[str]:
    return [each.lead_id for each in await queue.look(key, at_ms, 100)]


async def test_the_more_important_come_first_then_who_is_due_longer(queue: LeadQueue):
    leads = [
        lead("l1", due_ms=T - 1),
        lead("l2", due_ms=T - 2),
        lead("l3", priority=9),
        lead("l4", due_ms=T + MINUTE),
    ]
    await queue.put(SPRING, leads, T, 10)

    assert await ready(queue) == ["l3", "l2", "l1"]
    assert await ready(queue, T + MINUTE) == ["l3", "l2", "l1", "l4"]


async def test_no_number_stands_in_redis(queue: LeadQueue, redis: Redis):
    await queue.put(SPRING, [lead("l1", "+8613812345678")], T, 10)
    await claim(queue, "l1", "c1")

    await redis.config_set("rdbcompression", "no")
    stored = list(await redis.keys("*"))
    dumped = b"".join([await redis.execute_command("DUMP", key, NEVER_DECODE=True) for key in stored])
    assert b"13812345678" not in dumped
    assert (await queue.lead_of(SPRING, LeadId("l1"))) == lead("l1", "+8613812345678")
    assert all(str(key).startswith("{pool:hq}:acme:") for key in stored)


async def test_a_queue_takes_so_many_and_says_which_it_did_not(queue: LeadQueue):
    assert await queue.put(SPRING, [lead("l1"), lead("l2"), lead("l3")], T, 2) == (2, ["l3"])
    assert await queue.put(SPRING, [lead("l1"), lead("l2")], T, 2) == (2, [])


async def test_two_leads_of_one_number_are_not_called_at_once(queue: LeadQueue):
    await queue.put(SPRING, [lead("l1", "+8613812345678"), lead("l2", "+8613812345678")], T, 10)
    await queue.put(SUMMER, [lead("l9", "+8613812345678")], T, 10)

    assert await claim(queue, "l1", "c1") == Claimed()
    assert await claim(queue, "l2", "c2") == Refused(RefusedFor.BUSY, T + MINUTE)
    assert await claim(queue, "l9", "c3", T, SUMMER) == Refused(RefusedFor.BUSY, T + MINUTE)
    assert await claim(queue, "l1", "c4") == Refused(RefusedFor.GONE)
    await settle(queue, "c1", AttemptResult.CONNECTED, None, T)
    assert await claim(queue, "l2", "c2", T + MINUTE) == Refused(RefusedFor.GONE), "it waits until it is looked at"
    assert await ready(queue, T + MINUTE) == ["l2"]
    assert await claim(queue, "l2", "c2", T + MINUTE) == Claimed()


async def test_do_not_call_is_asked_as_a_number_is_claimed_and_again_as_it_is_dialled(
    queue: LeadQueue, calls: LeadCalls
):
    await queue.put(SPRING, [lead("l1"), lead("l2"), lead("l3")], T, 10)
    await queue.forbid(SPRING, lead("l1").token, T)
    await queue.forbid(SUMMER, lead("l3").token, T, whole_tenant=False)

    assert await claim(queue, "l1", "c1") == Refused(RefusedFor.FORBIDDEN)
    assert await claim(queue, "l2", "c2") == Claimed()
    await queue.forbid(SPRING, lead("l2").token, T)
    assert not await calls.take(SPRING, CallId("c2"), NODE, T)
    await settle(queue, "c2", AttemptResult.CANCELLED, lead("l2"), T)
    assert await claim(queue, "l3", "c3") == Claimed(), "it is forbidden to another campaign"
    assert await ready(queue) == []
    assert (await queue.put(SPRING, [lead("l1")], T, 10))[1] == ["l1"]
    await queue.allow(SPRING, lead("l1").token)
    assert (await queue.put(SPRING, [lead("l1")], T, 10))[1] == []


async def test_a_person_is_tried_so_often_in_a_window(queue: LeadQueue):
    window = [Window(CapScope.PERSON, T - 59_000 + n * 1000, 2, MINUTE, 0) for n in range(3)]
    one = lead("l1")
    await queue.put(SPRING, [one], T, 10)
    for n in range(2):
        assert await claim(queue, "l1", f"c{n}", T + n * 1000, SPRING, window[n]) == Claimed()
        await settle(queue, f"c{n}", AttemptResult.BUSY, one, T + n * 1000)
    await ready(queue, T + 2000)

    refused = await claim(queue, "l1", "c3", T + 2000, SPRING, window[2])
    assert refused == Refused(RefusedFor.CAPPED, T + MINUTE)
    assert await ready(queue, T + 59_999) == []
    assert await ready(queue, T + MINUTE) == ["l1"]


async def test_a_campaign_and_a_caller_number_have_windows_of_their_own(queue: LeadQueue):
    await queue.put(SPRING, [lead("l1"), lead("l2")], T, 10)
    await queue.put(SUMMER, [lead("l9", lead("l1").number)], T, 10)
    day = Window(CapScope.CAMPAIGN, T - 1, 1, 0, T + DAY)
    await claim(queue, "l1", "c1")
    await settle(queue, "c1", AttemptResult.BUSY, lead("l1"), T)

    assert await claim(queue, "l9", "c9", T, SUMMER, day) == Claimed()
    assert await claim(queue, "l1", "c2", T, SPRING, day) == Refused(RefusedFor.BUSY, T + MINUTE)
    await settle(queue, "c9", AttemptResult.BUSY, None, T, SUMMER)
    await ready(queue, T + MINUTE)
    assert await claim(queue, "l1", "c3", T + MINUTE, SPRING, day) == Refused(RefusedFor.CAPPED, T + DAY)
    shown = Window(CapScope.CALLER, T - 1, 2, 0, T + DAY)
    assert await claim(queue, "l2", "c4", T, SPRING, shown) == Refused(RefusedFor.CALLER_CAPPED, T + DAY)
    assert await ready(queue) == ["l2"], "another number may be shown"


async def test_a_claim_that_no_node_took_goes_back_and_does_not_count(queue: LeadQueue, calls: LeadCalls):
    once = Window(CapScope.PERSON, T - DAY, 1, DAY, 0)
    await queue.put(SPRING, [lead("l1")], T, 10)
    await claim(queue, "l1", "c1")
    fence = await fence_of(queue)

    assert await queue.give_back(SPRING, fence, CallId("c1"), T + 1)
    assert not await calls.take(SPRING, CallId("c1"), NODE, T + 2)
    assert await claim(queue, "l1", "c2", T + 3, SPRING, once) == Claimed()


async def test_a_call_that_was_placed_keeps_its_claim(queue: LeadQueue, calls: LeadCalls):
    await queue.put(SPRING, [lead("l1")], T, 10)
    await claim(queue, "l1", "c1")
    fence = await fence_of(queue)

    assert await calls.take(SPRING, CallId("c1"), NODE, T + 1)
    assert not await queue.give_back(SPRING, fence, CallId("c1"), T + DAY)
    assert await calls.take(SPRING, CallId("c1"), NODE, T + 2), "a conductor that took over asks again"
    assert not await calls.take(SPRING, CallId("c1"), NodeId("media-2"), T + 2)
    assert await ready(queue, T + DAY) == []


async def test_news_goes_forward_only(queue: LeadQueue, calls: LeadCalls):
    await queue.put(SPRING, [lead("l1")], T, 10)
    await claim(queue, "l1", "c1")
    await calls.take(SPRING, CallId("c1"), NODE, T + 1)
    await calls.note(SPRING, CallId("c1"), NODE, LeadState.CONNECTED, T + 3, answered_ms=T + 2, connected_ms=T + 3)
    await calls.note(SPRING, CallId("c1"), NODE, LeadState.ANSWERED, T + 4, answered_ms=T + 2)

    (call,) = await queue.calls(SPRING, T)
    assert (call.state, call.answered_ms, call.connected_ms) == (LeadState.CONNECTED, T + 2, T + 3)
    ended = {"answered_ms": T + 2, "connected_ms": T + 3, "ended_ms": T + 9, "result": AttemptResult.CONNECTED}
    await calls.note(SPRING, CallId("c1"), NODE, LeadState.ENDED, T + 9, agent_id=AgentId("ana"), **ended)  # type: ignore[arg-type]
    (call,) = await queue.calls(SPRING, T)
    assert (call.result, call.agent_id, call.node_id) == (AttemptResult.CONNECTED, "ana", NODE)
    assert not await calls.note(SPRING, CallId("c2"), NODE, LeadState.ANSWERED, T)


async def test_what_was_asked_for_during_a_call_is_done_after_it(queue: LeadQueue):
    await queue.put(SPRING, [lead("l1"), lead("l2")], T, 10)
    await claim(queue, "l1", "c1")
    await claim(queue, "l2", "c2")
    await queue.change(SPRING, [lead("l1", due_ms=T + MINUTE, call_back=True)], T)
    assert await queue.take_out(SPRING, [LeadId("l2")], T) == ["l2"]

    await settle(queue, "c1", AttemptResult.CONNECTED, None, T)
    await settle(queue, "c2", AttemptResult.BUSY, lead("l2"), T)
    assert await ready(queue) == []
    (again,) = await queue.look(SPRING, T + MINUTE, 10)
    assert again.lead_id == "l1" and again.call_back


async def test_an_old_reading_of_the_store_brings_no_lead_back(queue: LeadQueue):
    await queue.put(SPRING, [lead("l1")], T, 10)
    await claim(queue, "l1", "c1")
    await settle(queue, "c1", AttemptResult.CONNECTED, None, T)

    assert await queue.put(SPRING, [lead("l1")], T, 10) == (0, [])
    assert await queue.put(SPRING, [lead("l1", attempts=1)], T, 10) == (1, [])
    await queue.clear(SPRING, T)
    assert await queue.put(SPRING, [lead("l1")], T, 10) == (1, []), "a new run counts anew"


async def test_one_paces_and_who_paced_before_is_refused(queue: LeadQueue):
    await queue.put(SPRING, [lead("l1"), lead("l2")], T, 10)
    first = await queue.lead(SPRING, "d1", T)
    assert first is not None and await queue.lead(SPRING, "d2", T) is None
    assert await queue.lead(SPRING, "d1", T) == first
    await queue.claim(SPRING, first, LeadId("l1"), CallId("c1"), OURS, (), T)
    await queue.resign(SPRING, "d1", T)
    second = await queue.lead(SPRING, "d2", T)

    assert second is not None and second > first
    assert await queue.claim(SPRING, first, LeadId("l2"), CallId("c2"), OURS, (), T) == Deposed()
    assert not await queue.postpone(SPRING, first, {LeadId("l2"): T + 1}, T)
    assert not await queue.give_back(SPRING, first, CallId("c1"), T)
    (call,) = await queue.calls(SPRING, T)
    assert not await queue.settle(SPRING, first, call, AttemptResult.BUSY, None, T, attempts=1)


async def test_outcomes_are_counted_by_the_hour(queue: LeadQueue, calls: LeadCalls):
    await queue.put(SPRING, [lead(f"l{row}") for row in range(1, 5)], T, 10)
    ends = {
        "c1": (
            AttemptResult.CONNECTED,
            {"answered_ms": T + 8_000, "connected_ms": T + 9_000, "ended_ms": T + 60_000},
        ),
        "c2": (AttemptResult.ABANDONED, {"answered_ms": T + 4_000, "ended_ms": T + 7_000}),
        "c3": (AttemptResult.MACHINE, {"answered_ms": T + 20_000, "ended_ms": T + 23_000}),
        "c4": (AttemptResult.FAILED, {"ended_ms": T + 1_000}),
    }
    for call, (result, times) in ends.items():
        await claim(queue, call.replace("c", "l"), call)
        await calls.take(SPRING, CallId(call), NODE, T)
        await calls.note(SPRING, CallId(call), NODE, LeadState.ENDED, T, result=result, **times)
    fence = await fence_of(queue)
    one, two, three, four = sorted(await queue.calls(SPRING, T), key=lambda call: call.call_id)
    await queue.settle(SPRING, fence, one, AttemptResult.CONNECTED, None, T, attempts=1, answered=1)
    await queue.settle(SPRING, fence, two, AttemptResult.ABANDONED, None, T, attempts=1, answered=1, abandoned=1)
    await queue.settle(SPRING, fence, three, AttemptResult.MACHINE, None, T, attempts=1)
    await queue.settle(SPRING, fence, four, AttemptResult.FAILED, None, T, attempts=0, counts=False)
    await queue.count_wrap_ups(SPRING, 2, 30_000, T)

    (hour,) = await queue.outcomes(SPRING, T)
    assert (hour.answered, hour.abandoned) == (2, 1)
    assert (hour.attempts, hour.people, hour.machines, hour.rung_ms) == (3, 2, 1, 12_000)
    assert (hour.talks, hour.talk_ms, hour.wrap_ups, hour.wrap_up_ms) == (1, 51_000, 2, 30_000)
    assert not await queue.settle(SPRING, fence, two, AttemptResult.ABANDONED, None, T, attempts=1, answered=1)
    figures = await queue.figures(SPRING)
    assert figures.results == {"connected": 1, "abandoned": 1, "machine": 1, "failed": 1} and figures.calls == 0


async def test_our_numbers_are_counted_and_one_rests_for_all_campaigns(
    queue: LeadQueue, calls: LeadCalls, redis: Redis
):
    numbers = CallerNumbers(redis)
    await queue.put(SPRING, [lead("l1"), lead("l2"), lead("l3")], T, 10)
    for n, (answered, ended) in enumerate(((0, 9_000), (1_000, 4_000), (1_000, 60_000)), start=1):
        await claim(queue, f"l{n}", f"c{n}")
        times = {"answered_ms": T + answered if answered else 0, "ended_ms": T + ended}
        await calls.note(SPRING, CallId(f"c{n}"), NODE, LeadState.ENDED, T, result=AttemptResult.BUSY, **times)
        await settle(queue, f"c{n}", AttemptResult.BUSY, None, T)

    assert await numbers.tallies(SUMMER, [OURS], T) == {OURS: (Tally(3, 2, 1), Tally())}
    assert await numbers.tallies(SUMMER, [OURS], T + DAY) == {OURS: (Tally(), Tally(3, 2, 1))}
    assert await numbers.shown(SUMMER, [OURS], T) == {OURS: 3}
    await numbers.rest(SPRING, OURS, T + DAY, Ailment.HUNG_UP_ON)
    assert await numbers.resting(SUMMER, T) == {OURS: (T + DAY, Ailment.HUNG_UP_ON)}
    assert await numbers.resting(SUMMER, T + DAY) == {}
    [(slot_ms, tally)] = (await numbers.history(SUMMER, [OURS], T))[OURS].items()
    assert T - 4 * 3_600_000 < slot_ms <= T and tally == Tally(3, 2, 1)
    await numbers.wake(SPRING, OURS, T)
    assert await numbers.resting(SUMMER, T) == {}
    assert await numbers.tallies(SUMMER, [OURS], T) == {OURS: (Tally(), Tally())}, "it would rest again at once"
