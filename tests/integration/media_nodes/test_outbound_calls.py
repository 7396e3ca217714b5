"""An agent calls a customer through a trunk: voices, recording, record."""

from media_harness import AGENT_HZ, COLLEAGUE_HZ, CUSTOMER, CUSTOMER_HZ, HQ_NUMBER, Node, hears, until, vouched_of
from recordings import channels_of

from simulators.phone import answer_after
from simulators.tones import loudest_tones


async def test_both_voices_are_heard_and_recorded_in_their_channels(node: Node):
    node.with_trunks({"cheap": answer_after(0.3)})

    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await agent.wait_for("answered")
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    await agent.hang_up()
    cdr = await node.cdr()
    spooled = (await until(lambda: node.of_kind("recording.spooled")))[0]["body"]

    assert customer.invite.uri.startswith(f"sip:{CUSTOMER}@")
    assert vouched_of(customer)["caller"] == HQ_NUMBER
    assert customer.invite.get("From").startswith(f"<sip:{HQ_NUMBER}@")
    assert cdr["ending"] == "completed"
    assert cdr["trunk_id"] == "cheap"
    assert [leg["role"] for leg in cdr["legs"]] == ["agent", "customer"]
    first, second, seconds = channels_of(spooled["path"])
    assert abs(seconds - spooled["seconds"]) < 0.001
    assert CUSTOMER_HZ in loudest_tones(first, 8000) and AGENT_HZ not in loudest_tones(first, 8000)
    assert AGENT_HZ in loudest_tones(second, 8000) and CUSTOMER_HZ not in loudest_tones(second, 8000)
    assert COLLEAGUE_HZ not in loudest_tones(second, 8000)
