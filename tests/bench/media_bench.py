# ruff: noqa: E402, ASYNC110, ASYNC220 - the harness of the tests is imported by path, and a bench may wait busily
"""A media node against bare Asterisk, on the same machine in the same run: call rate, recording, events.

Load comes from sipp; bare Asterisk is the same Asterisk with the same configuration, where the dialplan alone calls
`Dial()` and `MixMonitor()`.
"""

import asyncio
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "integration" / "media_nodes"), str(TESTS / "unit" / "media_nodes")]

import media_fakes
from media_harness import Node, directory, until

from callmodel import keys
from callmodel.codec import to_wire
from media_nodes.ari import Ari
from media_nodes.listener import Listener
from servicekit import snapshots

RUNS = 3
RATE_CALLS = 300
CALLS_AT_ONCE = 20
RECORDED_CALLS = 25
RECORDED_SECONDS = 10
EVENTS = 20_000
LIVE_CALLS = 100
BARE_RATE, BARE_RECORDED, OURS = "rate", "recorded", "13812345678"

LAUNCH = """
import os
from servicekit.settings import load
from media_nodes.config import MediaSettings
from media_nodes.launch import command_of
from media_nodes.rendering import render
settings = load(MediaSettings)
edge = settings.edges[0]
dialplan = f'''
exten => rate,1,Dial(PJSIP/edge/sip:customer@{edge})
exten => recorded,1,MixMonitor({settings.spool_dir}/bare-${{UNIQUEID}}.raw,D)
 same => n,Dial(PJSIP/edge/sip:customer@{edge})
'''
modules = ("app_dial.so", "func_strings.so")
command = command_of(settings.asterisk_root, render(settings, extra_modules=modules, extra_dialplan=dialplan))
os.execv(command[0], command)
"""


class BenchNode(Node):
    """The node of the tests with two bare extensions; sipp stands where the tests have a phone."""

    def __init__(self, folder: Path, *, records: bool) -> None:
        super().__init__(folder, 224 + os.getpid() % 16)
        self.records = records

    def start_asterisk(self) -> None:
        self.spool.mkdir(parents=True, exist_ok=True)
        self._start("asterisk", [sys.executable, "-c", LAUNCH])

    async def start(self) -> None:
        await super().start()
        await self.edge.close()
        known = directory()
        tenants = tuple(replace(tenant, records_calls=self.records, max_channels=1000) for tenant in known.tenants)
        trunks = tuple(replace(trunk, max_channels=1000) for trunk in known.trunks)
        document = to_wire(replace(known, tenants=tenants, trunks=trunks))
        version = await snapshots.publish(self.redis, keys.DIRECTORY, document)
        await until(lambda: f'"directory loaded", "version": {version}' in self.log("conductor"))
        self._start("carrier", self._sipp("media_uas.xml", 5062, "-rtp_echo", "-mp", "7000"))

    async def stop(self) -> None:
        if "carrier" in self.processes:
            self.processes["carrier"].kill()
        await super().stop()

    def _sipp(self, scenario: str, port: int, *more: str) -> list[str]:
        text = (TESTS / "sipp" / scenario).read_text().replace("@TONE@", str(self._tone()))
        path = self.folder / scenario
        path.write_text(text)
        place = ["-i", self.edge_address, "-p", str(port), "-nostdin", "-buff_size", "4194304"]
        return ["sipp", f"{self.address}:5060", "-sf", str(path), *place, *more]

    def _tone(self) -> Path:
        path = self.folder / "tone.ulaw"
        if not path.exists():
            from simulators.g711 import PCMU, encode
            from simulators.tones import tone

            path.write_bytes(encode(tone(440, 60.0), PCMU))
        return path

    async def call(self, number: str, scenario: str, calls: int, *more: str) -> float:
        """Make so many calls to a number and return the seconds they took.  Raises RuntimeError if one failed."""
        stat = self.folder / "stat.csv"
        stat.unlink(missing_ok=True)
        counted = ["-s", number, "-m", str(calls), "-trace_stat", "-stf", str(stat), "-timeout", "120", *more]
        command = self._sipp(scenario, 5070, "-mp", "40000", *counted)
        began = time.monotonic()
        child = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await child.wait()
        took = time.monotonic() - began
        rows = list(csv.DictReader(stat.open(), delimiter=";"))
        if int(rows[-1]["SuccessfulCall(C)"]) != calls:
            raise RuntimeError(f"{rows[-1]['FailedCall(C)']} of {calls} calls to {number} failed")
        return took

    def cpu_seconds(self) -> float:
        """Return what Asterisk and the conductor have used so far."""
        ticks = 0
        for name in ("asterisk", "conductor"):
            fields = Path(f"/proc/{self.processes[name].child.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


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
        return RATE_CALLS / await node.call(
            number, "media_uac_silent.xml", RATE_CALLS, "-l", str(CALLS_AT_ONCE), "-r", "1000"
        )

    async def ratio(node: BenchNode) -> float:
        bare, ours = await one(node, BARE_RATE), await one(node, OURS)
        return ours / bare

    runs = asyncio.run(_with_node(ratio, records=False))
    return _result("calls a second through ARI", "ratio", 0.8, "at-least", "Asterisk Dial()", runs)


def recorded_calls() -> dict[str, Any]:
    """CPU of Asterisk and conductor for RECORDED_CALLS calls of RECORDED_SECONDS with sound both ways, recorded.

    Not run by `make bench` yet (hence no `measure_`): sipp fails the longer calls, and the reason is not found.
    """

    async def one(node: BenchNode, number: str) -> float:
        before = node.cpu_seconds()
        calls, hold = str(RECORDED_CALLS), str(RECORDED_SECONDS * 1000)
        await node.call(number, "media_uac_speaking.xml", RECORDED_CALLS, "-l", calls, "-r", "25", "-d", hold)
        return node.cpu_seconds() - before

    async def ratio(node: BenchNode) -> float:
        bare, ours = await one(node, BARE_RECORDED), await one(node, OURS)
        return ours / bare

    runs = asyncio.run(_with_node(ratio, records=True))
    name = "CPU of recorded two-leg calls"
    return _result(name, "ratio", 1.1, "at-most", "Asterisk Dial() with MixMonitor()", runs)


async def _with_node(ratio: Callable[[BenchNode], Awaitable[float]], *, records: bool) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        node = BenchNode(Path(folder), records=records)
        try:
            await node.start()
            # Once unmeasured: threads, pools and caches fill up.
            await node.call(BARE_RATE, "media_uac_silent.xml", 40, "-l", "10", "-r", "1000")
            await node.call(OURS, "media_uac_silent.xml", 40, "-l", "10", "-r", "1000")
            return [await ratio(node) for _ in range(RUNS)]
        finally:
            await node.stop()


def measure_event_cpu() -> dict[str, Any]:
    """The conductor's CPU from an event on the websocket to the call that it belongs to, among LIVE_CALLS calls."""
    runs = [asyncio.run(_event_microseconds()) for _ in range(RUNS)]
    return _result("CPU of an ARI event", "microseconds", 60, "at-most", "the clock", runs)


async def _event_microseconds() -> float:
    with tempfile.TemporaryDirectory() as folder:
        stage = media_fakes.Stage(Path(folder))
        ari, stop = await _chatterbox(stage)
        listener = Listener(ari, _Deaf(), stage.conductor, list, lambda: None)  # type: ignore[arg-type]
        async with asyncio.TaskGroup() as group:
            running = group.create_task(stage.conductor.run())
            await asyncio.sleep(0)
            for number in range(LIVE_CALLS):
                stage.conductor.hear(media_fakes.arrived(f"in.{number}"))
            while sum(len(call.legs) for call in stage.conductor.calls) < 2 * LIVE_CALLS:
                await asyncio.sleep(0)
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
