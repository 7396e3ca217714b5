"""Customers who ring one of HQ's numbers: through the edge, a flow and a queue to an agent at the branch or at HQ."""

import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from devstack.inbound import NUMBER
from devstack.seed import user
from simulators.behaviours import tone_of
from simulators.call import CallEndedError, PhoneCall
from simulators.phone import answer_after, reject_with, ring_forever
from tests.e2e.world import HQ_TONE_HZ, World
from trunkline.apiclient import ApiError
from trunkline.conditions import until

COLLEAGUE_TONE_HZ = AGENT_TONES_HZ[1]
AGENTS = {"colleague": "1002", "hq_phone": "2001"}
DOCUMENT = {
    "name": "Welcome",
    "start": "menu",
    "nodes": {
        "menu": {
            "kind": "menu",
            "prompts": [{"texts": {"en": "For orders, press one."}}],
            "keys": {"1": "orders"},
            "otherwise": "orders",
        },
        "orders": {"kind": "queue", "queues": [{"queue_id": "orders"}], "otherwise": "bye"},
        "bye": {"kind": "hang_up"},
    },
}


class Center:
    """The tenant's inbound side, set up by the API as a manager would."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.agents: dict[str, str] = {}
        self._callers = 0

    async def set_up(self) -> None:
        api, path = self.world.api, self.world.path
        await api.post(f"{path}/queues", {"queue_id": "orders", "name": "Orders", "wrap_up_seconds": 0})
        await api.post(f"{path}/flows", {"flow_id": "orders", "document": DOCUMENT})
        await api.post(f"{path}/flows/orders/publish", {"edit": 1, "note": "the first"})
        await api.put(f"{path}/numbers/{NUMBER}/route", {"flow_id": "orders"})
        for name, extension in AGENTS.items():
            made = await api.post("/users", user(f"inbound-{extension}", "agent"))
            await api.put(f"{path}/stations/{extension}/user", {"user_id": made["user_id"]})
            await api.patch(f"{path}/agents/{made['user_id']}", {"queues": ["orders"]})
            self.agents[name] = made["user_id"]

    async def take_down(self) -> None:
        api, path = self.world.api, self.world.path
        for user_id in self.agents.values():
            await api.post(f"{path}/agents/{user_id}/sign-out", {})
        await api.put(f"{path}/numbers/{NUMBER}/route", {"route_to": None})
        for extension in AGENTS.values():
            await api.put(f"{path}/stations/{extension}/user", {"user_id": None})

    async def sign_in(self, name: str, *, ready: bool = True) -> None:
        await self.world.api.post(f"{self.world.path}/agents/{self.agents[name]}/sign-in", {"ready": ready})

    async def sign_all_out(self) -> None:
        for user_id in self.agents.values():
            await self.world.api.post(f"{self.world.path}/agents/{user_id}/sign-out", {})

    async def state(self, name: str) -> dict[str, Any]:
        states = (await self.world.api.get(f"{self.world.path}/agent-states"))["items"]
        return next(each for each in states if each["user_id"] == self.agents[name])

    async def becomes(self, name: str, state: str, seconds: float = 10.0) -> dict[str, Any]:
        found: dict[str, Any] = {}

        async def is_so() -> bool:
            found.update(await self.state(name))
            return bool(found["state"] == state)

        assert await until(is_so, seconds), found
        return found

    async def queue(self) -> dict[str, Any]:
        states = (await self.world.api.get(f"{self.world.path}/queue-states"))["items"]
        return next(each for each in states if each["queue_id"] == "orders")

    async def waits(self, count: int = 1, seconds: float = 15.0) -> None:
        async def is_so() -> bool:
            return bool((await self.queue())["waiting"] == count)

        assert await until(is_so, seconds), await self.queue()

    async def ring(self, number: str | None = None) -> tuple[PhoneCall, str]:
        """A customer rings, and knows the menu by heart."""
        self._callers += 1
        number = number or f"+861390000{int(time.time()) % 100:02d}{self._callers:02d}"
        calls: list[PhoneCall] = []

        async def comes_through() -> bool:
            call = await self.world.carrier.place_call(NUMBER, number, (self.world.plan.edge, 5060))
            calls.append(call)
            with contextlib.suppress(CallEndedError):
                await call.wait_for("answered", 10)
            return call.answered

        # The edge and the node hear of the flow a moment after it was published.
        assert await until(comes_through, 10)
        calls[-1].send_dtmf("1")
        return calls[-1], number


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def center(world: World) -> AsyncIterator[Center]:
    made = Center(world)
    await made.set_up()
    yield made
    await made.take_down()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nobody_there(center: Center) -> AsyncIterator[None]:
    """Each story begins with agents who are signed out and phones that answer."""
    phones = (center.world.colleague, center.world.hq_phone)
    policies = [phone.on_invite for phone in phones]
    for phone in phones:
        phone.on_invite = answer_after(0.2)
    yield
    await center.sign_all_out()
    for phone, policy in zip(phones, policies, strict=True):
        phone.on_invite = policy
    assert await until(center.world.no_calls, 15), await center.world.live_calls()


async def test_a_customer_is_put_through_to_the_agent_at_the_branch(center: Center):
    world = center.world
    await center.sign_in("colleague")

    call, number = await center.ring()
    await call.wait_for_tones({COLLEAGUE_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    talking = await center.becomes("colleague", "talking")
    agent = world.colleague.calls[-1]
    await agent.wait_for_tones({tone_of(number)}, ALL_TONES_HZ)
    await call.hang_up()

    cdr = await world.cdr_where(lambda each: each["number"] == number)
    assert (cdr["queue_id"], cdr["agent_id"], cdr["site_id"]) == ("orders", center.agents["colleague"], "branch-1")
    assert (cdr["flow_id"], cdr["flow_version"], cdr["ending"]) == ("orders", 1, "completed")
    assert talking["queue_id"] == "orders" and talking["call_id"] == cdr["call_id"]
    assert number.removeprefix("+86") not in str(agent.invite)
    assert (await world.voices(cdr["recording_id"])).are(tone_of(number), COLLEAGUE_TONE_HZ)
    await center.becomes("colleague", "ready")


async def test_who_has_been_idle_longest_is_rung_wherever_they_sit(center: Center):
    world = center.world
    await center.sign_in("hq_phone")
    await center.sign_in("colleague")

    first, _ = await center.ring()
    await first.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    second, _ = await center.ring()
    await second.wait_for_tones({COLLEAGUE_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    third, _ = await center.ring()
    await center.waits(1)
    await first.hang_up()
    await third.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ, timeout=15)

    for call in (second, third):
        await call.hang_up()
    assert await until(world.no_calls, 10)


async def test_no_customer_hears_busy_from_a_phone_that_declines(center: Center):
    center.world.colleague.on_invite = reject_with(486)
    await center.sign_in("colleague")

    call, _ = await center.ring()
    assert (await center.becomes("colleague", "paused"))["reason"] == "declined"
    await center.sign_in("hq_phone")
    await call.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    await call.hang_up()


async def test_a_customer_who_gives_up_is_abandoned_and_the_agent_free(center: Center):
    center.world.colleague.on_invite = ring_forever
    await center.sign_in("colleague")

    call, number = await center.ring()
    await center.becomes("colleague", "ringing")
    await call.hang_up()

    await center.becomes("colleague", "ready")
    cdr = await center.world.cdr_where(lambda each: each["number"] == number)
    assert (cdr["ending"], cdr["agent_id"], cdr["queue_id"]) == ("abandoned", None, "orders")


async def test_an_agent_hands_a_customer_over_to_a_queue(center: Center):
    world = center.world
    await center.sign_in("colleague")
    call, number = await center.ring()
    await call.wait_for_tones({COLLEAGUE_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    call_id = (await center.becomes("colleague", "talking"))["call_id"]
    await center.sign_in("hq_phone")

    await world.api.post(f"{world.path}/calls/{call_id}/transfer", {"to": "queue:orders"})
    await call.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    await center.becomes("colleague", "ready")
    await call.hang_up()

    cdr = await world.cdr_where(lambda each: each["number"] == number)
    assert (cdr["transferred_by"], cdr["agent_id"]) == ("1002", center.agents["hq_phone"])


async def test_the_same_person_comes_first_when_a_customer_calls_again(center: Center):
    await center.sign_in("hq_phone")
    first, number = await center.ring()
    await first.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    await first.hang_up()
    await center.becomes("hq_phone", "ready")
    await center.sign_in("colleague")
    await center.world.api.post(f"{center.world.path}/agents/{center.agents['hq_phone']}/pause", {"reason": "lunch"})
    await center.becomes("hq_phone", "paused")
    await center.world.api.post(f"{center.world.path}/agents/{center.agents['hq_phone']}/ready", {})
    # The colleague has been idle longer now: by the queue's own rule it would be their turn.

    again, _ = await center.ring(number)
    await again.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    await again.hang_up()


@pytest.mark.parametrize("queue_id", ["elsewhere", "../orders", "nights of another tenant"])
async def test_a_queue_that_is_not_the_tenants_takes_nobody(center: Center, queue_id: str):
    world = center.world
    await center.sign_in("colleague")
    call, _ = await center.ring()
    await call.wait_for_tones({COLLEAGUE_TONE_HZ}, ALL_TONES_HZ, timeout=15)
    call_id = (await center.becomes("colleague", "talking"))["call_id"]

    with pytest.raises(ApiError) as refusal:
        await world.api.post(f"{world.path}/calls/{call_id}/transfer", {"to": f"queue:{queue_id}"})
    assert refusal.value.status == 422
    await call.wait_for_tones({COLLEAGUE_TONE_HZ}, ALL_TONES_HZ, timeout=5)
    await call.hang_up()


async def test_an_agent_signs_in_and_out_at_the_branch_with_the_phone_alone(center: Center):
    async def dials(code: str) -> None:
        call = await center.world.colleague.dial(code)
        await call.wait_for("answered", 10)
        await call.wait_for("ended", 15)

    await dials("*80")
    assert (await center.becomes("colleague", "ready"))["extension"] == AGENTS["colleague"]
    await dials("*82")
    assert (await center.becomes("colleague", "paused"))["reason"] == "phone"
    await dials("*89")
    await center.becomes("colleague", "signed-out")
