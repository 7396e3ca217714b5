# ruff: noqa: E402, ASYNC220 - the harness of the tests is imported by path, and a bench may block
"""HQ's edge against a Kamailio that does the same work by a native configuration; registrations through two edges."""

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "integration" / "edge_proxy")]

from edge_harness import CARRIER, DID, DOMAIN, HQ, NODE, Edge, address, snapshot, station, trunk, until
from sip_probe import UdpProbe, message

from edge_proxy import launch
from edge_proxy.config import EdgeSettings
from simulators.digest import answer_challenge
from simulators.sip_message import SipMessage, parse_message

RUNS = 3
CALLS, CALLS_A_SECOND = 600, 60
PHONES, AT_ONCE = 1000, 50
HERTZ = os.sysconf("SC_CLK_TCK")
NATIVE = Path(__file__).with_name("native_route.cfg")


def become(kind: str) -> None:
    """Start Kamailio in place of this process: `ours`, or `native` with its own language in place of Python.

    Probing of media nodes is off in both: sipp does not answer it.
    """
    settings = EdgeSettings.load()
    launch.prepare(settings)
    path = settings.edge_dir / "kamailio.cfg"
    text = path.read_text().replace('"ds_ping_interval", 1)', '"ds_ping_interval", 0)')
    if kind == "native":
        text = re.sub(r'loadmodule "app_python3.so"|modparam\("app_python3".*|cfgengine.*|kemi\..*', "", text)
        text = re.sub(r'modparam\("topoh", "event_callback".*', "", text)
        text = re.sub(r"event_route\[core:receive-parse-error\] \{.*?\n\}", "", text, flags=re.DOTALL)
        places = {
            "RPC_PORT": settings.rpc_port,
            "INTERNAL_PORT": settings.internal_port,
            "CARRIER": os.environ["BENCH_CARRIER"],
            "DID": DID,
            "PLATFORM_DOMAIN": settings.platform_domain,
        }
        text += re.sub(r"@([A-Z_]+)@", lambda found: str(places[found.group(1)]), NATIVE.read_text())
    path.write_text(text)
    os.environ.update(launch.script_environment(settings))
    run = str(settings.edge_dir)
    os.execv(settings.kamailio_bin, ["kamailio", "-f", str(path), "-DD", "-E", "-w", run, "-Y", run, "-m", "128"])


class BenchEdge(Edge):
    """The edge of the tests; `kind`: whose routing."""

    kind = "ours"

    def _spawn(self, name: str, code: str, more: dict[str, str] | None = None) -> None:
        if name == "kamailio":
            code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import edge_bench; "
            code += f"edge_bench.become({self.kind!r})"
        super()._spawn(name, code, {"BENCH_CARRIER": CARRIER, **(more or {})})

    def cpu_seconds(self) -> float:
        """Return what all of Kamailio's processes have used."""
        main = self._children["kamailio"].pid
        fields = [stat.read_text().rsplit(")", 1)[1].split() for stat in Path("/proc").glob("[0-9]*/stat")]
        own = Path(f"/proc/{main}/stat").read_text().rsplit(")", 1)[1].split()
        counted = [own, *(each for each in fields if int(each[1]) == main)]
        return sum(int(each[11]) + int(each[12]) for each in counted) / HERTZ


def measure_requests() -> dict[str, Any]:
    """CPU of Kamailio for a carrier's calls (INVITE, ACK, BYE with media anchored): native's part of ours.

    The same as requests a second for each core, and steadier on a busy machine.
    """
    runs = []
    for _ in range(RUNS):
        native, ours = (asyncio.run(cpu_of_calls(kind)) for kind in ("native", "ours"))
        runs.append(native / ours)
    return {
        "name": "edge requests a second, for each core",
        "value": statistics.median(runs),
        "unit": "ratio",
        "aim": 0.5,
        "direction": "at-least",
        "against": "Kamailio, native configuration",
        "runs": runs,
    }


async def cpu_of_calls(kind: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        edge = BenchEdge(Path(folder))
        edge.kind = kind
        edge.know(snapshot(trunks=(trunk(sources=(CARRIER,)),)))
        edge.direct(f"sip:{NODE}:5060")
        node = None
        try:
            await edge.start()
            node = subprocess.Popen(["sipp", *sipp("edge_uas.xml", NODE)], stdout=subprocess.DEVNULL)
            await until(lambda: listens(NODE), "sipp listens")
            await calls(100)
            before = edge.cpu_seconds()
            await calls(CALLS)
            return edge.cpu_seconds() - before
        finally:
            if node is not None:
                node.kill()
                node.wait()
            edge.stop()


async def calls(count: int) -> None:
    """Make calls from the carrier, and see that all were answered."""
    more = ["-s", DID, "-m", str(count), "-r", str(CALLS_A_SECOND), "-l", "500", "-timeout", "90", f"{HQ}:5060"]
    with tempfile.TemporaryFile() as screen:
        child = await asyncio.create_subprocess_exec("sipp", *sipp("edge_uac.xml", CARRIER), *more, stdout=screen)
        assert await child.wait() == 0, "a call failed"


def sipp(scenario: str, host: str) -> list[str]:
    return ["-sf", str(TESTS / "sipp" / scenario), "-i", host, "-p", "5060", "-nostdin", "-mi", host]


def listens(host: str) -> bool:
    place = "".join(f"{int(part):02X}" for part in reversed(host.split(".")))
    return f"{place}:13C4" in Path("/proc/net/udp").read_text()


def measure_registrations() -> dict[str, Any]:
    """Seconds for PHONES registrations to be refreshed, half through each of two edges, until both have all."""
    runs = asyncio.run(refreshes())
    return {
        "name": f"{PHONES} registrations refreshed through two edges",
        "value": statistics.median(runs),
        "unit": "seconds",
        "aim": 10,
        "direction": "at-most",
        "against": "the clock",
        "runs": runs,
    }


async def refreshes() -> list[float]:
    stations = tuple(station(str(10_000 + number)) for number in range(PHONES))
    hosts = (HQ, address("10.2"))
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text("5e" * 32)
        edges = []
        for host, other in (hosts, hosts[::-1]):
            settings = {"TRUNKLINE_EDGE_PEERS": other, "TRUNKLINE_EDGE_SECRET_FILE": str(secret)}
            settings |= {"TRUNKLINE_FLOOD_REQUESTS_PER_SECOND": "100000"}
            edge = Edge(Path(folder) / host, host, environment=settings)
            edge.know(snapshot(stations=stations))
            edge.direct()
            edges.append(edge)
        try:
            await asyncio.gather(*(edge.start("kamailio") for edge in edges))
            await until(lambda: know_each_other(edges), "the edges know each other")
            return [await refresh(edges) for _ in range(RUNS + 1)][1:]
        finally:
            for edge in edges:
                edge.stop()


async def know_each_other(edges: list[Edge]) -> bool:
    listings = [str(await edge.rpc.call("dmq.list_nodes")) for edge in edges]
    return all(listing.count("active") == len(edges) for listing in listings)


async def refresh(edges: list[Edge]) -> float:
    began = time.monotonic()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> int:
        async with gate:
            return await registered(edges[number % 2].host, str(10_000 + number))

    statuses = await asyncio.gather(*(one(number) for number in range(PHONES)))
    assert set(statuses) == {200}, "a registration failed"

    async def complete() -> bool:
        counts = [
            len(set(re.findall(r"'Address': 'sip:(\d+)@", str(await edge.rpc.call("ul.dump"))))) for edge in edges
        ]
        return counts == [PHONES, PHONES]

    await until(complete, "both edges have all contacts", 20)
    return time.monotonic() - began


async def registered(host: str, user: str) -> int:
    """Register as a phone does: without credentials, then with them.  Returns the final status."""
    probe = await UdpProbe.open(address("13.1"), (host, 5060))
    own = f"<sip:{user}@{DOMAIN}>"
    headers = {"From": f"{own};tag={user}", "To": own, "Expires": "300", "Call-ID": f"{user}-{time.monotonic_ns()}"}
    # The same contact each time, as a phone that stays where it is.
    headers["Contact"] = f"<sip:{user}@{address('13.1')}:{user}>"
    try:
        challenge = await asked(probe, 1, headers)
        name, value = answer_challenge(challenge, "REGISTER", f"sip:{DOMAIN}", user, f"pw-{user}")
        return (await asked(probe, 2, headers | {name: value})).status
    finally:
        probe.close()


async def asked(probe: UdpProbe, turn: int, headers: dict[str, str]) -> SipMessage:
    probe.send(message("REGISTER", f"sip:{DOMAIN}", probe.via, headers=headers | {"CSeq": f"{turn} REGISTER"}))
    async with asyncio.timeout(5):
        return parse_message((await probe.answers.get()).encode())
