"""From a fact to the browsers' sockets: 500 agents on the board, 50 changes a second, and calls beside them.

The real API, fact consumer and portal as processes of their own, on a real Redis.  50 browsers follow everything.
Agents pause and are ready again by the same scripts that a node's legs and the API run; calls come as facts on the
stream.  Measured from just before Redis or the stream is told to when a browser's socket has the event.
"""

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "integration" / "control_plane" / "facts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "integration" / "control_plane" / "api"))
sys.path.insert(0, str(Path(__file__).parents[1] / "integration" / "tenant_portal"))

from api_house import ADMIN_PASSWORD, signed_in
from facts_house import live_call, new_call_id
from portal_house import Browser, PortalHouse

from callmodel import keys
from callmodel.agents import Seat
from callmodel.codec import to_wire
from callmodel.ids import AgentId, Extension, NodeId, ProviderId, SiteId, TenantId, UserId
from callmodel.wire import Envelope
from control_plane.features.users.store import UserStore
from control_plane.migrations import MIGRATIONS
from control_plane.people.accounts import Account, add_account
from control_plane.people.agents import agent_of
from control_plane.people.permissions import Role
from control_plane.times import now_ms
from hotstate.acd import Acd
from servicekit.redisio import connect
from servicekit.stores import open_store

TENANT, POOL, SITE, NODE = TenantId("acme"), ProviderId("hq"), SiteId("hq"), NodeId("node-1")
AGENTS, BROWSERS = 500, 50
CHANGES_A_SECOND, CALLS_A_SECOND = 50, 10
SECONDS, RUNS = 10.0, 3
SETTLE_SECONDS = 3.0

Sent = dict[str, float]


def measure() -> list[dict[str, Any]]:
    """Return how long 95 of 100 events take to the browsers, of agents and of calls."""
    with tempfile.TemporaryDirectory() as folder:
        house = PortalHouse(Path(folder), TRUNKLINE_PORTAL_SOCKETS_PER_SESSION=str(BROWSERS))
        try:
            house.start()
            runs = asyncio.run(measured(house))
        finally:
            house.stop()
    load = f"{AGENTS} agents, {CHANGES_A_SECOND}/s, {BROWSERS} browsers"
    shared = {"unit": "ms", "aim": 100.0, "direction": "at-most", "against": "the budget"}
    return [
        {"name": f"portal: {what} to socket, p95, {load}", "runs": figures, "value": statistics.median(figures)}
        | shared
        for what, figures in runs.items()
    ]


async def measured(house: PortalHouse) -> dict[str, list[float]]:
    admin = await signed_in(house.url, "admin", ADMIN_PASSWORD)
    await admin.make("/tenants", {"tenant_id": TENANT, "name": "Acme"})
    redis = connect(house.environment["TRUNKLINE_REDIS_URL"])
    acd = Acd(redis)
    people = await hire(house, acd)
    board = Board()
    async with Browser(house.portals[0]) as browser:
        await browser.sign_in("admin", ADMIN_PASSWORD)
        await browser.call("PUT", "/session/tenant", {"tenant_id": TENANT})
        async with asyncio.TaskGroup() as watching:
            tasks = [watching.create_task(board.watch(browser)) for _ in range(BROWSERS)]
            await board.all_there.wait()
            runs: dict[str, list[float]] = {"an agent's change": [], "a call's fact": []}
            for _ in range(RUNS):
                board.forget()
                await asyncio.gather(
                    steadily(CHANGES_A_SECOND, lambda: change(acd, people, board.sent)),
                    steadily(CALLS_A_SECOND, lambda: call(redis, board.sent)),
                )
                await asyncio.sleep(SETTLE_SECONDS)
                runs["an agent's change"].append(board.p95_ms("agent"))
                runs["a call's fact"].append(board.p95_ms("call"))
            for task in tasks:
                task.cancel()
    await redis.aclose()
    return runs


class Board:
    """What all browsers saw, and when.  `sent`: by what an event names, when it was told (monotonic seconds)."""

    def __init__(self) -> None:
        self.sent: Sent = {}
        self._took: dict[str, list[float]] = {}
        self._there = 0
        self.all_there = asyncio.Event()

    def forget(self) -> None:
        self.sent.clear()
        self._took = {"agent": [], "call": []}

    def p95_ms(self, what: str) -> float:
        took, expected = self._took[what], sum(name.startswith(what) for name in self.sent) * BROWSERS
        # A lost event is no fast one.
        assert len(took) >= 0.99 * expected, f"{len(took)} of {expected} events came"
        print(
            f"  {what}: p50 {statistics.median(took) * 1e3:.1f} ms, max {max(took) * 1e3:.0f} ms, {len(took)} events"
        )
        return statistics.quantiles(took, n=20)[-1] * 1e3

    async def watch(self, browser: Browser) -> None:
        events = Browser(browser.url)
        events.cookie = browser.cookie
        async with events, events.events() as socket:
            await socket.until("snapshot")
            self._there += 1
            if self._there == BROWSERS:
                self.all_there.set()
            async for message in socket.socket:
                self._note(json.loads(message.data), time.monotonic())

    def _note(self, event: dict[str, Any], at: float) -> None:
        match event["kind"]:
            case "agent.changed":
                name = f"agent:{event['agent']['user_id']}:{event['agent']['since_ms']}"
            case "call.changed":
                name = f"call:{event['call']['call_id']}"
            case _:
                return
        if name in self.sent:
            self._took[name.partition(":")[0]].append(at - self.sent[name])


async def hire(house: PortalHouse, acd: Acd) -> list[Account]:
    """Have agents who are signed in and paused; no password fits them."""
    store = open_store(house.environment["TRUNKLINE_STORE_URL"], MIGRATIONS)
    await acd.note_pool(POOL)
    people = []
    for number in range(AGENTS):
        user_id, roles = UserId(f"00000000-0000-7000-8000-{number:012d}"), {TENANT: frozenset({Role.AGENT})}
        account = Account(
            user_id, f"agent-{number}", f"Agent {number}", "-", f"tenant:{TENANT}", False, roles, True, 0, 0
        )
        await add_account(store, account)
        await UserStore(store).list_under(TENANT, user_id)
        await acd.sign_in(agent_of(account, POOL), Seat(TENANT, Extension(f"{10_000 + number}"), SITE), now_ms())
        people.append(account)
    await store.close()
    return people


async def change(acd: Acd, people: list[Account], sent: Sent) -> None:
    """Have an agent who is ready pause, and one who is paused be ready."""
    agent_id, at_ms = AgentId(random.choice(people).user_id), now_ms()
    sent[f"agent:{agent_id}:{at_ms}"] = time.monotonic()
    view = await acd.agent(POOL, agent_id)
    assert view is not None
    if view.state.value == "ready":
        await acd.pause(POOL, agent_id, "lunch", at_ms)
    else:
        await acd.make_ready(POOL, agent_id, at_ms)


async def call(redis: Any, sent: Sent) -> None:
    made = live_call(new_call_id(), "talking", TENANT)
    envelope = Envelope(f"{made.call_id}:1", "call.answered", TENANT, NODE, now_ms(), to_wire(made))
    sent[f"call:{made.call_id}"] = time.monotonic()
    await redis.xadd(keys.facts(TENANT), {"m": json.dumps(to_wire(envelope))})


async def steadily(a_second: int, do: Callable[[], Awaitable[None]]) -> None:
    """Do something so often a second, however long it takes."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in range(int(a_second * SECONDS)):
            await asyncio.sleep(max(0.0, began + number / a_second - loop.time()))
            group.create_task(_done(do))


async def _done(do: Callable[[], Awaitable[None]]) -> None:
    await do()
