"""What a media node notices of voices, on a real Asterisk: figures by leg, dead directions, and who may be silent."""

import json
from typing import Any

from media_harness import Node, hears, talking, until

from simulators.call import PhoneCall
from simulators.phone import answer_after

DEAD_WITHIN = 12.0
"""Three seconds, and what a busy machine needs on top."""


async def live_leg(node: Node, role: str) -> dict[str, Any] | None:
    """Return a leg as the last news of its call had it."""
    changed = [fact for fact in await node.facts() if fact["kind"].startswith("call.")]
    if not changed:
        return None
    return next((leg for leg in changed[-1]["body"]["legs"] if leg["role"] == role), None)


async def dies(node: Node, role: str) -> dict[str, Any]:
    """Wait until the call's news say that a party's voice is dead; return its voice."""

    async def dead() -> dict[str, Any] | None:
        leg = await live_leg(node, role)
        voice = (leg or {}).get("voice") or {}
        return voice if voice.get("dead_since_ms") else None

    return dict(await until(dead, DEAD_WITHIN))


def alarms(node: Node) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in node.log("conductor").splitlines() if line.startswith("{"))
    return [line for line in lines if line.get("alarm") == "voice-dead"]


async def ended(node: Node, agent: PhoneCall) -> dict[str, dict[str, Any]]:
    """Hang up, and return the record's legs by role."""
    await agent.hang_up()
    cdr = await node.cdr()
    return {leg["role"]: leg for leg in cdr["legs"]}


async def test_figures_of_a_good_call(node: Node):
    agent, customer = await talking(node)
    await hears(agent, 700)
    await until(lambda: customer.media.endpoint.sent_packets > 120)
    invite = customer.invite
    legs = await ended(node, agent)

    assert alarms(node) == []
    for role, call in (("agent", agent), ("customer", customer)):
        voice = legs[role]["voice"]
        assert abs(voice["sent"]["packets"] - call.media.endpoint.sent_packets) <= 25
        assert voice["heard"]["packets"] > 100
        assert voice["sent"]["mos"] > 4.2
        assert voice["sent"]["dead_seconds"] == 0
        assert voice["dead_since_ms"] is None
    assert invite is not None
    assert legs["customer"]["sip_call_id"] == invite.get("Call-ID")


async def test_a_customer_who_falls_silent_and_comes_back(node: Node):
    agent, customer = await talking(node)
    customer.media.endpoint.quiet = True
    voice = await dies(node, "customer")
    assert voice["sent"]["packets"] > 0

    customer.media.endpoint.quiet = False

    async def back() -> bool:
        leg = await live_leg(node, "customer")
        return leg is not None and leg["voice"]["dead_since_ms"] is None

    await until(back, DEAD_WITHIN)
    legs = await ended(node, agent)

    assert [(alarm["role"], alarm["direction"]) for alarm in alarms(node)] == [("customer", "sent")]
    assert alarms(node)[0]["call_id"]
    assert legs["customer"]["voice"]["sent"]["dead_seconds"] >= 3
    assert legs["agent"]["voice"]["sent"]["dead_seconds"] == 0


async def test_a_voice_that_never_came(node: Node):
    async def mute(call: PhoneCall) -> None:
        call.media.endpoint.quiet = True
        await answer_after(0.0)(call)

    node.with_trunks({"cheap": mute})
    agent = await node.dial("13812345678")
    await agent.wait_for("answered")
    voice = await dies(node, "customer")
    legs = await ended(node, agent)

    assert voice["sent"]["packets"] == 0
    assert legs["customer"]["voice"]["sent"]["packets"] == 0
    assert legs["customer"]["voice"]["sent"]["mos"] is None
    assert legs["customer"]["voice"]["heard"]["packets"] > 100


async def test_who_said_that_it_pauses_rings_no_alarm(node: Node):
    """The edge tells of comfort noise in a description: the agent's here, beside a customer who is dead."""
    node.edge.calls.clear()
    node.with_trunks({"cheap": answer_after(0.0)})
    agent = await node.dial("13812345678", pauses="1")
    customer = await node.edge.wait_for_call()
    await hears(agent, 700)
    await hears(customer, 440)
    agent.media.endpoint.quiet = customer.media.endpoint.quiet = True

    await dies(node, "customer")
    leg = await live_leg(node, "agent")

    assert leg is not None and leg["voice"] is None
    legs = await ended(node, agent)
    assert [alarm["role"] for alarm in alarms(node)] == ["customer"]
    assert legs["agent"]["voice"]["pauses"]
    assert legs["agent"]["voice"]["sent"]["dead_seconds"] == 0


async def test_loss_lowers_the_score(node: Node):
    agent, customer = await talking(node)
    customer.media.endpoint.lose_every = 10
    # Asterisk counts what is missing when it reports, every five seconds.
    await until(lambda: customer.media.endpoint.sent_packets > 400, 20)
    legs = await ended(node, agent)

    lossy, fine = (legs[role]["voice"]["sent"] for role in ("customer", "agent"))
    assert 20 <= lossy["lost"] <= 80
    assert lossy["mos"] < 3.2
    assert fine["mos"] > 4.2


async def test_nobody_rings_for_comfort_noise_or_for_a_call_on_hold(node: Node):
    """In one call, to save its seconds: each lasts longer than a voice may be away."""
    agent, customer = await talking(node)
    customer.media.endpoint.comfort_every = 50
    customer.media.endpoint.quiet = True
    await hears_packets(customer, 250)
    assert alarms(node) == []

    await agent.hold()
    agent.media.endpoint.quiet = True
    customer.media.endpoint.comfort_every = 0
    await hears_packets(customer, 250)

    assert alarms(node) == []
    await agent.hang_up()
    await node.cdr()


async def hears_packets(call: PhoneCall, count: int) -> None:
    """Wait until a party was sent so many packets more, fifty a second."""
    reception = call.media.endpoint.reception
    wanted = reception.total_packets + count
    await until(lambda: reception.total_packets >= wanted, 30)
