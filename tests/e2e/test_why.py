"""What an operator learns of calls that went wrong: from the live call, the alarm, and `trunkline calls why`.

Stands here, and not lower, because the words come from all rooms at once: media node, edge, ledger and API.
"""

import asyncio
import json
import os
import sys
from typing import Any

from devstack.dialling import ALL_TONES_HZ
from tests.e2e.world import World, listen
from trunkline.conditions import until


async def why(world: World, call_id: str, *more: str) -> str:
    """Ask as an operator would, in a process of its own."""
    told = {
        "TRUNKLINE_API_URL": world.plan.api_url,
        "TRUNKLINE_API_PASSWORD": world.stack.admin_password,
        "TRUNKLINE_TENANT": world.seed.tenant_id,
        "COLUMNS": "200",
    }
    command = (sys.executable, "-m", "trunkline.cli", "calls", "why", call_id, *more)
    asked = await asyncio.create_subprocess_exec(
        *command, env=os.environ | told, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await asyncio.wait_for(asked.communicate(), 60)
    assert asked.returncode == 0, error.decode()
    return out.decode()


async def live_leg(world: World, role: str) -> dict[str, Any] | None:
    legs = [leg for call in await world.live_calls() for leg in call["legs"] if leg["role"] == role]
    return legs[0] if legs else None


async def test_a_customer_whose_voice_stops(world: World):
    number = world.new_number()
    call, record = await world.talk(number)
    assert record.line is not None
    record.line.media.endpoint.quiet = True

    async def shows() -> bool:
        leg = await live_leg(world, "customer")
        return bool(leg and leg["voice"] and leg["voice"]["dead_since_ms"])

    assert await until(shows, 15, pause_seconds=0.2), "the live call shows nothing of it"
    lived = json.loads(await why(world, (await world.live_calls())[0]["call_id"], "--json"))
    assert [finding["cause"] for finding in lived["findings"]] == ["one-sided", "lives"]
    await call.hang_up()
    cdr = await world.cdr_to(number)
    await world.recording(cdr["recording_id"])
    said = await why(world, cdr["call_id"])

    customer = next(leg for leg in cdr["legs"] if leg["role"] == "customer")
    assert customer["voice"]["sent"]["dead_seconds"] >= 3
    assert "The customer's voice stopped and did not come back." in said
    assert "The agent hung up after" in said
    assert f"carrier {world.plan.carrier}" in said
    assert "200 OK (INVITE)" in said
    assert number[-8:] not in said
    logs = [path.read_text(errors="replace") for path in world.stack.run_dir.rglob("*.log")]
    assert any('"alarm": "voice-dead"' in text and cdr["call_id"] in text for text in logs)


async def test_a_customer_who_is_busy(world: World):
    number = world.new_number("486")
    call = await world.agent.dial(number)
    await call.wait_for("ended", 15)
    cdr = await world.cdr_to(number)
    said = await why(world, cdr["call_id"])

    assert "The customer was busy." in said
    assert f"carrier {world.plan.carrier} said 486" in said
    assert "asks gateway 1 of trunk" in said


async def test_an_agent_who_was_muted_all_the_time_has_an_empty_channel(world: World):
    """The phone sends packets of silence: nothing is dead, and the recording says what it holds."""
    number = world.new_number()
    call = await world.agent.dial(number)
    call.play_tone(None)
    await call.wait_for("answered", 15)
    record = world.seen(number)
    assert record is not None and record.tone_hz is not None
    await call.wait_for_tones({record.tone_hz}, ALL_TONES_HZ)
    await listen(call, 4.0)
    await call.hang_up()
    cdr = await world.cdr_to(number)
    entry = await world.recording(cdr["recording_id"])
    said = await why(world, cdr["call_id"])

    assert entry["empty_channels"] == ["agent"]
    assert entry["agent_voice_seconds"] == 0
    assert entry["customer_voice_seconds"] > 2
    assert "The recording's agent channel is empty" in said
    assert [leg["voice"]["sent"]["dead_seconds"] for leg in cdr["legs"]] == [0, 0]
