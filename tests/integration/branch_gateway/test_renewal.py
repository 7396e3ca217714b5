"""Renewal in good time against the real API: a new key behind the same paths, and connections that show it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hq_rig import Hq, edge_snapshot, redis_process, running_hq, station

from branch_gateway import enrolment
from branch_gateway.enrolment import enrol, parse_token, renew_for_ever
from branch_gateway.headquarters import HttpHeadquarters, connect_as_stranger, tls_with
from branch_gateway.identity import Identity, load_identity
from branch_gateway.ports import HeadquartersAwayError, RefusedError
from control_plane.keyring import pki


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory) -> Iterator[str]:
    with redis_process(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def hq(tmp_path, redis_url) -> AsyncIterator[Hq]:
    async with running_hq(tmp_path / "hq", redis_url) as running:
        await running.publish(edge_snapshot(station("1001", "shenyang")))
        yield running


@pytest.fixture
async def identity(hq, tmp_path) -> Identity:
    token = parse_token(await hq.token(), "shenyang")
    return await enrol(partial(connect_as_stranger, hq.branch_url), tmp_path / "identity", token)


@pytest.fixture
async def headquarters(hq, identity) -> AsyncIterator[HttpHeadquarters]:
    connected = HttpHeadquarters(hq.branch_url, tls_with(identity))
    yield connected
    await connected.close()


class Clock:
    """Says a time until it is moved on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


async def serials(hq: Hq) -> set[str]:
    _, page = await hq.call("GET", "/sites/shenyang/certificates")
    return {item["serial"] for item in page["items"]}


async def renewed_once(identity, headquarters, clock, *, seconds: float = 15) -> Identity:
    """Run the renewal until it has renewed once."""
    fresh: asyncio.Future[Identity] = asyncio.get_running_loop().create_future()

    async def renewed(new: Identity) -> None:
        await headquarters.use(new)
        clock.at = datetime.now(UTC)
        fresh.set_result(new)

    async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
        task = group.create_task(renew_for_ever(identity, headquarters, renewed, look_seconds=0.05, now=clock))
        result = await fresh
        task.cancel()
    return result


async def test_nothing_is_renewed_before_two_thirds_of_the_life(hq, identity, headquarters):
    clock = Clock(identity.renew_at - timedelta(minutes=1))

    with suppress(TimeoutError):
        await renewed_once(identity, headquarters, clock, seconds=0.5)

    assert len(await serials(hq)) == 1


async def test_renewal_brings_a_new_key_that_headquarters_takes_while_a_poll_is_under_way(hq, identity, headquarters):
    before = identity.key_file.read_bytes()
    held = await headquarters.snapshot(None, 0)
    assert held is not None
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(headquarters.snapshot(held.mark, 2))

        fresh = await renewed_once(identity, headquarters, Clock(identity.renew_at))

        assert await poll is None, "what was under way ended as it began"
    assert fresh.key_file == identity.key_file and fresh.key_file.read_bytes() != before
    assert load_identity(identity.folder) == fresh
    again = await headquarters.snapshot(None, 0)
    assert again is not None and again.mark == held.mark
    assert f"{fresh.certificate.serial_number:x}" in await serials(hq)


async def test_the_renewed_certificate_is_the_one_that_is_shown(hq, identity, headquarters):
    await renewed_once(identity, headquarters, Clock(identity.renew_at))
    await hq.call("DELETE", f"/sites/shenyang/certificates/{identity.certificate.serial_number:x}")

    assert await headquarters.snapshot(None, 0) is not None


async def test_renewal_is_tried_again_until_headquarters_is_back(tmp_path, redis_url, monkeypatch):
    monkeypatch.setattr(enrolment, "RETRY_SECONDS", (0.05, 0.2))
    async with running_hq(tmp_path / "hq", redis_url) as hq:
        token = parse_token(await hq.token(), "shenyang")
        identity = await enrol(partial(connect_as_stranger, hq.branch_url), tmp_path / "identity", token)
        port = hq.resources.settings.branch_api_port
    headquarters = HttpHeadquarters(hq.branch_url, tls_with(identity))
    try:
        with pytest.raises(HeadquartersAwayError):
            await headquarters.snapshot(None, 0)
        async with asyncio.TaskGroup() as group:
            renewal = group.create_task(renewed_once(identity, headquarters, Clock(identity.renew_at), seconds=30))
            tried = identity.folder / "pending.key"
            while not await asyncio.to_thread(tried.exists):  # noqa: ASYNC110 - another task makes it
                await asyncio.sleep(0.01)
            async with running_hq(tmp_path / "hq", redis_url, branch_port=port):
                fresh = await renewal
    finally:
        await headquarters.close()

    assert fresh.certificate.serial_number != identity.certificate.serial_number
    assert not tried.exists()


async def test_a_revoked_branch_is_told_no_and_not_put_off(hq, identity, headquarters):
    await hq.call("DELETE", f"/sites/shenyang/certificates/{identity.certificate.serial_number:x}")

    with pytest.raises(RefusedError, match="certificate-revoked"):
        await headquarters.snapshot(None, 0)


async def test_headquarters_with_a_certificate_of_another_authority_is_not_believed(hq, identity, tmp_path):
    foreign = pki.create_authority(tmp_path / "foreign")
    (tmp_path / "identity" / "current" / "ca.pem").write_text(foreign.certificate_pem)
    headquarters = HttpHeadquarters(hq.branch_url, tls_with(identity))
    try:
        with pytest.raises(HeadquartersAwayError, match="not believed"):
            await headquarters.snapshot(None, 0)
    finally:
        await headquarters.close()
