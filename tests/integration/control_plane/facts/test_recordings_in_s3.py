"""Recordings in S3, by settings alone: archived by a real worker, fetched from S3 itself, kept apart by tenant."""

# ruff: noqa: ASYNC240 - nothing else runs in the loop of a test that looks at a file

import asyncio
import hashlib
import time
from dataclasses import replace
from pathlib import Path

from aiohttp import ClientSession
from facts_house import ACME, GLOBEX, House, cdr, entry_of, live_call, new_call_id, reaches, spool, until

from callmodel.ids import RecordingId
from control_plane.features.recordings.ledger import EntryState, FileSpooled
from control_plane.features.recordings.store import LedgerStore
from control_plane.people.permissions import Role
from control_plane.times import now_ms
from tests.integration.seaweed_server import SeaweedServer


async def test_recording_is_archived_in_s3_and_its_link_leads_there(s3_house: House, seaweed: SeaweedServer):
    house, call_id = s3_house, new_call_id()
    recording = spool(house.folder, call_id, 6.0)
    await house.start_facts()
    await house.start_worker()
    await house.tell("call.answered", live_call(call_id, "talking", recording_id=recording.recording_id))
    await house.tell("recording.spooled", recording)
    await house.tell("call.ended", cdr(call_id, recording_id=recording.recording_id))
    entry = await reaches(house, recording.recording_id, EntryState.ARCHIVED)

    ours = await house.token("ana", Role.SUPERVISOR)
    theirs = await house.token("gus", Role.SUPERVISOR, tenant_id=GLOBEX)
    path = f"/tenants/{ACME}/recordings/{recording.recording_id}/download"
    status, link = await house.ask(ours, "GET", path)
    async with ClientSession() as session, session.get(link["url"]) as answer:
        content, headers = await answer.read(), answer.headers
    foreign = [
        (await house.ask(theirs, "GET", path))[0],
        (await house.ask(theirs, "GET", path.replace(ACME, GLOBEX)))[0],
    ]

    assert status == 200 and link["url"].startswith(seaweed.settings.endpoint)
    assert hashlib.sha256(content).hexdigest() == link["sha256"] == entry.sha256
    assert f"{recording.recording_id}.ogg" in headers["Content-Disposition"]
    assert foreign == [404, 404]

    async def gone() -> bool:
        return not Path(recording.path).exists()

    # The ledger says so first: a worker that dies in between leaves a file too many, and never one too few.
    await until(gone)
    info = await house.resources.objects.head(str(entry.object_key))
    assert info is not None and (info.sha256, info.metadata["call-id"]) == (entry.sha256, call_id)


async def test_recordings_wait_for_s3_and_are_sent_once_it_is_back(s3_house: House, seaweed: SeaweedServer):
    """Two hosts with a queue each; one recording is so old that every try of its own has been given up."""
    house, host = s3_house, "recordings.node-2"
    await house.start_facts()
    await house.start_worker("worker-1", TRUNKLINE_WORKER_QUEUES="default,recordings")
    await house.start_worker("worker-2", TRUNKLINE_WORKER_QUEUES=host)
    recordings = [spool(house.folder, new_call_id(), 2.0) for _ in range(4)]
    there, given_up = [replace(each, queue=host) for each in recordings[:2]], recordings[3]
    await asyncio.to_thread(seaweed.kill)
    try:
        long_ago = FileSpooled(given_up.path, given_up.seconds, now_ms() - 300_000)
        await LedgerStore(house.resources.store).advance(ACME, given_up.recording_id, given_up.call_id, long_ago)
        for recording in [*there, recordings[2]]:
            await house.tell("recording.spooled", recording)
        for recording in recordings:
            await reaches(house, recording.recording_id, EntryState.SPOOLED)
        house.start("beat", "control_plane.worker:beat")

        async def alarmed() -> bool:
            return any(line.get("alarm") == "objects-away" for line in house.log_of("worker-1"))

        await until(alarmed, 40)
        assert all(Path(recording.path).exists() for recording in recordings)
    finally:
        await seaweed.start_here()
    back = time.monotonic()
    for recording in recordings:
        await reaches(house, recording.recording_id, EntryState.ARCHIVED, 60)
    took_seconds = time.monotonic() - back
    print(f"4 recordings spooled while S3 was away, 0 lost; all archived {took_seconds:.1f} s after its return")

    assert took_seconds < 30

    async def removed() -> bool:
        return not any(Path(recording.path).exists() for recording in recordings)

    # The ledger knows first: a worker that dies behind its word leaves the file to the next one.
    await until(removed)
    assert archived_by(house, "worker-2") == {recording.recording_id for recording in there}
    assert archived_by(house, "worker-1") == {recording.recording_id for recording in recordings[2:]}
    entry = await entry_of(house, there[0].recording_id)
    assert entry is not None and entry.queue == host


def archived_by(house: House, worker: str) -> set[RecordingId]:
    lines = house.log_of(worker)
    return {RecordingId(line["recording_id"]) for line in lines if line["message"] == "recording archived"}
