"""Media nodes come, drain, die and return, and calls go where they can be served."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from edge_harness import (
    CARRIER,
    DID,
    DOMAIN,
    HQ,
    NODE,
    PLATFORM,
    REDIS,
    Edge,
    address,
    snapshot,
    trunk,
    trunk_headers,
    until,
)
from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import from_wire, to_wire
from callmodel.edgecarriers import EdgeCarriers, TrunkRegistration
from callmodel.edgesnapshot import NodeHealth, TrunkCredentials
from callmodel.ids import NodeId, TrunkId
from edge_proxy.view import LOOK_SECONDS
from servicekit.snapshots import Published
from simulators.call import PhoneCall
from simulators.carrier import Carrier
from simulators.digest import ha1_of
from simulators.phone import Softphone, reject_with
from tests.integration.publishing import publish

PHONE, NODE_2 = address("10.11"), address("11.2")


@pytest.fixture
async def edge(no_hq: None, tmp_path: Path, redis: Redis) -> AsyncIterator[Edge]:
    """An HQ edge with its agent, on Redis, knowing nothing yet."""
    settings = {"TRUNKLINE_SNAPSHOT": "redis", "TRUNKLINE_REDIS_URL": f"redis://{REDIS}:6390/0"}
    made = Edge(tmp_path, environment=settings)
    try:
        await made.start()
        await made.start_agent()
        yield made
    finally:
        made.stop()


def second_node() -> Softphone:
    return Softphone("node", PLATFORM, proxy=(HQ, 5062), bind=NODE_2, port=5060, tone_hz=900)


async def report(redis: Redis, node_id: str, host: str, *, draining: bool = False, calls: int = 0) -> None:
    health = NodeHealth(NodeId(node_id), f"{host}:5060", 100, calls, draining, int(time.time() * 1000))
    await redis.sadd(keys.NODES, node_id)
    await redis.set(keys.heartbeat(NodeId(node_id)), json.dumps(to_wire(health)), ex=5)


async def serving(edge: Edge) -> set[str]:
    return {target.uri for target in await edge.rpc.dispatcher_targets() if target.group == 1 and target.serves}


async def serves_only(edge: Edge, *hosts: str) -> bool:
    return await serving(edge) == {f"sip:{host}:5060" for host in hosts}


async def call_from_phone() -> int:
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE) as phone:
        call = await phone.dial("13812345678")
        try:
            await call.wait_for("answered")
        except Exception:
            return call.final_code
        await call.hang_up()
        return 200


async def test_agent_applies_what_the_control_plane_and_the_nodes_say(edge, redis, node):
    await publish(redis, snapshot())
    await report(redis, "node-1", NODE)
    await until(lambda: serves_only(edge, NODE), "the node serves")
    await until(lambda: edge.knows("station", f"{DOMAIN}/1001"), "the state is written")

    assert await call_from_phone() == 200

    await publish(redis, snapshot(stations=()))
    await until(lambda: not edge.knows("station", f"{DOMAIN}/1001"), "the new state is written")
    await asyncio.sleep(2 * LOOK_SECONDS)

    assert await call_from_phone() == 407


async def test_draining_node_gets_no_new_calls_and_may_still_call(edge, redis, node):
    await publish(redis, snapshot())
    async with second_node(), Carrier(CARRIER, 5060, ip_authentication={HQ}):
        await report(redis, "node-1", NODE)
        await report(redis, "node-2", NODE_2)
        await until(lambda: serves_only(edge, NODE, NODE_2), "both nodes serve")
        await report(redis, "node-1", NODE, draining=True)
        await until(lambda: serves_only(edge, NODE_2), "the draining node is out")
        for _ in range(4):
            assert await call_from_phone() == 200
        assert node.incoming.empty()

        call = await node.dial("sip:+8613812345003@x.invalid", trunk_headers())
        await call.wait_for("answered")
        await call.hang_up()


async def test_node_that_falls_silent_is_out_and_returns(edge, redis, node):
    await publish(redis, snapshot())
    await report(redis, "node-1", NODE)
    await until(lambda: serves_only(edge, NODE), "the node serves")
    await redis.delete(keys.heartbeat(NodeId("node-1")))
    await until(lambda: serves_only(edge), "the silent node is out", 8)

    assert await call_from_phone() == 503

    await report(redis, "node-1", NODE)
    await until(lambda: serves_only(edge, NODE), "the node is back")


async def test_redis_that_goes_away_changes_nothing(edge, redis, redis_server, node):
    await publish(redis, snapshot())
    await report(redis, "node-1", NODE)
    await until(lambda: serves_only(edge, NODE), "the node serves")
    await until(lambda: edge.knows("station", f"{DOMAIN}/1001"), "the state is written")
    redis_server.send_signal(signal.SIGTERM)
    redis_server.wait(5)
    edge.stop("kamailio", with_signal=signal.SIGKILL)
    await edge.start("kamailio")

    assert await serves_only(edge, NODE)
    assert await call_from_phone() == 200


async def test_snapshot_of_nonsense_changes_nothing(edge, redis, node):
    await publish(redis, snapshot())
    await until(lambda: edge.knows("station", f"{DOMAIN}/1001"), "the state is written")
    published = Published(redis, keys.EDGE)
    nonsense = {"station": {f"{DOMAIN}/1001": {"ha1": 5}}}
    await published.publish(await published.begin(), {"tenant:acme": nonsense})
    await until(lambda: "snapshot part refused" in edge.log("agent").read_text(), "the agent refuses it")

    assert edge.knows("station", f"{DOMAIN}/1001")["tenant_id"] == "acme"


async def test_readiness_tells_whether_the_engines_answer(edge):
    await until(lambda: readyz(200), "ready")
    edge.stop("rtpengine")
    await until(lambda: readyz(503), "not ready without rtpengine")


async def readyz(expected: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HQ, 9104)
    except OSError:
        return False
    writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return str(expected).encode() in line


async def test_trunk_that_registers_does_so_with_its_ha1_and_again_after_a_restart(edge, redis, node):
    credentials = TrunkCredentials("acct7", "carrier.example", ha1_of("acct7", "carrier.example", "s3cret"))
    registering = trunk(credentials=credentials, registers=True, sources=(CARRIER,))
    await report(redis, "node-1", NODE)
    accounts = {"acct7": "s3cret"}
    async with Carrier(CARRIER, 5060, accounts=accounts) as carrier:
        await publish(redis, snapshot(trunks=(registering,)))
        await until(lambda: "acct7" in carrier.bindings, "the carrier has our binding", 15)
        await until(lambda: serves_only(edge, NODE), "the node serves")
        call = await carrier.place_call(DID, "013912345678", "acct7")
        await node.wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()

        await until(lambda: reports(redis, registered=True), "the edge reports that it is registered")

        carrier.bindings.clear()
        accounts["acct7"] = "changed without a word"
        edge.stop("kamailio", with_signal=signal.SIGKILL)
        await edge.start("kamailio")
        await until(lambda: reports(redis, registered=False), "it reports that the carrier does not have it")
        accounts["acct7"] = "s3cret"
        edge.stop("kamailio", with_signal=signal.SIGKILL)
        await edge.start("kamailio")
        await until(lambda: "acct7" in carrier.bindings, "the carrier has our binding again", 15)


async def reports(redis: Redis, *, registered: bool) -> bool:
    said = await redis.get(keys.edge_carriers("hq-edge"))
    told = from_wire(EdgeCarriers, json.loads(said)).registrations if said else ()
    return told == (TrunkRegistration(TrunkId("trunk-1"), registered),)


async def test_dead_node_is_passed_over_within_a_second_or_so(hq, node):
    # Nobody is at the first address: every other call starts there.
    async with second_node():
        await hq.rpc.dispatcher_add(1, f"sip:{NODE_2}:5060")
        await node.close()
        took = []
        for _ in range(4):
            started = time.monotonic()
            assert await call_from_phone() == 200
            took.append(time.monotonic() - started)

    assert max(took) < 2.5


async def test_the_emptier_node_gets_the_calls_and_the_fuller_one_those_it_refuses(edge, redis, node):
    await publish(redis, snapshot())
    async with second_node() as second:
        await report(redis, "node-1", NODE, calls=50)
        await report(redis, "node-2", NODE_2, calls=10)
        await until(lambda: serves_only(edge, NODE_2), "the emptier node is preferred")
        for _ in range(4):
            assert await call_from_phone() == 200
        assert node.incoming.empty()

        second.on_invite = reject_with(503)
        assert await call_from_phone() == 200
        assert not node.incoming.empty()

        # Its silence is not reported yet: the edge finds out by itself.
        await second.close()
        assert await call_from_phone() == 200
        node.on_invite = reject_with(503)
        assert await call_from_phone() == 503


async def test_node_without_a_conductor_is_passed_over(hq, node):
    node.on_invite = reject_with(503)
    async with second_node():
        await hq.rpc.dispatcher_add(1, f"sip:{NODE_2}:5060")
        for _ in range(3):
            assert await call_from_phone() == 200


async def test_no_media_node_at_all_is_503(hq):
    assert await call_from_phone() == 503


@pytest.mark.parametrize(("cause", "expected"), [(34, 503), (42, 200)], ids=["conductor", "no-conductor"])
async def test_failure_that_a_conductor_reports_is_not_tried_at_another_node(hq, node, cause, expected):
    async def fail(call: PhoneCall) -> None:
        reason = [("Reason", f"Q.850;cause={cause}")]
        call._agent.respond(call._server, 503, tag=call.dialog.local_tag, headers=reason)

    node.on_invite = fail
    async with second_node():
        await hq.rpc.dispatcher_add(1, f"sip:{NODE_2}:5060")
        answers = [await call_from_phone() for _ in range(2)]

    # They take turns: one of two calls meets the node that fails.
    assert sorted(answers) == sorted([200, expected])
