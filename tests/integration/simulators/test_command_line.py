"""The carrier and the phone as processes, as the demo runs them."""

import asyncio
import json
import signal
import sys

import aiohttp

from tests.loopback import free_port


async def run(*arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", *arguments, stdout=asyncio.subprocess.PIPE
    )


async def event_of(process):
    return json.loads(await asyncio.wait_for(process.stdout.readline(), 20))


async def test_phone_process_calls_through_a_carrier_process_that_shows_the_call():
    window = free_port()
    carrier = await run("carrier", "--port", "0", "--account", "hq:secret", "--http-port", str(window))
    try:
        listening = await event_of(carrier)
        phone = await run(
            *("phone", "--user", "hq", "--domain", "carrier.example", "--password", "secret", "--tone", "440"),
            *("--proxy", listening["sip"], "--dial", "13812345678", "--talk", "1"),
        )
        output, _ = await asyncio.wait_for(phone.communicate(), 30)
        events = {event["event"]: event for event in map(json.loads, output.splitlines())}
        seen = [(await event_of(carrier))["event"] for _ in range(3)]
        url, limit = f"http://127.0.0.1:{window}/calls", aiohttp.ClientTimeout(5)
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as reply:
            shown = await reply.json()

        assert phone.returncode == 0
        assert list(events) == ["registered", "answered", "heard", "ended"]
        assert seen == ["invite", "answered", "ended"]
        assert shown["active"] == 0
        assert shown["calls"][0]["tone_hz"] in [*events["heard"]["tones_hz"]]
        assert shown["calls"][0]["heard_hz"] == [440]
    finally:
        carrier.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(carrier.wait(), 10) == 0


async def test_phone_with_a_wrong_password_says_so_and_fails():
    carrier = await run("carrier", "--port", "0", "--account", "hq:secret")
    try:
        listening = await event_of(carrier)
        phone = await run(
            *("phone", "--user", "hq", "--domain", "carrier.example", "--password", "guess"),
            *("--proxy", listening["sip"], "--dial", "13812345678"),
        )
        output, _ = await asyncio.wait_for(phone.communicate(), 30)

        assert phone.returncode == 1
        assert json.loads(output)["event"] == "not-registered"
    finally:
        carrier.send_signal(signal.SIGINT)
        await asyncio.wait_for(carrier.wait(), 10)
