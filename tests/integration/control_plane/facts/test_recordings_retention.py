"""Recordings go when their tenant's rule says so: from the archive, while the ledger keeps that they were there."""

import pytest
from facts_house import ACME, GLOBEX, House, entry_of, new_call_id, spool, until

from callmodel.ids import RecordingId, TenantId
from callmodel.wire import RecordingSpooled
from control_plane.features.platform.store import AuditStore
from control_plane.features.recordings import expiring
from control_plane.features.recordings.finishing import finish_recording
from control_plane.features.recordings.ledger import Entry, EntryState, FileExpired, FileSpooled
from control_plane.features.recordings.store import LedgerStore
from control_plane.jobs.queueing import build_celery
from control_plane.people.permissions import Role
from control_plane.retention import Kept, Retention
from control_plane.times import day_of, now_ms
from servicekit.objects import ObjectNotFoundError, ObjectsUnavailableError
from servicekit.stores import Row

DAY_MS = 86_400_000
DAYS = 30


async def archive(house: House, days_old: float, tenant_id: TenantId = ACME) -> RecordingSpooled:
    """Bring a recording of a call so long ago into the archive, as workers do."""
    resources, work_dir = house.resources, house.settings.run_dir / "finishing"
    recording = spool(house.folder, new_call_id(now_ms() - int(days_old * DAY_MS)), 0.6, tenant_id=tenant_id)
    ids, ledger = (tenant_id, recording.recording_id), LedgerStore(resources.store)
    await ledger.advance(*ids, recording.call_id, FileSpooled(recording.path, recording.seconds, now_ms()))
    assert await finish_recording(ledger, resources.objects, work_dir, *ids, now_ms()) is EntryState.ARCHIVED
    return recording


async def run(house: House, most: int = 100) -> int:
    """Do what the task does for one tenant."""
    ledger, objects = LedgerStore(house.resources.store), house.resources.objects
    return sum([removed async for removed in expiring.expire(ledger, objects, ACME, DAYS, now_ms(), most)])


async def entry(house: House, recording: RecordingSpooled) -> Entry:
    found = await entry_of(house, recording.recording_id)
    assert found is not None
    return found


async def is_there(house: House, recording: RecordingSpooled) -> bool:
    info = await house.resources.objects.head(str((await entry(house, recording)).object_key))
    return info is not None


async def trail(house: House) -> list[Row]:
    return (await AuditStore(house.resources.store).page(ACME, day_of(now_ms()), 100))[0]


def path_of(recording_id: RecordingId, what: str = "") -> str:
    return f"/tenants/{ACME}/recordings/{recording_id}{what}"


async def test_a_worker_removes_what_is_older_than_each_tenants_rule_and_says_so(house: House):
    store, manager = house.resources.store, await house.token("mia", Role.MANAGER)
    for tenant_id, days in ((ACME, DAYS), (GLOBEX, 0)):
        await store.upsert("tenants", {"scope": "platform", "tenant_id": tenant_id, "keep_recordings_days": days})
    old, young = await archive(house, DAYS + 0.01), await archive(house, DAYS - 0.01)
    for_ever = await archive(house, 3000, GLOBEX)
    await house.start_worker(TRUNKLINE_KEEP_RECORDINGS_DAYS="1")

    build_celery(house.settings).send_task("retention.recordings")
    rows = await until(lambda: trail(house))
    gone = await entry(house, old)

    assert [(row["action"], row["actor"]) for row in rows] == [("recordings.expire", "system:retention")]
    assert rows[0]["subject"] == {"recordings": 1, "keep_recordings_days": DAYS}
    assert gone.state is EntryState.EXPIRED and not await is_there(house, old)
    for method, what in (("GET", "/download"), ("PUT", "/hold")):
        status, problem = await house.ask(manager, method, path_of(old.recording_id, what))
        assert (status, problem["error_id"]) == (409, "recording-expired")
        assert day_of(gone.expired_ms or 0) in problem["detail"]
    _, view = await house.ask(manager, "GET", path_of(old.recording_id))
    assert (view["state"], view["expired_ms"], view["sha256"]) == ("expired", gone.expired_ms, gone.sha256)
    day = day_of(now_ms() - int((DAYS + 0.01) * DAY_MS))
    _, summary = await house.ask(manager, "GET", f"/tenants/{ACME}/recordings/summary?day={day}")
    assert {each["state"]: each["recordings"] for each in summary["states"]}["expired"] == 1
    assert (await house.ask(manager, "GET", path_of(young.recording_id, "/download")))[0] == 200
    theirs = await LedgerStore(store).one(GLOBEX, for_ever.recording_id)
    assert theirs is not None and theirs.state is EntryState.ARCHIVED
    platforms = house.settings.model_copy(update={"keep_recordings_days": 1})
    assert await Retention(store, platforms).days(GLOBEX, Kept.RECORDINGS) is None


async def test_no_held_recording_goes_until_its_hold_ends(house: House):
    await hold_outlives_rule(house)


async def test_in_s3_no_held_recording_goes_until_its_hold_ends(s3_house: House):
    await hold_outlives_rule(s3_house)


async def hold_outlives_rule(house: House) -> None:
    manager = await house.token("mia", Role.MANAGER)
    by_court, by_hand, free = [await archive(house, 40) for _ in range(3)]
    objects = house.resources.objects
    assert (await house.ask(manager, "PUT", path_of(by_court.recording_id, "/hold")))[0] == 204
    # Somebody holds it in the object store, and the ledger knows nothing of it.
    key = str((await entry(house, by_hand)).object_key)
    await objects.hold(key)

    assert [await run(house), await run(house)] == [1, 0]
    states = [(await entry(house, each)).state for each in (by_court, by_hand, free)]
    assert states == [EntryState.ARCHIVED, EntryState.ARCHIVED, EntryState.EXPIRED]
    assert [await is_there(house, each) for each in (by_court, by_hand, free)] == [True, True, False]
    with pytest.raises(ObjectNotFoundError):
        await objects.get(str((await entry(house, free)).object_key))

    assert (await house.ask(manager, "DELETE", path_of(by_court.recording_id, "/hold")))[0] == 204
    await objects.release(key)
    assert await run(house) == 2


async def test_a_run_removes_a_bounded_number_the_oldest_first_and_the_next_one_goes_on(house: House):
    recordings = [await archive(house, days_old) for days_old in (31, 35, 33, 50)]

    assert await run(house, most=3) == 3
    assert [await is_there(house, each) for each in recordings] == [True, False, False, False]
    assert [await run(house, most=3), await run(house, most=3)] == [1, 0]


async def test_a_file_whose_remover_died_goes_and_what_the_ledger_does_not_know_stays(house: House):
    cut_off, known = await archive(house, 40), await archive(house, 40)
    ledger, objects = LedgerStore(house.resources.store), house.resources.objects
    await ledger.advance(ACME, cut_off.recording_id, cut_off.call_id, FileExpired(now_ms()))
    strangers = [
        str((await entry(house, known)).object_key).replace(".ogg", suffix) for suffix in (".txt", "-notes.ogg")
    ] + [f"{ACME}/recordings/2001/01/01/readme"]
    for key in strangers:
        await objects.put(key, b"not ours")

    assert await run(house) == 2

    assert not await is_there(house, cut_off)
    assert all([await objects.head(key) for key in strangers])


async def test_an_object_store_that_fails_leaves_nothing_that_the_next_run_does_not_mend(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    recording = await archive(house, 40)

    async def away(key: str) -> None:
        raise ObjectsUnavailableError("away")

    with monkeypatch.context() as patched, pytest.raises(ObjectsUnavailableError):
        patched.setattr(house.resources.objects, "delete", away)
        await run(house)
    assert await is_there(house, recording)

    assert await run(house) == 1
    assert not await is_there(house, recording)
