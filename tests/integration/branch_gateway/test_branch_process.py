"""The whole gateway as a process, against the real HQ API on TLS; its edge programs are stand-ins here."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hq_rig import Hq, edge_snapshot, free_port, redis_process, running_hq, station

from control_plane.keyring import pki

STAND_IN = Path(__file__).with_name("stand_in.py")
STATIONS = (station("1001", "shenyang"), station("2001", "dalian"))


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory) -> Iterator[str]:
    with redis_process(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def hq(tmp_path, redis_url) -> AsyncIterator[Hq]:
    async with running_hq(tmp_path / "hq", redis_url) as running:
        await running.publish(edge_snapshot(*STATIONS))
        yield running


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Gateway:
    """A gateway process, what it said and what its stand-ins noted."""

    def __init__(self, folder: Path, until, leftovers: set[int]) -> None:
        self.folder = folder
        self.journal = folder / "journal"
        self.token_file = folder / "token"
        self.lines: list[str] = []
        self.errors = folder / "stderr"
        self.process: asyncio.subprocess.Process | None = None
        self._until = until
        self._leftovers = leftovers
        self._reading: asyncio.Task[None] | None = None

    async def start(self, url: str, **variables: str) -> None:
        command = [sys.executable, str(STAND_IN), str(self.journal), "polite"]
        env = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")} | {
            "TRUNKLINE_RUN_DIR": str(self.folder / "run"),
            "TRUNKLINE_SITE_ID": "shenyang",
            "TRUNKLINE_BRANCH_API_URL": url,
            "TRUNKLINE_HQ_EDGES": f"127.0.0.1:{url.rpartition(':')[2]}",
            "TRUNKLINE_ENROLMENT_TOKEN_FILE": str(self.token_file),
            "TRUNKLINE_EDGE_COMMAND": json.dumps(command),
            "TRUNKLINE_RPC_PORT": str(free_port()),
            **variables,
        }
        self.lines.clear()
        with self.errors.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "branch_gateway", env=env, stdout=asyncio.subprocess.PIPE, stderr=errors
            )
        self._leftovers.add(self.process.pid)
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())

    async def said(self, text: str, seconds: float = 20) -> None:
        await self._until(
            lambda: any(text in line for line in self.lines), f"it says {text!r}: {self.lines}", seconds
        )

    def noted(self, event: str) -> list[tuple[str, int]]:
        lines = [line.split() for line in self.journal.read_text().splitlines()] if self.journal.exists() else []
        found = [(name, int(pid)) for what, name, pid in lines if what == event]
        self._leftovers.update(pid for _, pid in found)
        return found

    async def edge_started(self) -> list[int]:
        await self._until(lambda: len(self.noted("started")) >= 3, "three stand-ins")
        return [pid for _, pid in self.noted("started") + self.noted("worker") if is_alive(pid)]

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None and self._reading is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), 20)
        await asyncio.wait_for(self._reading, 5)
        return code

    @property
    def snapshot(self) -> dict:
        return json.loads((self.folder / "run" / "edge-snapshot.json").read_text())


@pytest.fixture
async def gateway(tmp_path, until, leftovers) -> AsyncIterator[Gateway]:
    (tmp_path / "branch").mkdir()
    running = Gateway(tmp_path / "branch", until, leftovers)
    yield running
    if running.process is not None and running.process.returncode is None:
        await running.end()
    running.noted("started"), running.noted("worker")


async def test_new_branch_enrols_gets_its_snapshot_starts_its_edge_and_reports(hq, gateway, until):
    gateway.token_file.write_text(await hq.token())

    await gateway.start(hq.branch_url)

    await gateway.said("enrolled as site shenyang")
    await gateway.said("connected to headquarters")
    await gateway.edge_started()
    assert sorted(name for name, _ in gateway.noted("started")) == ["agent", "kamailio", "rtpengine"]
    assert [each["extension"] for each in gateway.snapshot["document"]["stations"]] == ["1001"]
    assert (gateway.folder / "run" / "edge-snapshot.json").stat().st_mode & 0o777 == 0o600
    key = gateway.folder / "run" / "identity" / "current" / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    status = 404
    async with asyncio.timeout(20):
        while status == 404:
            status, link = await hq.call("GET", "/sites/shenyang/link")
            await asyncio.sleep(0.05)
    assert link["live"] and link["report"]["loss"] == 0 and 0 < link["report"]["rtt_ms"] < 900
    token = gateway.token_file.read_text()
    assert token.split(".")[1] not in gateway.errors.read_text() + "\n".join(gateway.lines)


async def test_change_at_headquarters_is_in_the_file_within_a_second(hq, gateway, until):
    gateway.token_file.write_text(await hq.token())
    await gateway.start(hq.branch_url)
    await gateway.edge_started()

    await hq.publish(edge_snapshot(*STATIONS, station("1009", "shenyang")))

    await until(lambda: len(gateway.snapshot["document"]["stations"]) == 2, "the new station is in the file", 2)


async def test_restart_needs_no_token_and_no_new_certificate(hq, gateway):
    gateway.token_file.write_text(await hq.token())
    await gateway.start(hq.branch_url)
    await gateway.edge_started()
    assert await gateway.end() == 0
    gateway.token_file.unlink()

    await gateway.start(hq.branch_url)

    await gateway.said("enrolled as site shenyang")
    await gateway.said("connected to headquarters")
    _, page = await hq.call("GET", "/sites/shenyang/certificates")
    assert len(page["items"]) == 1


async def test_sigterm_ends_the_children_in_order_and_then_the_gateway(hq, gateway, until):
    gateway.token_file.write_text(await hq.token())
    await gateway.start(hq.branch_url)
    children = await gateway.edge_started()

    assert await gateway.end(signal.SIGTERM) == 0

    assert [name for name, _ in gateway.noted("ended")] == ["agent", "kamailio", "rtpengine"]
    await until(lambda: not any(map(is_alive, children)), "they and their workers are gone", 2)


async def test_killed_gateway_leaves_no_children(hq, gateway, until):
    gateway.token_file.write_text(await hq.token())
    await gateway.start(hq.branch_url)
    children = await gateway.edge_started()

    await gateway.end(signal.SIGKILL)

    await until(lambda: not any(map(is_alive, children)), "no child lingers", 5)


async def test_edge_runs_on_while_headquarters_is_away_and_after_a_restart_without_it(
    tmp_path, redis_url, gateway, until
):
    async with running_hq(tmp_path / "hq", redis_url) as hq:
        await hq.publish(edge_snapshot(*STATIONS))
        gateway.token_file.write_text(await hq.token())
        await gateway.start(hq.branch_url)
        await gateway.said("connected to headquarters")
        children = await gateway.edge_started()
        url, port = hq.branch_url, hq.resources.settings.branch_api_port

    await gateway.said("headquarters is away; running on snapshot 1")
    assert all(map(is_alive, children))
    assert await gateway.end() == 0
    gateway.journal.unlink()
    await gateway.start(url)
    await gateway.said("starting the edge on 127.0.0.1 with snapshot 1")
    await gateway.edge_started()

    async with running_hq(tmp_path / "hq", redis_url, branch_port=port) as hq:
        await hq.publish(edge_snapshot(*STATIONS, station("1009", "shenyang")))
        await gateway.said("connected to headquarters", 40)
        await until(lambda: len(gateway.snapshot["document"]["stations"]) == 2, "the snapshot of after", 5)


async def test_used_token_ends_the_gateway_with_words(hq, gateway, tmp_path, until, leftovers):
    token = await hq.token()
    gateway.token_file.write_text(token)
    await gateway.start(hq.branch_url)
    await gateway.edge_started()
    (tmp_path / "thief").mkdir()
    thief = Gateway(tmp_path / "thief", until, leftovers)
    thief.token_file.write_text(token)

    await thief.start(hq.branch_url)

    assert await asyncio.wait_for(thief.process.wait(), 20) == 3
    assert "enrolment-token-used" in thief.errors.read_text()
    assert token.split(".")[1] not in thief.errors.read_text()
    assert not thief.journal.exists(), "no edge without an identity"


async def test_impostor_at_headquarters_address_never_hears_the_token(hq, gateway, tmp_path):
    real_token = await hq.token()
    site, secret, _ = real_token.split(".")
    elsewhere = pki.create_authority(tmp_path / "elsewhere").fingerprint
    # As if this token came from another HQ: whoever answers here must not get its secret.
    gateway.token_file.write_text(f"{site}.{secret}.{elsewhere}")

    await gateway.start(hq.branch_url)

    assert await asyncio.wait_for(gateway.process.wait(), 20) == 3
    assert "not the one the token names" in gateway.errors.read_text()
    _, page = await hq.call("GET", "/sites/shenyang/certificates")
    assert page["items"] == []


async def test_no_token_and_no_identity_says_what_to_do(hq, gateway):
    await gateway.start(hq.branch_url)

    assert await asyncio.wait_for(gateway.process.wait(), 20) == 3
    assert "make a token at HQ" in gateway.errors.read_text()


async def test_first_start_waits_for_a_headquarters_that_is_away(tmp_path, redis_url, gateway, until):
    port = free_port()
    async with running_hq(tmp_path / "hq", redis_url, branch_port=port) as hq:
        gateway.token_file.write_text(await hq.token())
    await gateway.start(hq.branch_url)
    await gateway.said("headquarters is away; not enrolled yet")

    async with running_hq(tmp_path / "hq", redis_url, branch_port=port) as hq:
        await hq.publish(edge_snapshot(*STATIONS))
        await gateway.said("enrolled as site shenyang", 30)
        await gateway.edge_started()


async def test_stop_while_headquarters_is_awaited_is_no_hang(gateway, until):
    gateway.token_file.write_text(f"shenyang.{'s' * 43}.{'0' * 64}")
    await gateway.start(f"https://127.0.0.1:{free_port()}")
    await gateway.said("headquarters is away; not enrolled yet")

    async with asyncio.timeout(5):
        assert await gateway.end() == 0


async def test_branch_that_is_shut_out_says_so_and_keeps_its_phones(hq, gateway):
    gateway.token_file.write_text(await hq.token())
    await gateway.start(hq.branch_url)
    await gateway.said("connected to headquarters")
    children = await gateway.edge_started()

    await hq.publish(edge_snapshot(*STATIONS, branches=("dalian",)))

    await gateway.said("headquarters refuses this branch; running on snapshot 1", 5)
    assert all(map(is_alive, children))
    assert len(gateway.snapshot["document"]["stations"]) == 1
