"""The edges, strangers and parsers of the differential fuzz, put together: HQ's edge between carriers, phones and a
recorder in the node's place, and a branch's edge below a recorder in headquarters' place.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from certificates_of_tests import Authority
from edge_harness import (
    BRANCH,
    BRANCH_SITE,
    CARRIER,
    DID,
    DOMAIN,
    HQ,
    NODE,
    PATIENCE,
    Edge,
    address,
    branch_snapshot,
    hq_edge,
    tls_files,
)

from tests.attack.callers import Callers
from tests.attack.differential import Finding, Judge
from tests.attack.forks import Callee, Forks
from tests.attack.kamailio_parser import KamailioParser
from tests.attack.ledger import Ledger, Recorder, Stranger
from tests.attack.pjsip_parser import PjsipParser
from tests.attack.scenes import Wire
from tests.attack.upward import Headquarters, Upward
from trunkline.plan import asterisk_folder

READER, PHONE, CALLED_PHONE = address("68.1"), address("68.2"), address("68.3")
BRANCH_PHONE, RECORDING_HQ = address("20.99"), address("10.9")
SHARES = {"carrier": 0.4, "station": 0.2, "dialog": 0.1, "phone": 0.1, "trunk": 0.1, "branch": 0.1}
CHUNK = 640
REQUESTS = frozenset({"carrier", "station", "dialog", "branch"})
"""Of these, every one that is well-formed has to pass."""


async def differential(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Return what passed of so many twisted messages, and where its readers differ.  folder: an empty one."""
    ledger = Ledger(str(seed))
    (folder / "reader").mkdir(parents=True)
    began = time.monotonic()
    async with (
        PjsipParser(asterisk_folder(), folder) as pjsip,
        KamailioParser(READER, folder / "reader") as kamailio,
    ):
        judge = Judge(pjsip, kamailio)
        async with hq_under_fuzz(folder / "hq", ledger) as scenes:
            for name, scene in scenes.items():
                await _in_chunks(scene, int(count * SHARES[name]), judge, ledger)
        async with branch_under_fuzz(folder / "branch", ledger, judge) as scene:
            await _in_chunks(scene, int(count * SHARES["branch"]), judge, ledger)
    return {
        "sent": ledger.total.total(),
        "passed": dict(ledger.through),
        "seconds": round(time.monotonic() - began, 1),
        "well_formed_that_did_not_pass": {name: ledger.decent[name] for name in REQUESTS if ledger.decent[name]},
        "strays": [stray.hex() for stray in ledger.strays],
        "read_differently": _told(judge.findings),
        "dropped_by_asterisk": sum(found.twists.total() for found in judge.dropped.values()),
        "dropped": _told(judge.dropped),
    }


def _told(findings: dict[str, Finding]) -> list[dict[str, Any]]:
    return [found.to_wire() for found in sorted(findings.values(), key=lambda found: -found.twists.total())]


async def _in_chunks(scene: Callable[[int], Awaitable[None]], count: int, judge: Judge, ledger: Ledger) -> None:
    while count > 0:
        await scene(min(CHUNK, count))
        await judge.judge(ledger.taken())
        count -= CHUNK


@contextlib.asynccontextmanager
async def hq_under_fuzz(folder: Path, ledger: Ledger) -> AsyncIterator[dict[str, Callable[[int], Awaitable[None]]]]:
    """Run HQ's edge; yield its scenes by name: each takes how many messages to send."""
    edge = hq_edge(folder, Authority(folder / "pki"), **PATIENCE)
    wires: list[Wire] = []

    async def stranger(host: str) -> tuple[Wire, Stranger]:
        answers = Stranger()
        wires.append(await Wire.open(host, 5060, (HQ, 5060), answers.take))
        return wires[-1], answers

    try:
        await edge.start()
        recorder = Recorder(ledger, HQ)
        wires.append(node := await Wire.open(NODE, 5060, (HQ, 5062), recorder.take))
        (carrier, of_carrier), (phone, of_phone) = await stranger(CARRIER), await stranger(PHONE)
        callers = Callers(ledger, DOMAIN, DID, carrier, phone, of_phone)
        to_phone = f"sip:1002@{DOMAIN}", "target=station;tenant=acme"
        to_trunk = "sip:+8613812345003@edge.invalid", f"target=trunk;tenant=acme;trunk=trunk-1;caller={DID}"
        called = Callee("phone", *await stranger(CALLED_PHONE), *to_phone)
        called_carrier = Callee("trunk", carrier, of_carrier, *to_trunk)
        await called.register("1002", DOMAIN)
        forks = Forks(ledger, node, recorder)
        yield {
            "carrier": callers.of_carrier,
            "station": callers.of_station,
            "dialog": callers.within_dialogs,
            "phone": lambda count: forks.run(called, count),
            "trunk": lambda count: forks.run(called_carrier, count),
        }
    finally:
        for wire in wires:
            wire.close()
        edge.stop()


@contextlib.asynccontextmanager
async def branch_under_fuzz(
    folder: Path, ledger: Ledger, judge: Judge
) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Run a branch's edge that takes a recorder for headquarters; yield its scene."""
    authority = Authority(folder / "pki")
    # One worker: what comes up the connection stands in the order in which it was sent.
    settings = {
        "TRUNKLINE_SITE_ID": BRANCH_SITE,
        "TRUNKLINE_HQ_EDGES": f"{RECORDING_HQ}:5061",
        "TRUNKLINE_EDGE_WORKERS": "1",
    }
    environment = tls_files(authority, authority.for_branch(BRANCH_SITE)) | settings | PATIENCE
    edge = Edge(folder, BRANCH, "branch", environment)
    edge.know(branch_snapshot())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.for_edge(RECORDING_HQ))
    headquarters = Headquarters(ledger, BRANCH)
    server = await headquarters.listen(RECORDING_HQ, 5061, context)
    answers = Stranger()
    phone = await Wire.open(BRANCH_PHONE, 5060, (BRANCH, 5060), answers.take)
    try:
        await edge.start("kamailio")
        async with asyncio.timeout(20):
            await headquarters.probed.wait()
        yield Upward(ledger, judge, phone, answers, headquarters, DOMAIN).run
    finally:
        phone.close()
        server.close()
        edge.stop()
