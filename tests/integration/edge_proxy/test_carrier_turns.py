"""One of several edges is registered at a carrier, and another takes over when it dies: real Redis, real edges."""

import asyncio
import signal
import time

from edge_harness import CARRIER, DID, Edge, snapshot, trunk, until
from redis.asyncio import Redis

from callmodel.edgesnapshot import TrunkCredentials
from edge_proxy.carrierregistrar import LEASE_MS, CarrierRegistrar, Lease
from edge_proxy.carrierregistrations import CarrierRegistration, registrations_of
from edge_proxy.trunkbook import TrunkBook
from simulators.carrier import Carrier
from simulators.digest import ha1_of

ACCOUNT = "acct7"
KNOWN = snapshot(
    trunks=(
        trunk(
            credentials=TrunkCredentials(ACCOUNT, "carrier.example", ha1_of(ACCOUNT, "carrier.example", "s3cret")),
            registers=True,
            sources=(CARRIER,),
        ),
    )
)


def wanted() -> dict[str, CarrierRegistration]:
    return registrations_of(TrunkBook(KNOWN.trunks))


def registrar_of(edge: Edge, redis: Redis, draining: set[str]) -> CarrierRegistrar:
    turn = Lease(redis, edge.host)
    return CarrierRegistrar(edge.rpc, turn, wanted, lambda: edge.host in draining, f"{edge.host}:5060")


async def test_one_edge_is_registered_and_the_other_takes_over(pair, node_of, redis):
    first, second = pair
    draining: set[str] = set()
    for edge in pair:
        edge.know(KNOWN)

    def bound_to(edge: Edge) -> bool:
        return ACCOUNT in carrier.bindings and f"{edge.host}:" in carrier.bindings[ACCOUNT][0]

    async def ring_through(edge: Edge) -> None:
        call = await carrier.place_call(DID, "013912345678", ACCOUNT)
        await node_of(edge).wait_for_call()
        await call.wait_for("answered")
        await call.hang_up()

    async with (
        Carrier(CARRIER, 5060, accounts={ACCOUNT: "s3cret"}, trace=True) as carrier,
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(registrar_of(first, redis, draining).run())]
        await until(lambda: bound_to(first), "the first edge is registered", 15)
        tasks.append(group.create_task(registrar_of(second, redis, draining).run()))
        await ring_through(first)
        first.stop("kamailio", with_signal=signal.SIGKILL)
        began = time.monotonic()
        await until(lambda: bound_to(second), "the second edge has taken over", 15)
        took = time.monotonic() - began
        await ring_through(second)
        await first.start("kamailio")
        draining.add(second.host)
        await until(lambda: bound_to(first), "the first edge has taken over from one that drains", 15)
        await ring_through(first)
        for task in tasks:
            task.cancel()
    for edge in pair:
        edge.know(snapshot())

    print(f"registered again {took:.1f} s after the edge's death")
    assert took < LEASE_MS / 1000 + 6


async def test_turn_stays_as_it_was_while_redis_is_away(redis, redis_server):
    holder, other = Lease(redis, "edge-1"), Lease(redis, "edge-2")
    assert await holder.take()
    assert not await other.take()

    redis_server.kill()
    redis_server.wait()

    assert await holder.take()
    assert not await other.take()
