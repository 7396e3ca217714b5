"""A branch whose disk is full goes on with what it has, and catches up once there is room."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from branch_gateway import enrolment, sitesnapshot
from branch_gateway.ports import SiteSnapshot
from branch_gateway.sitesnapshot import SnapshotKeeper


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitesnapshot, "RETRY_SECONDS", (0.001, 0.001))
    monkeypatch.setattr(enrolment, "RETRY_SECONDS", (0.001, 0.001))


class FakeHeadquarters:
    """Has one snapshot, and none newer."""

    async def snapshot(self, mark: str | None, wait_seconds: int) -> SiteSnapshot | None:
        if mark == "new":
            await asyncio.Event().wait()
        return SiteSnapshot(2, {"stations": []}, "new")


async def test_a_snapshot_that_can_not_be_written_is_fetched_again(tmp_path: Path):
    blocked = tmp_path / "run"
    keeper = SnapshotKeeper(FakeHeadquarters(), blocked / "edge.json", lambda _contact: None)  # type: ignore[arg-type]
    # A folder that can not be made, since a file has its name, until there is room.
    blocked.write_text("")
    looks = 0
    write = sitesnapshot.write_atomically

    def writing(path: Path, data: bytes, mode: int) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            blocked.unlink()
        write(path, data, mode)

    async with asyncio.timeout(5):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sitesnapshot, "write_atomically", writing)
            async with asyncio.TaskGroup() as group:
                following = group.create_task(keeper.run())
                await keeper.arrived.wait()
                following.cancel()

    assert looks == 3 and keeper.version == 2
    assert json.loads((blocked / "edge.json").read_text())["mark"] == "new"


async def test_renewal_is_tried_again_when_the_disk_has_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    failures = [OSError(28, "No space left on device"), OSError(28, "No space left on device")]
    renewed = asyncio.Event()

    class Due:
        """An identity whose time for renewal has come."""

        site_id, folder, ends = "branch-1", tmp_path, datetime.now(UTC)
        authority_file = tmp_path / "ca.pem"

        def __init__(self, in_seconds: float) -> None:
            self.renew_at = datetime.now(UTC) + timedelta(seconds=in_seconds)

    class Away:
        async def renew(self, request: str) -> object:
            return type("Answer", (), {"certificate": "", "authority": ""})

    def prepare(folder: Path, site_id: str) -> str:
        if failures:
            raise failures.pop()
        return "request"

    async def told(identity: object) -> None:
        renewed.set()

    Due.authority_file.write_text("")
    monkeypatch.setattr(enrolment, "prepare_request", prepare)
    monkeypatch.setattr(enrolment, "keep_identity", lambda *_: Due(3600))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        keeping = group.create_task(enrolment.renew_for_ever(Due(-1), Away(), told))  # type: ignore[arg-type]
        await renewed.wait()
        keeping.cancel()

    assert failures == []
