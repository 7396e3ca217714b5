"""From facts on the bus to the API: a CDR that can be read, a recording that can be downloaded."""

import io
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import soundfile
from facts_house import ACME, House, cdr, live_call, loudest, new_call_id, spool, until

from control_plane.people.permissions import Role


@pytest.fixture(params=["sqlite", "cassandra"])
def store_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings that choose the store: nothing else differs."""
    if request.param == "sqlite":
        return {}
    return {"TRUNKLINE_STORE_URL": request.getfixturevalue("cassandra").url(f"facts_{secrets.token_hex(4)}")}


@pytest.fixture
async def house(store_settings: dict[str, str], tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path, **store_settings)
    await house.open()
    yield house
    await house.close()


async def test_facts_become_a_record_and_a_recording_to_download(house: House):
    # Neither process signs tokens: on machines of their own they have no such key.
    house.settings.signing_key_file.unlink()
    await house.start_facts()
    await house.start_worker()
    token = await house.token("sue", Role.SUPERVISOR)
    call_id = new_call_id()
    recording = spool(house.folder, call_id, 12.0)
    started = live_call(call_id)

    await house.tell("call.started", started)
    await house.tell("call.answered", live_call(call_id, "talking", recording_id=recording.recording_id))
    await house.tell("call.ended", cdr(call_id, recording_id=recording.recording_id))
    await house.tell("recording.spooled", recording)

    async def archived() -> object:
        status, entry = await house.ask(token, "GET", f"/tenants/{ACME}/recordings/{recording.recording_id}")
        return entry if status == 200 and entry["state"] == "archived" else None

    entry = await until(archived)
    assert (entry["actual_seconds"], entry["expected_seconds"]) == (12.0, 6.0)
    status, call = await house.ask(token, "GET", f"/tenants/{ACME}/calls/{call_id}")
    assert (status, call["state"], call["number"], call["ending"]) == (200, "ended", "+86138****5678", "completed")
    status, link = await house.ask(token, "GET", f"/tenants/{ACME}/recordings/{recording.recording_id}/download")
    assert status == 200
    path = link["url"].removeprefix(house.settings.public_url)
    async with house.client.get(path) as response:
        assert response.status == 200 and response.content_type == "audio/ogg"
        samples, rate = soundfile.read(io.BytesIO(await response.read()))
    assert rate == 8000 and len(samples) == 12 * 8000
    assert abs(loudest(samples[:, 0]) - 440) < 2 and abs(loudest(samples[:, 1]) - 1000) < 2
