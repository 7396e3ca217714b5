"""Recordings in S3, by settings alone: archived by a real worker, fetched from S3 itself, kept apart by tenant."""

# ruff: noqa: ASYNC240 - nothing else runs in the loop of a test that looks at a file

import hashlib
from pathlib import Path

from aiohttp import ClientSession
from facts_house import ACME, GLOBEX, House, cdr, live_call, new_call_id, reaches, spool

from control_plane.features.recordings.ledger import EntryState
from control_plane.permissions import Role
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
    assert not Path(recording.path).exists()
    info = await house.resources.objects.head(str(entry.object_key))
    assert info is not None and (info.sha256, info.metadata["call-id"]) == (entry.sha256, call_id)
