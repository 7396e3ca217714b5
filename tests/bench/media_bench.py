# ruff: noqa: ASYNC110, ASYNC220 - the harness of the tests is imported by path, and a bench may wait busily
"""A media node against bare Asterisk, on the same machine in the same run: call rate, recording, events.

Bare Asterisk is the same Asterisk with the same configuration (`bench_node`).
"""

import asyncio
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from bench_node import BARE_RATE, BARE_RECORDED, OURS, BenchNode  # first: it adds the harness's folders

import media_fakes  # isort: skip
from media_harness import until  # isort: skip

from callmodel.vouched import HEADER
from media_nodes.ari import Ari
from media_nodes.listener import Listener
from simulators.phone import answer_after

RUNS = 3
RATE_CALLS = 300
CALLS_AT_ONCE = 20
RECORDED_CALLS = 40
RECORDED_SECONDS = 30
SCENARIO = "media_uac_silent.xml"
EVENTS = 20_000
LIVE_CALLS = 100


def _result(name: str, unit: str, aim: float, direction: str, against: str, runs: list[float]) -> dict[str, Any]:
    return {
        "name": name,
        "value": statistics.median(runs),
        "unit": unit,
        "aim": aim,
        "direction": direction,
        "against": against,
        "runs": runs,
    }


def measure_call_rate() -> dict[str, Any]:
    """Calls a second with CALLS_AT_ONCE open at any time, each ended as soon as it is answered; no recording."""

    async def one(node: BenchNode, number: str) -> float:
        return RATE_CALLS / await node.call(number, SCENARIO, RATE_CALLS, "-l", str(CALLS_AT_ONCE), "-r", "1000")

    async def ratio(node: BenchNode) -> float:
        bare, ours = await one(node, BARE_RATE), await one(node, OURS)
        return ours / bare

    runs = asyncio.run(_with_node(ratio, records=False))
    return _result("calls a second through ARI", "ratio", 0.8, "at-least", "Asterisk Dial()", runs)


def measure_recorded_calls() -> dict[str, Any]:
    """CPU of Asterisk and conductor for RECORDED_CALLS recorded calls, from the first INVITE until they shall end.

    Phones of ours speak at both ends, in this process, which is not counted.
    """

    async def one(node: BenchNode, number: str) -> float:
        node.edge.on_invite = answer_after()
        before = node.cpu_seconds("asterisk", "conductor")
        vouched = {HEADER: "origin=station;tenant=acme;station=1001;site=branch-1"}
        calls = [await node.edge.dial(f"sip:{number}@{node.address}", vouched) for _ in range(RECORDED_CALLS)]
        for call in calls:
            await call.wait_for("answered", 15)
        await asyncio.sleep(RECORDED_SECONDS)
        used = node.cpu_seconds("asterisk", "conductor") - before
        assert all(call.state == "answered" for call in calls), "calls ended before their time"
        for call in calls:
            await call.hang_up()
        await until(lambda: not any(each.state != "ended" for each in node.edge.calls), 15)
        return used

    async def ratio(node: BenchNode) -> float:
        # It would end the bare calls, which are none of its own.
        node.processes["conductor"].child.send_signal(signal.SIGSTOP)
        bare = await one(node, BARE_RECORDED)
        node.processes["conductor"].child.send_signal(signal.SIGCONT)
        await until(node.ready)
        return await one(node, OURS) / bare

    runs = asyncio.run(_with_node(ratio, records=True))
    name = f"CPU of {RECORDED_CALLS} recorded two-leg calls of {RECORDED_SECONDS} s"
    return _result(name, "ratio", 1.1, "at-most", "Asterisk Dial() with MixMonitor()", runs)


async def _with_node(ratio: Callable[[BenchNode], Awaitable[float]], *, records: bool) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        node = BenchNode(Path(folder), records=records)
        try:
            await node.start()
            if not records:
                await node.start_sipp()
                # Once unmeasured: threads, pools and caches fill up.
                await node.call(BARE_RATE, SCENARIO, 40, "-l", "10", "-r", "1000")
                await node.call(OURS, SCENARIO, 40, "-l", "10", "-r", "1000")
            return [await ratio(node) for _ in range(RUNS)]
        finally:
            await node.stop()


def measure_event_cpu() -> dict[str, Any]:
    """The conductor's CPU from an event on the websocket to the call that it belongs to, among LIVE_CALLS calls."""
    runs = [asyncio.run(_event_microseconds()) for _ in range(RUNS)]
    return _result("CPU of an ARI event", "microseconds", 60, "at-most", "the clock", runs)


async def _event_microseconds() -> float:
    with tempfile.TemporaryDirectory() as folder:
        stage = media_fakes.Stage(Path(folder), capacity=LIVE_CALLS)
        ari, stop = await _chatterbox(stage)
        listener = Listener(ari, _Deaf(), stage.conductor, list, lambda: None)  # type: ignore[arg-type]
        async with asyncio.TaskGroup() as group:
            running = group.create_task(stage.conductor.run())
            await asyncio.sleep(0)
            for number in range(LIVE_CALLS):
                stage.conductor.hear(media_fakes.arrived(f"in.{number}"))
            await until(lambda: sum(len(call.legs) for call in stage.conductor.calls) == 2 * LIVE_CALLS)
            legs = [leg.leg_id for call in stage.conductor.calls for leg in call.legs]
            (Path(folder) / "legs").write_text("\n".join(legs))
            async with ari.events("trunkline") as events:
                before, heard = _cpu(), 0
                async for text in events:
                    listener._hear(text)
                    heard += 1
                    if heard == EVENTS:
                        break
                while not all(each._queue.empty() for each in stage.conductor._calls.values()):
                    await asyncio.sleep(0)
                used = _cpu() - before
            running.cancel()
        await ari.close()
        stop()
        return used / EVENTS * 1e6


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class _Deaf:
    def leg_created(self, leg_id: str) -> None:
        pass


async def _chatterbox(stage: media_fakes.Stage) -> tuple[Ari, Callable[[], None]]:
    """Start a process that talks as Asterisk does, and return the connection to it."""
    address = f"127.{240 + os.getpid() % 8}.13.1"
    child = subprocess.Popen([sys.executable, __file__, address, str(stage.folder)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    port = int(await asyncio.to_thread(child.stdout.readline))

    def stop() -> None:
        child.kill()
        child.wait()

    return Ari(address, port, "conductor", "x"), stop


def _chatter(address: str, folder: Path) -> None:
    """Serve EVENTS events, of the kinds and sizes that a call makes, to whoever connects."""

    def event(kind: str, leg: str) -> str:
        channel = {
            "id": leg, "name": "PJSIP/edge-01", "state": "Up", "protocol_id": "ec5ad4b0-9f2f", "language": "en",
            "caller": {"name": "", "number": "+862155550100"}, "connected": {"name": "", "number": "+8613812345678"},
            "accountcode": "", "creationtime": "2026-11-23T09:39:29.716+0000",
            "dialplan": {"context": "edge", "exten": "s", "priority": 1, "app_name": "Stasis", "app_data": "out"},
        }  # fmt: skip
        told: dict[str, Any] = {"type": kind, "timestamp": "2026-11-23T09:39:29.716+0000", "application": "trunkline"}
        if kind == "Dial":
            told |= {"peer": channel, "dialstatus": "RINGING", "dialstring": "edge/sip:x@y", "forward": ""}
        else:
            told |= {"channel": channel}
        return json.dumps(told)

    async def events(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        legs = (folder / "legs").read_text().split()
        kinds = ("Dial", "StasisStart", "ChannelHold", "Dial")
        lines = [event(kinds[n % 4], legs[n % len(legs)]) for n in range(1000)]
        for n in range(EVENTS):
            await socket.send_str(lines[n % 1000])
        async for message in socket:
            if message.type is aiohttp.WSMsgType.CLOSE:
                break
        return socket

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/ari/events", events)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, address, 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.sleep(120)

    asyncio.run(serve())


if __name__ == "__main__":
    _chatter(sys.argv[1], Path(sys.argv[2]))
