"""Private calls on a real node: who is on no list is not dialled, the record says why, and an approval lets it."""

from dataclasses import replace

from media_harness import AGENT_HZ, CUSTOMER, CUSTOMER_HZ, Node, directory, hears, until

from callmodel.directory import Directory
from callmodel.handdialling import HandDialling
from callmodel.ids import E164, ListId
from hotstate.customers import Customers
from simulators.phone import answer_after
from tests.integration.publishing import publish

STRANGER = "13912345678"


def limited() -> Directory:
    plain = directory()
    rules = HandDialling(limited=True, prefixes=("+8610",), lists=True, approvals=True)
    tenants = tuple(replace(each, number_key="a-key", hand_dialling=rules) for each in plain.tenants)
    return replace(plain, tenants=tenants)


async def test_only_customers_on_lists_and_who_was_approved_are_dialled_by_hand(node: Node):
    known = limited()
    [tenant] = known.tenants
    before = node.log("conductor").count("directory loaded")
    await publish(node.redis, known)
    await until(lambda: node.log("conductor").count("directory loaded") > before)
    customers = Customers(node.redis)
    await customers.add(tenant.tenant_id, tenant.number_key, ListId("gold"), [int(CUSTOMER)])
    await customers.complete(tenant.tenant_id, ListId("gold"))
    node.with_trunks({"cheap": answer_after(0.0)})

    refused = await node.dial(STRANGER)
    await refused.wait_for("ended")
    assert refused.final_code == 403 and node.edge.calls == []
    cdr = await node.cdr()
    assert (cdr["ending"], cdr["ending_class"], cdr["answered_ms"]) == ("not-to-be-dialled", "client", None)

    for dialled, count in ((CUSTOMER.removeprefix("+86"), 2), ("01055667788", 3)):
        call = await node.dial(dialled)
        await hears(call, CUSTOMER_HZ)
        await hears(await node.edge.wait_for_call(), AGENT_HZ)
        await call.hang_up()
        assert (await node.cdr(count))["ending"] == "completed"
        node.edge.calls.clear()

    await customers.approve(tenant.tenant_id, tenant.number_key, E164(f"+86{STRANGER}"), 60)
    call = await node.dial(STRANGER)
    await hears(call, CUSTOMER_HZ)
    await call.hang_up()
    assert (await node.cdr(4))["ending"] == "completed"
