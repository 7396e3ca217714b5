"""The API as a process: ready when it can serve, honest when it can not, and gone in good order."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_house import ADMIN_PASSWORD, Client, House, running, signed_in, until


@pytest.fixture
def own(tmp_path: Path) -> Iterator[House]:
    """A house that a test may break."""
    yield from running(tmp_path, TRUNKLINE_RECONCILE_SECONDS="0.2")


def test_bootstrap_changes_nothing_the_second_time(own: House):
    files = [
        Path(own.environment["TRUNKLINE_MASTER_KEY_FILE"]),
        *Path(own.environment["TRUNKLINE_PKI_DIR"]).iterdir(),
    ]
    before = [path.read_bytes() for path in files]

    assert own.admin("bootstrap").splitlines() == ["the platform is ready"]
    assert [path.read_bytes() for path in files] == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


async def test_without_redis_it_is_not_ready_and_still_serves_what_the_store_knows(own: House):
    admin = await signed_in(own.url)
    own.signal("redis", signal.SIGKILL)
    own.exit_code("redis")

    await asyncio.to_thread(until, lambda: own.readiness() == 503)
    assert (await admin.call("GET", "/tenants")).status == 200
    status = await admin.get("/platform/status")
    assert status["redis"] is False and status["store"] is True
    assert (await admin.call("POST", "/sites", {"site_id": "far", "name": "Far"})).status == 201
    await signed_in(own.url)

    own.start_redis()
    await asyncio.to_thread(until, lambda: own.readiness() == 200)

    async def published() -> object:
        return (await admin.get("/platform/status"))["snapshots"][1]["version"]

    # A Redis that lost everything is filled again by the reconciling publisher.
    async with asyncio.timeout(15):
        while not await published():  # noqa: ASYNC110 - happens in another process
            await asyncio.sleep(0.05)


async def test_sigterm_ends_it_with_nothing_lost(own: House):
    admin = await signed_in(own.url)
    sites = [f"site-{number}" for number in range(20)]
    asked = [admin.call("POST", "/sites", {"site_id": site, "name": site}) for site in sites]
    pending = asyncio.gather(*asked, return_exceptions=True)
    await asyncio.sleep(0)
    own.signal("api", signal.SIGTERM)
    answers = await pending

    assert await asyncio.to_thread(own.exit_code, "api") == 0
    own.start_api()
    admin = await signed_in(own.url)
    there = {site["site_id"] for site in (await admin.get("/sites"))["items"]}
    kept = {site for site, answer in zip(sites, answers, strict=True) if getattr(answer, "status", 0) == 201}
    assert kept <= there, "what was answered with 201 is there"


async def test_a_thousand_connections_of_one_address_keep_nobody_waiting(own: House):
    admin = await signed_in(own.url)
    colleague = await Visit.to(own.api_port, "127.0.0.66")
    assert await colleague.get("/api/v1/sites", admin.token) == 200
    crowd = [await Visit.to(own.api_port, "127.0.0.66") for _ in range(1_000)]
    assert await asyncio.gather(*(each.get("/nowhere") for each in crowd[-100:])) == [404] * 100

    for number in range(10):
        began = time.monotonic()
        other = await Visit.to(own.api_port, f"127.0.0.{70 + number}")
        assert await other.get("/api/v1/sites", admin.token) == 200
        assert time.monotonic() - began < 0.1
    assert await colleague.get("/api/v1/sites", admin.token) == 200, "whoever is known is not cut for the crowd"


class Visit:
    """One connection, which asks one thing after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int, bind: str) -> "Visit":
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(bind, 0)))

    async def get(self, path: str, token: str = "") -> int:
        """Return the status of the answer.  Raises ConnectionError, IncompleteReadError where it was cut."""
        async with asyncio.timeout(10):
            authorization = f"Authorization: Bearer {token}\r\n" if token else ""
            self._writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{authorization}\r\n".encode())
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await self._reader.readexactly(int(length.split(b":")[1]))
        return int(head.split()[1])


def test_settings_that_can_not_be_used_are_told_in_words(tmp_path: Path):
    house = House(tmp_path, TRUNKLINE_STORE_URL="postgres://nowhere/db")
    try:
        with pytest.raises(AssertionError, match="supported: sqlite"):
            house.admin("bootstrap")
    finally:
        house.stop()


async def test_the_log_is_json_without_numbers_and_secrets(own: House):
    await Client(own.url).call("POST", "/auth/token", {"username": "admin", "password": ADMIN_PASSWORD + "x"})
    await Client(own.url).call("GET", "/numbers/+8613812345678")

    lines = [json.loads(line) for line in own.log("api").splitlines()]
    requests = [line for line in lines if line["message"] == "request"]
    assert {line["route"] for line in requests} == {"/api/v1/auth/token", "/api/v1/numbers/{number}"}
    assert all(line["request_id"] and line["status"] == 401 for line in requests)
    assert "13812345678" not in own.log("api")


def test_it_does_not_start_without_its_keys_and_makes_none(tmp_path: Path):
    house = House(tmp_path)
    try:
        house.start_redis()
        with pytest.raises(AssertionError, match="trunkline admin bootstrap"):
            house.start_api()
        assert house.exit_code("api") == 1
        assert not Path(house.environment["TRUNKLINE_MASTER_KEY_FILE"]).exists()
    finally:
        house.stop()
