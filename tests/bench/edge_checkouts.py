# ruff: noqa: ASYNC220 - a bench may block
"""This checkout's edge beside another's, in turn and in one run: Kamailio's CPU a call, and the time to set it up.

`python tests/bench/edge_checkouts.py FOLDER [--pace 150] [--calls 200] [--pairs 25] [--set-ups 500] [--workers N]`.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from edge_bench import CALLS_A_SECOND, HQ, NODE, BenchEdge, address, calls, cpu_of_a_call, listens, sipp
from edge_harness import CARRIER, DID, snapshot, trunk, until
from set_up_probe import SetUpProbe
from sip_probe import UdpProbe, message

from callmodel.codec import to_wire
from callmodel.edgesnapshot import EdgeSnapshot
from edge_proxy.hops import Places
from edge_proxy.ladders import Ladders, Pipe

OWN = Path(__file__).resolve().parents[2]
ROOMS = ("edge-proxy", "control-plane", "infra", "media-nodes")


class EdgeOf(BenchEdge):
    """The edge of a checkout."""

    checkout = OWN
    workers: int | None = None

    @property
    def settings(self) -> dict[str, str]:
        # As each is delivered, where nothing is said.
        shipped = {name: value for name, value in super().settings.items() if name != "TRUNKLINE_EDGE_WORKERS"}
        # Else nothing is told of messages: an edge of HQ's is asked over Redis.
        shipped |= {"TRUNKLINE_SNAPSHOT": "redis"}
        return shipped | ({"TRUNKLINE_EDGE_WORKERS": str(self.workers)} if self.workers else {})

    def _spawn(self, name: str, code: str, more: dict[str, str] | None = None) -> None:
        if name == "kamailio":
            code = f"import sys; sys.path.insert(0, {str(self.checkout / 'tests' / 'bench')!r}); import edge_bench; "
            code += "edge_bench.become('ours')"
        rooms = ":".join(str(self.checkout / room) for room in ROOMS)
        super(BenchEdge, self)._spawn(name, code, {"PYTHONPATH": rooms, **(more or {})})

    def know(self, known: EdgeSnapshot, places: Places | None = None) -> None:
        super().know(known, places)
        # Checkouts from before configuration came in parts read one document.
        whole = {"snapshot": {**to_wire(known), "version": 1}, "addresses": {}}
        (self.run / "state.json").write_text(json.dumps(whole))

    async def _kamailio_answers(self) -> bool:
        # Not by RPC: how that is asked belongs to the checkout too.
        probe = await UdpProbe.open(CARRIER, (self.host, 5060))
        try:
            probe.send(message("OPTIONS", f"sip:{self.host}", probe.via))
            async with asyncio.timeout(0.2):
                return " 200 " in (await probe.answers.get()).partition("\r\n")[0]
        except TimeoutError:
            return False
        finally:
            probe.close()


Pairs = list[tuple[float, float]]
"""Of the other's edge and of ours."""


async def in_turn(asked: argparse.Namespace) -> tuple[Pairs, Pairs]:
    """Return the seconds that the set-up of calls took both edges, and the seconds of CPU that a call cost them."""
    folders = tempfile.TemporaryDirectory()
    async with asyncio.TaskGroup() as group, contextlib.AsyncExitStack() as ending:
        folder = ending.enter_context(folders)
        edges: list[EdgeOf] = []
        for name, checkout, host in (("other", asked.folder.resolve(), address("10.2")), ("own", OWN, HQ)):
            edge = EdgeOf(Path(folder) / name, host)
            edge.checkout, edge.workers = checkout, asked.workers
            edge.know(snapshot(trunks=(trunk(sources=(CARRIER,)),)))
            edge.direct(f"sip:{NODE}:5060")
            ending.callback(edge.stop)
            await edge.start()
            # Whoever tells of messages is heard, as by the agent, in this process, which is not counted.
            pipe = Pipe(edge.run, Ladders(name, 100_000, 3600))
            pipe.open()
            ending.push_async_callback(pipe.close)
            reading = group.create_task(pipe.run())
            ending.callback(reading.cancel)
            edges.append(edge)
        set_ups = set_ups_in_turn(edges, asked.set_ups)
        node = subprocess.Popen(["sipp", *sipp("edge_uas.xml", NODE)], stdout=subprocess.DEVNULL)
        ending.callback(node.wait)
        ending.callback(node.kill)
        await until(lambda: listens(NODE), "sipp listens")
        for edge in edges:
            await calls(edge, 200, "-r", "50")
        return set_ups, await costs_in_turn(edges, asked.pace, asked.calls, asked.pairs)


def set_ups_in_turn(edges: list[EdgeOf], count: int) -> Pairs:
    """Place calls one by one, by turns, and return how long each took to get through."""
    found = []
    with SetUpProbe(CARRIER, NODE, DID) as probe:
        for number in range(count):
            took = {place: probe.set_up_seconds(edges[place].host) for place in order_of(number)}
            found.append((took[0], took[1]))
    # The first ones warm the workers up.
    return found[count // 10 :]


async def costs_in_turn(edges: list[EdgeOf], pace: int, count: int, pairs: int) -> Pairs:
    found = []
    for number in range(pairs):
        try:
            costs = {place: await cpu_of_a_call(edges[place], count, pace) for place in order_of(number)}
        except AssertionError as failed:
            # What is sent twice costs twice: a machine that is too busy says nothing of either.
            print(f"  left out: {failed}")
            continue
        found.append((costs[0], costs[1]))
        print(f"  other {costs[0] * 1e3:.3f} ms, own {costs[1] * 1e3:.3f} ms: {costs[1] / costs[0]:.3f} x")
    return found


def order_of(number: int) -> tuple[int, int]:
    """Who is first changes: what the other has left behind in the caches is no one's advantage."""
    return (0, 1) if number % 2 else (1, 0)


def told(what: str, found: Pairs) -> str:
    """Return the medians of both and of their ratios, with the middle half of those.

    First quartiles besides: what others on the machine disturb least.
    """
    low, middle, high = statistics.quantiles((own / other for other, own in found), n=4)
    other, own = (statistics.median(column) * 1e3 for column in zip(*found, strict=True))
    both = f"{what}: {other:.3f} and {own:.3f} ms"
    undisturbed = [statistics.quantiles(column, n=4)[0] for column in zip(*found, strict=True)]
    quiet = f"first quartiles {undisturbed[1] / undisturbed[0]:.3f} x"
    return f"{both}; of medians {own / other:.3f} x, pairs {middle:.3f} x ({low:.3f} to {high:.3f}), {quiet}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pace", type=int, default=CALLS_A_SECOND)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=25)
    parser.add_argument("--set-ups", type=int, default=500)
    parser.add_argument("--workers", type=int, help="for each socket of both, instead of what each is delivered with")
    asked = parser.parse_args()
    set_ups, costs = asyncio.run(in_turn(asked))
    print(told("set-up of a call", set_ups))
    print(told(f"CPU a call at {asked.pace} calls/s", costs))


if __name__ == "__main__":
    sys.exit(main())
