"""Calls through the console: agent and supervisor in Chromium, customers at the simulated carrier, real voices."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from simulators.behaviours import tone_of
from simulators.call import CallEndedError, PhoneCall
from tests.e2e.console import Screen, chromium_at, signed_in
from tests.e2e.world import World
from tests.interop.stories import hears
from trunkline.conditions import until
from trunkline.dialling import AGENT_TONES_HZ
from trunkline.plan import HQ_SITE
from trunkline.seed import NUMBERS, user

NUMBER = NUMBERS[1]
QUEUE = {"queue_id": "care", "name": "Customer care", "wrap_up_seconds": 60}
AGENT_HZ, SUPERVISOR_HZ = AGENT_TONES_HZ[6], AGENT_TONES_HZ[7]
AGENT, SUPERVISOR = "2301", "2302"
DOCUMENT = {
    "name": "Care",
    "start": "care",
    "nodes": {
        "care": {"kind": "queue", "queues": [{"queue_id": "care"}], "otherwise": "bye"},
        "bye": {"kind": "hang_up"},
    },
}


@dataclass
class Floor:
    """Who sits at the console: their users by extension, and the browsers that are open."""

    world: World
    users: dict[str, str] = field(default_factory=dict)
    agent: Screen = field(init=False)
    supervisor: Screen = field(init=False)
    _callers: Any = field(default_factory=lambda: count(1))

    async def set_up(self) -> None:
        api, path = self.world.api, self.world.path
        await api.post(f"{path}/queues", QUEUE)
        await api.post(f"{path}/flows", {"flow_id": "care", "document": DOCUMENT})
        await api.post(f"{path}/flows/care/publish", {"edit": 1, "note": "the first"})
        await api.put(f"{path}/numbers/{NUMBER}/route", {"flow_id": "care"})
        for extension, role in ((AGENT, "agent"), (SUPERVISOR, "supervisor")):
            made = await api.post("/users", user(f"console-{extension}", role))
            station = {"extension": extension, "site_id": HQ_SITE, "media": "webrtc", "user_id": made["user_id"]}
            await api.post(f"{path}/stations", station | {"display_name": f"Desk {extension}"})
            self.users[extension] = made["user_id"]
        await api.patch(f"{path}/agents/{self.users[AGENT]}", {"queues": ["care"]})

    async def take_down(self) -> None:
        api, path = self.world.api, self.world.path
        await api.post(f"{path}/agents/{self.users[AGENT]}/sign-out", {})
        await api.put(f"{path}/numbers/{NUMBER}/route", {"route_to": None})

    async def ring(self) -> tuple[PhoneCall, str]:
        """A customer rings and is led to the queue; the call, and the customer's number."""
        number = f"+8613811{next(self._callers):06d}"
        calls: list[PhoneCall] = []

        async def comes_through() -> bool:
            call = await self.world.carrier.place_call(NUMBER, number, (self.world.plan.edge, 5060))
            calls.append(call)
            with contextlib.suppress(CallEndedError):
                await call.wait_for("answered", 10)
            return call.answered

        # The edge and the node hear of the flow a moment after it was published.
        assert await until(comes_through, 10)
        return calls[-1], number

    async def state(self) -> str:
        states = (await self.world.api.get(f"{self.world.path}/agent-states"))["items"]
        return str(next(each for each in states if each["user_id"] == self.users[AGENT])["state"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Floor]:
    folder = tmp_path_factory.mktemp("console")
    made = Floor(world)
    await made.set_up()
    async with AsyncExitStack() as parts:
        agents = await parts.enter_async_context(chromium_at(world, folder / "agent", AGENT_HZ))
        made.agent = await signed_in(world, agents, f"console-{AGENT}", "/desk")
        await made.agent.shows("Phone ready")
        await made.agent.press("Sign in")
        await made.agent.offers("Ready")
        yield made
        await made.take_down()


async def test_a_customer_reaches_the_agents_browser_and_both_hear_each_other(floor: Floor):
    desk = floor.agent
    await desk.press("Ready")
    await desk.shows("Ready")

    call, number = await floor.ring()
    await desk.offers("Answer")
    await desk.has("Customer care", NUMBER)
    await desk.press("Answer")
    await hears(call, AGENT_HZ)
    await desk.hears(tone_of(number))
