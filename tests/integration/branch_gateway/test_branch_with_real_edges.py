"""A branch as it is in the field: it enrols over the real API, starts a real Kamailio and rtpengine, and its phone
registers through to headquarters' real edge.
"""

import asyncio
import json
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509

sys.path.insert(0, str(Path(__file__).parents[1] / "edge_proxy"))
from edge_harness import BRANCH, DOMAIN, HQ, Edge, address
from hq_rig import Hq, edge_snapshot, redis_process, running_hq, station

from branch_gateway.headquarters import HttpHeadquarters, tls_with
from branch_gateway.identity import keep_identity, load_identity, prepare_request
from branch_gateway.kamailio import KamailioRegistrar
from branch_gateway.link import OptionsProbe, TcpProbe
from control_plane.keyring import pki
from edge_proxy.ownkamailio import own_kamailio
from simulators.phone import Softphone

SITE = "branch-1"
STATIONS = tuple(
    station(extension, site, domain=DOMAIN, password=f"pw-{extension}")
    for extension, site in (("1001", "hq"), ("2001", SITE), ("2002", SITE))
)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory) -> Iterator[str]:
    with redis_process(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def hq(tmp_path, redis_url) -> AsyncIterator[Hq]:
    async with running_hq(tmp_path / "hq", redis_url, sites=("hq", SITE)) as running:
        await running.publish(edge_snapshot(*STATIONS, branches=(SITE,)))
        yield running


@pytest.fixture
async def hq_edge(tmp_path, hq, redis_url) -> AsyncIterator[Edge]:
    """HQ's edge with a certificate of the platform's authority and snapshots from Redis."""
    issued = pki.issue_server_certificate(hq.authority, ["edge.trunkline.test"], [HQ])
    folder = tmp_path / "hq-edge"
    folder.mkdir()
    for name, text in (
        ("cert.pem", issued.certificate_pem), ("key.pem", issued.key_pem), ("ca.pem", hq.authority.certificate_pem)
    ):  # fmt: skip
        (folder / name).write_text(text)
    variables = {f"TRUNKLINE_TLS_{name.upper()}": str(folder / f"{name}.pem") for name in ("cert", "key", "ca")}
    variables |= {"TRUNKLINE_SNAPSHOT": "redis", "TRUNKLINE_REDIS_URL": redis_url}
    edge = Edge(folder, environment=variables)
    try:
        await edge.start()
        await edge.start_agent()
        yield edge
    finally:
        edge.stop()


@pytest.fixture
async def branch(tmp_path, hq, hq_edge) -> AsyncIterator[asyncio.subprocess.Process]:
    """The gateway process, enrolling with a fresh token."""
    folder = tmp_path / "branch"
    folder.mkdir()
    (folder / "token").write_text(await hq.token(SITE))
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")} | {
        "TRUNKLINE_RUN_DIR": str(folder / "run"),
        "TRUNKLINE_SITE_ID": SITE,
        "TRUNKLINE_BRANCH_API_URL": hq.branch_url,
        "TRUNKLINE_HQ_EDGES": f"{HQ}:5061",
        "TRUNKLINE_EDGE_ADDRESS": BRANCH,
        "TRUNKLINE_RTP_RANGE": "35000-35999",
        "TRUNKLINE_ENROLMENT_TOKEN_FILE": str(folder / "token"),
    }
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "branch_gateway", env=env, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def eventually(condition, what: str, seconds: float = 30.0):
    async with asyncio.timeout(seconds):
        while True:
            with suppress(Exception):
                if value := await condition():
                    return value
            await asyncio.sleep(0.05)
    pytest.fail(what)


async def registered_at(edge: Edge, extension: str) -> bool:
    return f"{extension}@" in json.dumps(await edge.rpc.call("ul.dump"))


def phone(extension: str, host: str) -> Softphone:
    return Softphone(extension, DOMAIN, f"pw-{extension}", proxy=(BRANCH, 5060), bind=host, tone_hz=440)


def secrets_file(folder: Path) -> Path:
    """Return where the branch's edge has the token of its RPC."""
    return folder / "branch" / "run" / "edge" / SITE / "secrets.json"


async def test_phone_of_a_fresh_branch_registers_through_to_headquarters(hq, hq_edge, branch, tmp_path):
    at_branch = Edge(tmp_path, BRANCH, "branch")
    at_branch.rpc = own_kamailio(BRANCH, 5063, secrets_file(tmp_path))
    await eventually(lambda: hq_edge.rpc.htable_get("branches", SITE), "HQ knows the branch's connection")

    async with phone("2001", address("20.11")) as first, phone("2002", address("20.12")) as second:
        await first.register()
        await second.register()

        assert await registered_at(hq_edge, "2001") and await registered_at(at_branch, "2001")
        assert "branch-1.branch.trunkline.test" in json.dumps(await hq_edge.rpc.call("ul.dump"))
        registrar = KamailioRegistrar(BRANCH, 5063, secrets_file(tmp_path))
        assert await registrar.registrations() == 2
        assert await registrar.reload_certificates() is True

        async def reported() -> bool:
            _, link = await hq.call("GET", f"/sites/{SITE}/link")
            return link["report"]["registrations"] == 2

        await eventually(reported, "HQ is told of two registrations")
        await first.register()


async def shown_serial(host: str, port: int) -> int:
    """Return the serial number of the certificate that a TLS server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    async with asyncio.timeout(5):
        _, writer = await asyncio.open_connection(host, port, ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(der).serial_number


async def test_renewed_certificate_is_shown_without_a_restart(hq, hq_edge, branch, tmp_path):
    await eventually(lambda: hq_edge.rpc.htable_get("branches", SITE), "HQ knows the branch's connection")
    first = load_identity(tmp_path / "branch" / "run" / "identity")
    assert await shown_serial(BRANCH, 5061) == first.certificate.serial_number
    engines = children_of(branch.pid)

    # What the gateway does after sixty days.
    headquarters = HttpHeadquarters(hq.branch_url, tls_with(first))
    answer = await headquarters.renew(prepare_request(first.folder, SITE))
    await headquarters.close()
    second = keep_identity(first.folder, SITE, answer.certificate, answer.authority)
    assert await KamailioRegistrar(BRANCH, 5063, secrets_file(tmp_path)).reload_certificates()

    async def shown() -> bool:
        return await shown_serial(BRANCH, 5061) == second.certificate.serial_number

    await eventually(shown, "new connections see the new certificate", 10)
    assert children_of(branch.pid) == engines


async def test_kamailio_that_is_killed_comes_back_and_takes_registrations_again(hq, hq_edge, branch, tmp_path):
    await eventually(lambda: hq_edge.rpc.htable_get("branches", SITE), "HQ knows the branch's connection")
    kamailio = next(pid for pid in children_of(branch.pid) if "kamailio.cfg" in command_of(pid))
    workers = children_of(kamailio)
    assert workers

    os.kill(kamailio, signal.SIGKILL)

    async def back() -> bool:
        async with phone("2001", address("20.11")) as one:
            await one.register()
            return await registered_at(hq_edge, "2001")

    await eventually(back, "a phone registers again")
    assert not any(map(is_alive, workers)), "workers of the dead one would steal packets"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_no_engine_outlives_the_gateway(hq, hq_edge, branch, number):
    await eventually(lambda: hq_edge.rpc.htable_get("branches", SITE), "HQ knows the branch's connection")
    engines = children_of(branch.pid)
    everyone = [*engines, *(worker for engine in engines for worker in children_of(engine))]
    assert len(engines) == 3 and len(everyone) > 10

    branch.send_signal(number)
    await asyncio.wait_for(branch.wait(), 20)

    async def gone() -> bool:
        return not any(map(is_alive, everyone))

    await eventually(gone, "all engines are gone", 10)


async def test_probes_see_the_edge_and_miss_a_dead_one(hq_edge):
    for probe in (TcpProbe(HQ, 5061), OptionsProbe(HQ, 5060)):
        round_trip = await probe.probe()
        assert round_trip is not None and 0 < round_trip < 900, probe
    for probe in (TcpProbe(HQ, 9), OptionsProbe(HQ, 9)):
        assert await probe.probe() is None, probe
