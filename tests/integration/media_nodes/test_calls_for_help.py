"""An emergency call through a real Asterisk while everything is full, and what a carrier tells of a caller."""

from dataclasses import replace

from media_harness import AGENT_HZ, CUSTOMER, CUSTOMER_HZ, HQ_NUMBER, Node, directory, hears, until, vouched_of

from callmodel.limits import Limits
from simulators.phone import answer_after, reject_with
from tests.integration.publishing import publish


async def test_a_call_for_help_goes_out_by_the_next_trunk_though_nothing_may(node: Node):
    usual = directory()
    bound = replace(usual.tenants[0], max_channels=0, limits=Limits(blocked_prefixes=("+",), spend_per_day=0.0))
    full = tuple(replace(each, max_channels=0) for each in usual.trunks)
    bounded = replace(usual, tenants=(bound,), trunks=full)
    await publish(node.redis, bounded)
    node.with_trunks({"cheap": reject_with(486), "dear": answer_after(0.1)})

    async def is_bound() -> bool:
        refused = await node.dial("13812345678")
        await refused.wait_for("ended")
        return refused.final_code == 403

    await until(is_bound)
    before = len(await node.of_kind("call.ended"))
    agent = await node.dial("110")
    await agent.wait_for("answered")
    while vouched_of(dispatcher := await node.edge.wait_for_call()).get("trunk") != "dear":
        pass
    await hears(agent, CUSTOMER_HZ)
    await hears(dispatcher, AGENT_HZ)
    await agent.hang_up()
    await node.endings(before + 1)
    cdr = (await node.of_kind("call.ended"))[-1]["body"]

    assert dispatcher.invite is not None and dispatcher.invite.uri.startswith("sip:110@")
    assert vouched_of(dispatcher)["caller"] == HQ_NUMBER
    assert (cdr["emergency"], cdr["number"], cdr["ending"]) == (True, "110", "completed")
    assert [leg["trunk_id"] for leg in cdr["legs"]] == [None, "cheap", "dear"]


async def test_a_withheld_number_is_in_the_record_and_on_no_display(node: Node):
    node.with_trunks({"1001": answer_after(0.1)})
    told = {"withheld": "1", "diverted": "+862155550123"}

    customer = await node.call_in(caller="anonymous", told=told | {"number": CUSTOMER})
    rung = await node.edge.wait_for_call()
    await customer.wait_for("answered")
    await customer.hang_up()
    cdr = await node.cdr()

    assert rung.invite is not None
    assert "anonymous" in rung.invite.get("From") and CUSTOMER[-4:] not in rung.invite.get("From")
    assert (cdr["number"], cdr["withheld"], cdr["diverted_by"]) == (CUSTOMER, True, "+862155550123")
