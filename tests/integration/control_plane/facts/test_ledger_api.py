"""The ledger as the API shows it: a day's sums, and legal hold, which nobody but a manager orders."""

import pytest
from facts_house import ACME, GLOBEX, House, entry_of, new_call_id, spool
from test_facts_finishing import finish

from callmodel.ids import RecordingId
from callmodel.wire import RecordingSpooled
from control_plane.features.platform.store import AuditStore
from control_plane.features.recordings.ledger import (
    CallOver,
    EntryState,
    FileLost,
    FileSpooled,
    LedgerFact,
    RecordingOwed,
)
from control_plane.features.recordings.store import LedgerStore
from control_plane.people.permissions import Role
from control_plane.times import day_of, now_ms
from servicekit.objects import ObjectHeldError


async def enter(house: House, recording: RecordingSpooled, *facts: LedgerFact) -> None:
    ledger = LedgerStore(house.resources.store)
    for fact in facts:
        await ledger.advance(ACME, recording.recording_id, recording.call_id, fact)


def spooled(recording: RecordingSpooled) -> FileSpooled:
    return FileSpooled(recording.path, recording.seconds, now_ms())


async def actions(house: House) -> list[str]:
    rows, _ = await AuditStore(house.resources.store).page(ACME, day_of(now_ms()), 100)
    return sorted(row["action"] for row in rows)


async def test_a_days_sums_are_told_by_state(house: House):
    owed, waiting, lost, archived = (spool(house.folder, new_call_id(), seconds) for seconds in (9, 3, 1, 2))
    await enter(house, owed, RecordingOwed(now_ms()), CallOver(9.0, now_ms()))
    await enter(house, waiting, RecordingOwed(now_ms()), spooled(waiting))
    await enter(
        house, lost, RecordingOwed(now_ms()), FileLost("the spool was full", now_ms()), CallOver(7.5, now_ms())
    )
    await enter(house, archived, spooled(archived))
    await finish(house, archived)
    client = await house.token("cleo", Role.CLIENT)
    day = f"day={day_of(now_ms())}"

    status, summary = await house.ask(client, "GET", f"/tenants/{ACME}/recordings/summary?{day}")

    assert status == 200
    sums = {each["state"]: (each["recordings"], each["seconds"]) for each in summary["states"]}
    assert sums == {
        "expected": (1, 9.0),
        "spooled": (1, 3.0),
        "archived": (1, 2.0),
        "lost": (1, 7.5),
        "empty": (0, 0),
        "expired": (0, 0),
    }
    sizes = {each["state"]: each["size_bytes"] for each in summary["states"] if each["size_bytes"]}
    entry = await entry_of(house, archived.recording_id)
    assert entry is not None and sizes == {"archived": entry.size_bytes}
    other = await house.token("gus", Role.MANAGER, tenant_id=GLOBEX)
    status, summary = await house.ask(other, "GET", f"/tenants/{GLOBEX}/recordings/summary?{day}")
    assert status == 200 and not any(each["recordings"] for each in summary["states"])


async def test_a_held_recording_can_not_be_removed_until_its_hold_ends(house: House):
    await hold_and_release(house)


async def test_s3_too_removes_no_held_recording(s3_house: House):
    await hold_and_release(s3_house)


async def hold_and_release(house: House) -> None:
    recording = spool(house.folder, new_call_id(), 1.0)
    await enter(house, recording, spooled(recording))
    await finish(house, recording)
    entry = await entry_of(house, recording.recording_id)
    assert entry is not None and entry.object_key is not None
    path = f"/tenants/{ACME}/recordings/{recording.recording_id}"
    manager = await house.token("mia", Role.MANAGER)

    for _ in range(2):
        assert (await house.ask(manager, "PUT", f"{path}/hold"))[0] == 204
    with pytest.raises(ObjectHeldError):
        await house.resources.objects.delete(entry.object_key)
    assert (await house.ask(manager, "GET", path))[1]["held_ms"] is not None
    for _ in range(2):
        assert (await house.ask(manager, "DELETE", f"{path}/hold"))[0] == 204
    assert (await house.ask(manager, "GET", path))[1]["held_ms"] is None
    await house.resources.objects.delete(entry.object_key)
    assert await actions(house) == ["recordings.hold"] * 2 + ["recordings.release"] * 2


async def test_a_hold_ordered_before_there_is_a_file_holds_the_file(house: House):
    recording = spool(house.folder, new_call_id(), 1.0)
    await enter(house, recording, spooled(recording))
    path = f"/tenants/{ACME}/recordings/{recording.recording_id}/hold"
    assert (await house.ask(await house.token("mia", Role.MANAGER), "PUT", path))[0] == 204

    assert await finish(house, recording) is EntryState.ARCHIVED

    entry = await entry_of(house, recording.recording_id)
    info = await house.resources.objects.head(str(entry and entry.object_key))
    assert info is not None and info.is_held


async def test_supervisors_and_clients_hold_nothing(house: House):
    recording = spool(house.folder, new_call_id(), 1.0)
    await enter(house, recording, spooled(recording))
    path = f"/tenants/{ACME}/recordings/{recording.recording_id}/hold"
    for role in (Role.AGENT, Role.SUPERVISOR, Role.CLIENT):
        token = await house.token(role.value, role)
        assert [(await house.ask(token, method, path))[0] for method in ("PUT", "DELETE")] == [403, 403]
    unknown = f"/tenants/{ACME}/recordings/{RecordingId(f'{new_call_id()}-r1')}/hold"
    status, problem = await house.ask(await house.token("mia", Role.MANAGER), "PUT", unknown)
    assert (status, problem["error_id"]) == (404, "recording-unknown")
