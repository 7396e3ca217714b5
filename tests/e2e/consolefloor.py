"""Who sits at the console in the stories of `test_console`, and the customers who ring them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from devstack.dialling import AGENT_TONES_HZ
from devstack.seed import NUMBERS, user
from simulators.behaviours import tone_of
from simulators.call import CallEndedError, PhoneCall
from tests.e2e.console import Screen
from tests.e2e.world import World
from tests.interop.stories import hears
from trunkline.conditions import until
from trunkline.plan import HQ_SITE

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
    """Users and screens are by extension."""

    world: World
    users: dict[str, str] = field(default_factory=dict)
    screens: dict[str, Screen] = field(default_factory=dict)
    _callers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def agent(self) -> Screen:
        return self.screens[AGENT]

    @property
    def supervisor(self) -> Screen:
        return self.screens[SUPERVISOR]

    async def set_up(self) -> None:
        api, path = self.world.api, self.world.path
        await api.post(f"{path}/queues", QUEUE)
        await api.post(f"{path}/flows", {"flow_id": "care", "document": DOCUMENT})
        await api.post(f"{path}/flows/care/publish", {"edit": 1, "note": "the first"})
        await api.put(f"{path}/numbers/{NUMBER}/route", {"flow_id": "care"})
        for extension, role in ((AGENT, "agent"), (SUPERVISOR, "supervisor")):
            made = await api.post(
                "/users", user(f"console-{extension}", role) | {"teams": {self.world.seed.tenant_id: ["floor"]}}
            )
            station = {"extension": extension, "site_id": HQ_SITE, "media": "webrtc", "user_id": made["user_id"]}
            await api.post(f"{path}/stations", station | {"display_name": f"Desk {extension}"})
            self.users[extension] = made["user_id"]
        await api.patch(f"{path}/agents/{self.users[AGENT]}", {"queues": ["care"]})

    async def take_down(self) -> None:
        api, path = self.world.api, self.world.path
        await api.post(f"{path}/agents/{self.users[AGENT]}/sign-out", {})
        await api.put(f"{path}/numbers/{NUMBER}/route", {"route_to": None})

    async def ring(self, name: str = "", number: str = "") -> tuple[PhoneCall, str]:
        """A customer rings, a new one without a number, and is led to the queue; the call, and the number."""
        number = number or f"+8613811{next(self._callers):06d}"
        calls: list[PhoneCall] = []

        async def comes_through() -> bool:
            call = await self.world.carrier.place_call(
                NUMBER, number, (self.world.plan.edge, 5060), display_name=name
            )
            calls.append(call)
            with contextlib.suppress(CallEndedError):
                await call.wait_for("answered", 10)
            return call.answered

        # The edge and the node hear of the flow a moment after it was published.
        assert await until(comes_through, 10)
        return calls[-1], number

    async def talk(self, name: str = "", number: str = "") -> tuple[PhoneCall, str]:
        """A customer has rung and talks with the agent, who hears them."""
        call, number = await self.ring(name, number)
        await self.agent.offers("Answer")
        await self.agent.press("Answer")
        await hears(call, AGENT_HZ)
        await self.agent.hears(tone_of(number))
        return call, number

    async def answered(self, number: str, but: PhoneCall | None = None) -> PhoneCall:
        """The customer's line of a call to a number, once it is answered; but: of an earlier call."""
        lines: list[PhoneCall] = []

        async def is_there() -> bool:
            seen = self.world.seen(number)
            line = seen.line if seen is not None else None
            if line is not None and line is not but and line.answered:
                lines.append(line)
            return bool(lines)

        assert await until(is_there, 15), f"nobody called {number}"
        return lines[0]

    async def state(self) -> str:
        states = (await self.world.api.get(f"{self.world.path}/agent-states"))["items"]
        return str(next(each for each in states if each["user_id"] == self.users[AGENT])["state"])

    async def agent_is(self, state: str) -> None:
        async def is_so() -> bool:
            return await self.state() == state

        assert await until(is_so, 10), await self.state()

    async def all_over(self) -> None:
        """End what is left of calls, and have the agent ready again."""
        for call in await self.world.live_calls():
            await self.world.api.delete(f"{self.world.path}/calls/{call['call_id']}")
        assert await until(self.world.no_calls, 15), await self.world.live_calls()
        if await self.state() != "ready":
            await self.agent.press("Ready")
        await self.agent_is("ready")
