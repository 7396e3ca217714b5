"""A real edge for tests: Kamailio and rtpengine as the `trunkline edge` commands start them, on loopback addresses
of this process's own.
"""

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from certificates_of_tests import Authority

from callmodel.codec import to_wire
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway, MediaProtection, tables_of
from callmodel.entries import PLATFORM_PART
from callmodel.ids import E164, Extension, SiteId, TenantId, TrunkId
from devstack.children import die_with
from edge_proxy import ngcontrol
from edge_proxy.hops import Places, key_of
from edge_proxy.ownkamailio import own_kamailio
from edge_proxy.view import ADDRESS, ADDRESSES_PART, LOOK_SECONDS
from kamailio_helpers.rpc import KamailioRpc, RpcUnreachableError
from kamailio_helpers.templates import Destination, render_dispatcher
from servicekit.snapshotcopy import CopiedEntries, CopyAwayError, Part, SnapshotCopy
from simulators.call import PhoneCall
from simulators.digest import ha1_of
from simulators.phone import Softphone
from tests.loopback import own_block

BLOCK = own_block().number
PLATFORM = "trunkline.test"
DOMAIN, OTHER_DOMAIN = "acme.trunkline.test", "other.trunkline.test"
BRANCH_SITE = "branch-1"
DID = "+862155550001"
PAGE = "https://desk.example"
PATIENCE = {"TRUNKLINE_FLOOD_REQUESTS_PER_SECOND": "32000", "TRUNKLINE_STRIKES_ALLOWED": "100000000"}
"""Bans nobody but scanners: an attacker gets to try everything from one address."""
WEBSOCKETS = {"TRUNKLINE_SIP_WS_PORT": "8088", "TRUNKLINE_WS_ORIGINS": PAGE}
USUAL_LIMITS = {"TRUNKLINE_FLOOD_REQUESTS_PER_SECOND": "50"}
"""What an edge has unless told; tests send more than people do."""


def address(tail: str) -> str:
    """Return an address of this process's block, for example `10.1` for 127.<block>.10.1."""
    return own_block().address(tail)


HQ, NODE, BRANCH, CARRIER, CARRIER_2 = (address(tail) for tail in ("10.1", "11.1", "20.1", "30.1", "30.2"))
REDIS = address("12.1")
MARKER = address("69.1")


async def until(condition: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """Wait for a condition (plain or async); fail with its name."""
    ends = time.monotonic() + seconds
    while True:
        value = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        if time.monotonic() > ends:
            raise AssertionError(f"never happened in {seconds} s: {what}")
        await asyncio.sleep(0.02)


def station(extension: str, *, domain: str = DOMAIN, tenant: str = "acme", site: str = "hq", media: str = "rtp"):
    password = f"pw-{extension}"
    return EdgeStation(
        TenantId(tenant),
        domain,
        Extension(extension),
        ha1_of(extension, domain, password),
        SiteId(site),
        MediaProtection(media),
    )


def trunk(trunk_id: str = "trunk-1", *hosts: str, port: int = 5060, **values: Any) -> EdgeTrunk:
    gateways = tuple(Gateway(host, port) for host in hosts or (CARRIER,))
    return EdgeTrunk(TrunkId(trunk_id), gateways, f"{trunk_id}.carrier.example", **values)


def snapshot(**values: Any) -> EdgeSnapshot:
    """Return a snapshot with two tenants, a few stations at HQ and the branch, and one trunk, unless told."""
    known: dict[str, Any] = {
        "version": 1,
        "domains": {DOMAIN: TenantId("acme"), OTHER_DOMAIN: TenantId("other")},
        "stations": (
            station("1001"),
            station("1002"),
            station("1003", media="srtp"),
            station("2001", site=BRANCH_SITE),
            station("2002", site=BRANCH_SITE),
            station("1001", domain=OTHER_DOMAIN, tenant="other"),
        ),
        "trunks": (trunk(sources=(CARRIER,)),),
        "numbers": (E164(DID),),
        "branches": (SiteId(BRANCH_SITE),),
    }
    return EdgeSnapshot(**{**known, **values})


def branch_snapshot(site: str = BRANCH_SITE) -> EdgeSnapshot:
    """Return the part of `snapshot()` that a branch gets."""
    whole = snapshot()
    return replace(
        whole,
        stations=tuple(each for each in whole.stations if each.site_id == site),
        trunks=(),
        numbers=(),
        branches=(),
    )


def station_headers(call_id: str = "call-1") -> dict[str, str]:
    """Return what a media node sends along to ring a station."""
    return {"X-Trunkline": f"target=station;tenant=acme;call={call_id}"}


def trunk_headers(trunk_id: str = "trunk-1", caller: str = DID, call_id: str = "call-1") -> dict[str, str]:
    """Return what a media node sends along to call out through a trunk."""
    return {"X-Trunkline": f"target=trunk;tenant=acme;trunk={trunk_id};caller={caller};call={call_id}"}


async def rung(node: Softphone, phone: Softphone) -> tuple[PhoneCall, PhoneCall]:
    """Let a media node ring a phone until each hears the other; return both ends."""
    call = await node.dial(f"sip:{phone.user}@{DOMAIN}", station_headers())
    at_phone = await phone.wait_for_call()
    await call.wait_for("answered")
    await at_phone.wait_for_tones({700}, {440, 700})
    await call.wait_for_tones({440}, {440, 700})
    return call, at_phone


def tls_files(authority: Authority, files: tuple[Path, Path]) -> dict[str, str]:
    return {
        "TRUNKLINE_TLS_CERT": str(files[0]),
        "TRUNKLINE_TLS_KEY": str(files[1]),
        "TRUNKLINE_TLS_CA": str(authority.ca),
    }


def _ask_ng(to: tuple[str, int], question: dict[str, str]) -> dict[str, Any]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(3)
        body = "".join(f"{len(text)}:{text}" for pair in sorted(question.items()) for text in pair)
        # rtpengine takes a cookie that it has seen for a repetition, and repeats its answer.
        asking.sendto(f"{secrets.token_hex(4)} d{body}e".encode(), to)
        answer, _rest = _bdecode(asking.recv(65535).partition(b" ")[2])
    return answer


def _bdecode(data: bytes) -> tuple[Any, bytes]:
    head, data = data[:1], data[1:]
    if head == b"i":
        number, _, rest = data.partition(b"e")
        return int(number), rest
    if head in (b"l", b"d"):
        items: list[Any] = []
        while not data.startswith(b"e"):
            item, data = _bdecode(data)
            items.append(item)
        value = items if head == b"l" else dict(zip(items[::2], items[1::2], strict=True))
        return value, data[1:]
    length, _, rest = (head + data).partition(b":")
    return rest[: int(length)].decode(), rest[int(length) :]


@dataclass
class Edge:
    """One edge's processes.  `environment`: TRUNKLINE_... variables on top of the defaults."""

    folder: Path
    host: str = HQ
    role: str = "hq"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.run = self.folder / f"{self.role}-edge"
        self.run.mkdir(parents=True, exist_ok=True)
        self.rpc = self.rpc_at(self.host)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._given = dict(self.environment)
        self._begun: dict[str, subprocess.Popen[bytes]] = {}

    def rpc_at(self, host: str) -> KamailioRpc:
        """Return a way to give it commands."""
        return own_kamailio(host, 5063, self.run / "secrets.json")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "TRUNKLINE_RUN_DIR": str(self.folder),
            "TRUNKLINE_EDGE_ID": f"{self.role}-edge",
            "TRUNKLINE_EDGE_ROLE": self.role,
            "TRUNKLINE_EDGE_ADDRESS": self.host,
            "TRUNKLINE_PLATFORM_DOMAIN": PLATFORM,
            "TRUNKLINE_EDGE_WORKERS": "4",
            "TRUNKLINE_SNAPSHOT": f"file:{self.folder}/snapshot.json",
            "TRUNKLINE_FLOOD_REQUESTS_PER_SECOND": "1000",
            **self.environment,
        }

    def know(self, known: EdgeSnapshot, places: Places | None = None) -> None:
        """Hand a state to the SIP workers, as the agent does; from now on they know it."""
        entries = {key_of(gateway): to_wire(found) for gateway, found in (places or {}).items()}
        version = time.time_ns()
        parts = [
            Part(PLATFORM_PART, version, json.dumps(tables_of(known))),
            Part(ADDRESSES_PART, version, json.dumps({ADDRESS: entries})),
        ]
        copy = SnapshotCopy(self.run / "state.db")
        copy.take(parts)
        copy.finish([PLATFORM_PART])
        copy.close()
        if "kamailio" in self._children:
            time.sleep(LOOK_SECONDS)  # a worker that has just looked looks again after that

    def knows(self, kind: str, key: str) -> Any:
        """Return what SIP workers find, None for nothing."""
        try:
            return CopiedEntries(str(self.run / "state.db")).get(kind, key)
        except CopyAwayError:
            return None

    def direct(self, *uris: str, known: tuple[str, ...] = ()) -> None:
        """Write the media nodes that Kamailio finds at its start."""
        lines = [Destination(1, uri) for uri in uris] + [Destination(2, uri) for uri in known]
        (self.run / "dispatcher.list").write_text(render_dispatcher(lines))

    async def start(self, *engines: str) -> None:
        for engine in engines or ("rtpengine", "kamailio"):
            self._spawn(engine, f"import edge_proxy.launch as launch; launch.{engine}()")
        if "kamailio" in self._children:
            await until(self._kamailio_answers, "Kamailio answers", 30)
        if "rtpengine" in self._children:
            await until(lambda: ngcontrol.is_alive(self.host, 2223), "rtpengine answers")

    async def begin_anew(self) -> None:
        """Start an HQ edge, or bring back what it was at its start: it remembers nobody and knows `snapshot()`.

        It does not look by itself whether its media node lives, as others do.
        """
        self.know(snapshot())
        if self._runs_as_begun():
            await self._forget()
            return
        self.stop()
        self.environment = dict(self._given)
        self.rpc = self.rpc_at(self.host)
        self.direct(f"sip:{NODE}:5060")
        await self.start()
        # Between tests nobody is there: the next one would find its node dead.
        await self.rpc.call("dispatcher.ping_active", 0)
        self._begun = dict(self._children)

    def _runs_as_begun(self) -> bool:
        lives = all(child.poll() is None for child in self._begun.values())
        return bool(self._begun) and self._children == self._begun and lives and self.environment == self._given

    async def _forget(self) -> None:
        for call in (await self.ng("list"))["calls"]:
            await self.ng("delete", call, **{"delete-delay": "0"})
        for table in await self.rpc.call("htable.listTables"):
            await self.rpc.call("htable.flush", table["name"])
        for aor in await self._addresses_of_record():
            await self.rpc.call("ul.rm", "location", aor)
        for target in await self.rpc.dispatcher_targets():
            if target.uri != f"sip:{NODE}:5060":
                await self.rpc.dispatcher_remove(target.group, target.uri)
        await self.rpc.call("dispatcher.set_state", "ap", 1, f"sip:{NODE}:5060")
        for name in self._children:
            os.truncate(self.log(name), 0)

    async def _addresses_of_record(self) -> list[str]:
        domains = (await self.rpc.call("ul.dump"))["Domains"]
        return [each["Info"]["AoR"] for domain in domains for each in domain["Domain"]["AoRs"]]

    async def start_agent(self, health_port: int = 9104) -> None:
        health = {"TRUNKLINE_HEALTH_HOST": self.host, "TRUNKLINE_HEALTH_PORT": str(health_port)}
        self._spawn("agent", "import edge_proxy.agent as agent; agent.main()", health)

    def _spawn(self, name: str, code: str, more: dict[str, str] | None = None) -> None:
        with self.log(name).open("ab") as log:
            self._children[name] = subprocess.Popen(
                [sys.executable, "-c", code],
                env={**os.environ, **self.settings, **(more or {})},
                stderr=log,
                stdout=log,
                preexec_fn=die_with(os.getpid()),
            )

    def log(self, name: str = "kamailio") -> Path:
        return self.folder / f"{self.role}-{name}.log"

    async def tells(self, text: str) -> None:
        """Wait for a text in Kamailio's log, which comes through the process that masks it."""
        await until(lambda: text in self.log().read_text(errors="replace"), f"the log says {text!r}", 3)

    async def log_until_now(self) -> str:
        """Return Kamailio's log once all is in it that was written before: it tells of a stranger, and we wait."""
        # Of letters: digits would be masked.
        mark = "".join(secrets.choice("ghjkmnpqrstvwxyz") for _ in range(16))
        request = (
            f"MESSAGE sip:{self.host} SIP/2.0\r\nVia: SIP/2.0/UDP {MARKER};branch=z9hG4bK{mark}\r\n"
            f"From: <sip:m@m>;tag=m\r\nTo: <sip:m@m>\r\nCall-ID: {mark}\r\nCSeq: 1 MESSAGE\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((MARKER, 0))
            asked_at = 0.0

            def told() -> bool:
                nonlocal asked_at
                # Again now and then: a socket that has much to read drops what comes.
                if time.monotonic() - asked_at > 1.0:
                    asked_at = time.monotonic()
                    stranger.sendto(request.encode(), (self.host, 5062))
                return mark in self.log().read_text(errors="replace")

            await until(told, "the log tells of a stranger", 20)
        return self.log().read_text(errors="replace")

    async def _kamailio_answers(self) -> bool:
        if self._children["kamailio"].poll() is not None:
            raise AssertionError(f"Kamailio ended at its start:\n{self.log().read_text()[-3000:]}")
        try:
            return bool(await self.rpc.started_at())
        except RpcUnreachableError:
            return False

    async def connected_to(self, hq: "Edge") -> None:
        """Wait until HQ knows this branch's connection."""

        async def known() -> bool:
            return await hq.rpc.htable_get("branches", BRANCH_SITE) is not None

        await until(known, "HQ knows the branch's connection")

    async def ng(self, command: str, call_id: str = "", **more: str) -> dict[str, Any]:
        """Ask rtpengine something about a call and return its answer."""
        question = {"command": command} | ({"call-id": call_id} if call_id else {}) | more
        return await asyncio.to_thread(_ask_ng, (self.host, 2223), question)

    def exit_code(self, name: str, seconds: float) -> int:
        """Wait for a process to end by itself.  Raises TimeoutExpired."""
        return self._children[name].wait(seconds)

    def stop(self, *names: str, with_signal: int = signal.SIGTERM) -> None:
        """End processes by their pid."""
        for name in names or tuple(reversed(self._children)):
            child = self._children.pop(name)
            if child.poll() is None:
                child.send_signal(with_signal)
                try:
                    child.wait(5)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait(5)


def hq_edge(folder: Path, authority: Authority, **environment: str) -> Edge:
    """Return an HQ edge, not started, that knows `snapshot()` and one media node."""
    edge = Edge(folder, environment=tls_files(authority, authority.for_edge(HQ)) | environment)
    edge.know(snapshot())
    edge.direct(f"sip:{NODE}:5060")
    return edge
