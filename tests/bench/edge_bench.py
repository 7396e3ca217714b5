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
sys.path[:0] = [str(TESTS.parent), str(TESTS / "integration" / "edge_proxy")]

from edge_harness import CARRIER, DID, DOMAIN, HQ, NODE, PATIENCE, Edge, address, snapshot, station, trunk, until
from sip_probe import UdpProbe, message

from edge_proxy import launch
from edge_proxy.config import EdgeSettings
from simulators.digest import answer_challenge
from simulators.sip_message import SipMessage, parse_message

RUNS = 5
# Fast enough that idle processes and cold caches do not count, far from what either can take.
CALLS, CALLS_A_SECOND = 600, 150
# A call is open for 0.3 s and more: 200 at once would be 600 a second, whoever takes them.
SATURATING, OPEN_AT_ONCE = 3000, 800
PHONES, AT_ONCE = 1000, 50
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
        text = re.sub(r"event_route\[(core:receive-parse-error|topoh:\S+)\] \{.*?\n\}", "", text, flags=re.DOTALL)
        text = re.sub(r".*python_exec\(.*|.*\$\(var\(anew\).*", "", text)
        places = {
            "RPC_PORT": settings.rpc_port,
            "INTERNAL_PORT": settings.internal_port,
            "CARRIER": os.environ["BENCH_CARRIER"],
            "DID": DID,
            "SECRET": "5e" * 32,
            "PLATFORM_DOMAIN": settings.platform_domain,
        }
        text += re.sub(r"@([A-Z_]+)@", lambda found: str(places[found.group(1)]), NATIVE.read_text())
    path.write_text(text)
    os.environ.update(launch.script_environment(settings))
    command = launch.kamailio_command(settings)
    os.execv(command[0], command)


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
        forked = [int(pid) for pid in Path(f"/proc/{main}/task/{main}/children").read_text().split()]
        # In nanoseconds: a clock tick is as long as five calls.
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in (main, *forked)) / 1e9


def measure_requests() -> list[dict[str, Any]]:
    """A carrier's calls (INVITE, ACK, BYE, media anchored) through both in turn, started once, on the same machine.

    CPU a call can be compared on a busy machine; calls a second say what is left where everything shares the cores.
    """
    cpu, rates = asyncio.run(in_turn())
    against = "Kamailio, native configuration"
    shared = {"unit": "ratio", "direction": "at-least", "against": against}
    return [
        {"name": "edge: CPU a call, native against ours", "value": statistics.median(cpu), "aim": 0.5, "runs": cpu}
        | shared,
        {"name": "edge: calls a second at saturation", "value": statistics.median(rates), "aim": 0.5, "runs": rates}
        | shared,
    ]


async def in_turn() -> tuple[list[float], list[float]]:
    """Return native's CPU a call as a part of ours, and our calls a second as a part of native's, for each pair."""
    with tempfile.TemporaryDirectory() as folder:
        edges = [BenchEdge(Path(folder) / kind, host) for kind, host in (("native", HQ), ("ours", address("10.2")))]
        node = subprocess.Popen(["sipp", *sipp("edge_uas.xml", NODE)], stdout=subprocess.DEVNULL)
        try:
            await until(lambda: listens(NODE), "sipp listens")
            for edge in edges:
                edge.kind = edge.folder.name
                edge.know(snapshot(trunks=(trunk(sources=(CARRIER,)),)))
                edge.direct(f"sip:{NODE}:5060")
                await edge.start()
                await calls(edge, 100, "-r", "20")
            cpu, rates = [], []
            for _ in range(RUNS):
                native, ours = [await cpu_of_a_call(edge) for edge in edges]
                print(f"  CPU a call: native {native * 1e3:.2f} ms, ours {ours * 1e3:.2f} ms")
                cpu.append(native / ours)
            for _ in range(RUNS):
                native, ours = [await calls_a_second(edge) for edge in edges]
                print(f"  calls a second: native {native:.0f}, ours {ours:.0f}")
                rates.append(ours / native)
            return cpu, rates
        finally:
            node.kill()
            node.wait()
            for edge in edges:
                edge.stop()


async def cpu_of_a_call(edge: BenchEdge, count: int = CALLS, pace: int = CALLS_A_SECOND) -> float:
    before = edge.cpu_seconds()
    done = await calls(edge, count, "-r", str(pace))
    return (edge.cpu_seconds() - before) / done


async def calls_a_second(edge: BenchEdge) -> float:
    began = time.monotonic()
    # More than either can take: some are lost on the way.
    done = await calls(edge, SATURATING, "-r", "2000", "-l", str(OPEN_AT_ONCE), least=0.8)
    return done / (time.monotonic() - began)


async def calls(edge: BenchEdge, count: int, *pace: str, least: float = 0.98) -> int:
    """Make calls from the carrier, and return how many were answered and ended as they should; `least`: a share."""
    statistic = edge.folder / "calls.csv"
    statistic.unlink(missing_ok=True)
    more = ["-s", DID, "-m", str(count), *pace, "-timeout", "60", "-recv_timeout", "5000"]
    more += ["-trace_stat", "-stf", str(statistic), "-fd", "120"]
    with (edge.folder / "sipp.screen").open("wb") as screen:
        child = await asyncio.create_subprocess_exec(
            "sipp", *sipp("edge_uac.xml", CARRIER), *more, f"{edge.host}:5060", stdout=screen, stderr=screen
        )
        await child.wait()
    heads, *_, last = (line.split(";") for line in statistic.read_text().splitlines())
    done = int(dict(zip(heads, last, strict=False))["SuccessfulCall(C)"])
    assert done >= least * count, f"{count - done} of {count} calls failed"
    return done


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
            edge = Edge(Path(folder) / host, host, environment=settings | PATIENCE)
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
