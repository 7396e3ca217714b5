# ruff: noqa: E402 - the harness of the tests is imported by path, and a bench may block
"""A media node of the tests with two more extensions, where the dialplan alone calls `Dial()` and `MixMonitor()`."""

import asyncio
import csv
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS / "integration" / "media_nodes"), str(TESTS / "unit" / "media_nodes")]

from media_harness import Node, directory, until

from tests.integration.publishing import publish
from trunkline.ports import is_free

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

    def __init__(self, folder: Path, *, records: bool, neighbour: int = 0) -> None:
        """neighbour: counts nodes that stand side by side, each on addresses of its own."""
        super().__init__(folder, 224 + (os.getpid() + neighbour) % 16)
        self.records = records

    def start_asterisk(self) -> None:
        self.spool.mkdir(parents=True, exist_ok=True)
        self._start("asterisk", [sys.executable, "-c", LAUNCH])

    async def start(self) -> None:
        await super().start()
        known = directory()
        tenants = tuple(replace(tenant, records_calls=self.records, max_channels=1000) for tenant in known.tenants)
        trunks = tuple(replace(trunk, max_channels=1000) for trunk in known.trunks)
        version = await publish(self.redis, replace(known, tenants=tenants, trunks=trunks))
        await until(lambda: f'"directory loaded", "version": {version}' in self.log("conductor"))

    async def start_sipp(self) -> None:
        """Let sipp, which costs less than a phone, stand where the tests have the edge."""
        await self.edge.close()
        self._start("carrier", self._sipp("media_uas.xml", 5062))
        await until(lambda: not is_free("udp", self.edge_address, 5062))

    async def stop(self) -> None:
        if "carrier" in self.processes:
            self.processes["carrier"].kill()
        await super().stop()

    def _sipp(self, scenario: str, port: int, *more: str) -> list[str]:
        place = ["-i", self.edge_address, "-p", str(port), "-nostdin", "-buff_size", "4194304"]
        return ["sipp", f"{self.address}:5060", "-sf", str(TESTS / "sipp" / scenario), *place, *more]

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
