"""VIPs on a real node: known by the tenant's own system, put through when all is full, and a mobile that rings."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from lines_harness import (
    ANA_HZ,
    SALES,
    Desk,
    hears_music,
    known,
    published,
    talks_to,
)
from media_harness import ACME, BLOCK, CUSTOMER, CUSTOMER_HZ, Node, hears, running, until

from callmodel.agents import AgentState
from callmodel.codec import from_wire
from callmodel.directory import HQ, Did, Directory
from callmodel.flows.document import Flow
from callmodel.ids import E164, FlowId
from callmodel.privacy import number_hash
from callmodel.queues import Queue
from callmodel.vips import Vip, VipRules
from simulators.call import PhoneCall
from simulators.phone import answer_after
from simulators.tones import level_dbfs
from tests.loopback import free_port

MOBILE = E164("+8613900001111")
VIP_LINE, LINE = E164("+862155550141"), E164("+862155550142")
GENTRY = "+8613800000001"
CHANNELS, RESERVED = 10, 2
CALM = {"announces_place": False, "announce_every_seconds": None, "offer_seconds": 8, "wrap_up_seconds": 0}
SALES_QUEUE, GOLD = (Queue(ACME, queue_id, **CALM) for queue_id in (SALES, "gold"))  # type: ignore[arg-type]
NOBODY_FREE = {"kind": "queue", "queue_id": "sales", "measure": "ready", "at_most": 0}
FLOWS: dict[str, dict[str, Any]] = {
    "vip-line": {
        "free": {
            "kind": "branch", "otherwise": "wait",
            "cases": [{"next": "mobile", "when": [{"kind": "caller", "vip": True}, NOBODY_FREE]}],
        },
        "mobile": {"kind": "ring", "steps": [{"to": "{vip_mobile}", "seconds": 10}], "otherwise": "wait"},
        "wait": {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "bye"},
        "bye": {"kind": "hang_up"},
    },
    "full": {"sorry": {"kind": "play", "prompts": [{"text": "All our lines are taken just now."}], "next": "bye"},
             "bye": {"kind": "hang_up"}},
}  # fmt: skip


class Crm:
    """A tenant's system, which answers as it is told to: `vips` by number, or not at all."""

    def __init__(self, address: str) -> None:
        self.address, self.port = address, free_port(address)
        self.vips: dict[str, dict[str, Any]] = {}
        self.hangs = False
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}/vip"

    async def answer(self, request: web.Request) -> web.Response:
        caller = (await request.json())["caller"]
        self.asked.append(caller)
        if self.hangs:
            await asyncio.sleep(30)
        return web.json_response(self.vips.get(caller, {"vip": False}))


@pytest.fixture
async def crm() -> AsyncIterator[Crm]:
    made = Crm(f"127.{BLOCK}.13.1")
    application = web.Application()
    application.router.add_post("/vip", made.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, made.address, made.port).start()
    yield made
    await runner.cleanup()


def centre(rules: VipRules, vips: tuple[Vip, ...] = ()) -> Directory:
    plain = known()
    tenants = tuple(replace(each, vip_rules=rules, max_channels=CHANNELS) for each in plain.tenants)
    flows = tuple(
        from_wire(Flow, {"flow_id": name, "tenant_id": ACME, "start": next(iter(nodes)), "nodes": nodes})
        for name, nodes in FLOWS.items()
    )
    dids = (Did(VIP_LINE, ACME, flow_id=FlowId("vip-line")), Did(LINE, ACME, flow_id=FlowId("line")))
    return replace(
        plain,
        tenants=tenants,
        numbers=(*plain.numbers, *dids),
        flows=(*plain.flows, *flows),
        queues=(SALES_QUEUE, GOLD),
        vips=vips,
    )


def listed(number: str, **more: Any) -> Vip:
    [tenant] = known().tenants
    return Vip(ACME, number_hash(tenant.number_key, number), **more)


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path, BLOCK, TRUNKLINE_LOOKUP_NETWORKS="127.0.0.0/8")
    made.directory = centre(VipRules())
    async with running(made):
        yield made


@pytest.fixture
def desk(node: Node) -> Desk:
    return Desk(node)


async def with_rules(node: Node, rules: VipRules, *vips: Vip) -> None:
    node.directory = centre(rules, vips)
    await published(node, SALES_QUEUE, queues=(SALES_QUEUE, GOLD))


async def test_who_the_tenants_system_calls_a_vip_is_one_also_when_it_hangs(node: Node, desk: Desk, crm: Crm):
    await with_rules(node, VipRules(crm.url))
    crm.vips[GENTRY] = {"vip": True, "level": 3, "priority": 9, "queue_id": "gold"}
    waits = {}

    async def seen_in(caller: str) -> PhoneCall:
        before, began = len(await node.of_kind("call.queued")), time.monotonic()
        call = await node.call_in(LINE, caller)
        await call.wait_for("answered")
        waits[caller, crm.hangs] = time.monotonic() - began
        await until(lambda: _queued(node, before + 1))
        return call

    for hangs in (False, True):
        crm.hangs = hangs
        for caller, queue_id in ((GENTRY, "gold"), (CUSTOMER, "sales")):
            call = await seen_in(caller)
            assert (await node.of_kind("call.queued"))[-1]["body"]["queue_id"] == queue_id
            await call.hang_up()
    assert crm.asked == [GENTRY, CUSTOMER] * 2
    assert max(waits.values()) < 2.0, "nobody waits for a system that hangs"
    keys = [key async for key in node.redis.scan_iter("*told-vip*")]
    told = [await node.redis.get(key) for key in keys]
    assert len(keys) == 2 and all(GENTRY.removeprefix("+") not in str(text) for text in (*keys, *told))


async def _queued(node: Node, count: int) -> bool:
    return len(await node.of_kind("call.queued")) >= count


async def test_the_ninth_of_ten_channels_is_for_vips_only(node: Node, desk: Desk):
    await with_rules(node, VipRules(reserved_channels=RESERVED, full_flow=FlowId("full")), listed(GENTRY))
    ordinary = [await node.call_in(LINE, f"+86138123400{n:02}") for n in range(CHANNELS - RESERVED)]
    await until(lambda: desk.waiting_is(len(ordinary)), 15)

    ninth = await node.call_in(LINE, CUSTOMER)
    await ninth.wait_for("answered")
    await until(lambda: level_dbfs(ninth.heard(0.3)) > -40.0)
    await ninth.wait_for("ended", timeout=15)
    assert (await node.cdr())["missed"] == "tenant-channels-exhausted"

    vip = await node.call_in(LINE, GENTRY)
    await hears_music(vip)
    assert (await desk.acd.place(HQ, ACME, SALES, _call_of(await node.of_kind("call.queued")))).place == 1  # type: ignore[union-attr]

    await with_rules(node, VipRules(reserved_channels=RESERVED), listed(GENTRY))
    busy = await node.call_in(LINE, CUSTOMER)
    await busy.wait_for("ended")
    assert busy.final_code == 486

    # The VIP has one: two stay free all the same.
    for call in ordinary[:2]:
        await call.hang_up()
    await until(lambda: desk.waiting_is(len(ordinary) - 1))
    again = await node.call_in(LINE, CUSTOMER)
    await hears_music(again)


def _call_of(queued: list[dict[str, Any]]) -> Any:
    return queued[-1]["body"]["call_id"]


async def test_a_mobile_rings_while_every_agent_talks(node: Node, desk: Desk):
    await with_rules(node, VipRules(), listed(GENTRY, mobile=MOBILE))
    ana = await desk.sign_in("1001")

    async def mobile(call: PhoneCall) -> None:
        call.answer()
        await until(lambda: level_dbfs(call.heard(0.3)) > -40.0)
        call.send_dtmf("1")

    node.with_trunks({"1001": answer_after(0.0), "cheap": mobile}, hz=ANA_HZ)
    ordinary = await node.call_in(VIP_LINE, CUSTOMER)
    await talks_to(ordinary, ANA_HZ)
    await desk.becomes(ana, AgentState.TALKING)

    vip = await node.call_in(VIP_LINE, GENTRY)
    await talks_to(vip, ANA_HZ, 15)
    await hears(node.edge.calls[-1], CUSTOMER_HZ)
    await vip.hang_up()

    cdr = await node.cdr()
    assert [leg["role"] for leg in cdr["legs"]] == ["customer", "outside"] and cdr["ending"] == "completed"


async def test_the_last_free_agent_is_kept_for_vips(node: Node, desk: Desk):
    kept = replace(SALES_QUEUE, reserved_agents=1)
    node.directory = replace(centre(VipRules(), (listed(GENTRY),)), queues=(kept, GOLD))
    await published(node, kept, queues=(kept, GOLD))
    await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.0)}, hz=ANA_HZ)

    ordinary = await node.call_in(LINE, CUSTOMER)
    await hears_music(ordinary)
    vip = await node.call_in(LINE, GENTRY)
    await talks_to(vip, ANA_HZ)
    assert await desk.waiting() == 1
