"""What phones ask of Asterisk itself, past the conductor: Replaces (RFC 3891), REFER (RFC 3515), pick-up.

Who gets into a call without the conductor is in no record, and under no limit.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from media_harness import (
    ACME,
    AGENT_HZ,
    COLLEAGUE_HZ,
    CUSTOMER_HZ,
    DOMAIN,
    Node,
    hears,
    talking,
    until,
    vouched_of,
)

from callmodel.ids import Extension, LegId, NodeId, TenantId
from callmodel.links import Link, link_in, link_text
from callmodel.vouched import HEADER, to_header
from media_nodes.conductor import STRAY_GRACE_SECONDS
from media_nodes.listener import SURVEY_SECONDS
from simulators.call import PhoneCall
from simulators.dialog import Dialog
from simulators.phone import answer_after, reject_with

STATION = to_header({"origin": "station", "tenant": ACME, "station": "1003", "site": "branch-1"}.items())


def replaces(call: PhoneCall, more: str = "") -> str:
    """Return the header that names a call as the node knows it."""
    dialog = call.dialog
    return f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}{more}"


async def ring_for_ever(call: PhoneCall) -> None:
    call.ring()


async def outcome(call: PhoneCall) -> int:
    await call.wait_until(lambda: call.answered or call.ended)
    return call.final_code or 0


HEADERS = {
    "plain": lambda value: {"Replaces": value},
    "required": lambda value: {"Replaces": value, "Require": "replaces"},
    "small letters": lambda value: {"replaces": value},
    "folded": lambda value: {"Replaces": value.replace(";", "\r\n ;")},
    "early only": lambda value: {"Replaces": f"{value};early-only"},
    "long": lambda value: {"Replaces": f"{value};x={'x' * 3000}"},
}


@pytest.mark.parametrize("whose", ["agent", "customer"])
@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_an_invite_with_replaces_takes_nobodys_place(
    node: Node, whose: str, headers: Callable[[str], dict[str, str]]
):
    agent, customer = await talking(node)
    said = headers(replaces({"agent": agent, "customer": customer}[whose]))

    thief = await node.edge.dial(f"sip:1001@{node.address}", {HEADER: STATION} | said)
    status = await outcome(thief)

    assert status >= 400
    assert node.edge.incoming.empty()
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    await agent.hang_up()
    cdr = await node.cdr()
    assert [leg["extension"] for leg in cdr["legs"]] == ["1001", None]
    assert cdr["ending"] == "completed"


@pytest.mark.parametrize("whose", ["agent", "customer"])
async def test_who_comes_with_more_than_is_matched_is_put_out_by_the_next_survey(node: Node, whose: str):
    """Asterisk matches headers up to 4 KB; edges let none with Replaces through."""
    agent, customer = await talking(node)
    value = replaces({"agent": agent, "customer": customer}[whose])

    thief = await node.edge.dial(f"sip:1001@{node.address}", {HEADER: STATION, "Replaces": f"{value};x={'x' * 6000}"})
    await outcome(thief)
    await thief.wait_until(lambda: thief.ended, timeout=SURVEY_SECONDS + STRAY_GRACE_SECONDS + 3)

    await agent.hang_up()
    assert (await node.cdr())["ending"] == "completed"
    await until(lambda: customer.ended)


async def test_who_may_pick_up_is_not_asterisks_to_say(node: Node):
    """`*8` picks up the nearest call that rings, where Asterisk is asked."""
    node.with_trunks({"cheap": ring_for_ever})
    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await customer.wait_for("ringing")

    thief = await node.edge.dial(f"sip:*8@{node.address}", {HEADER: STATION})
    await thief.wait_until(lambda: thief.ended)
    assert (await node.cdr())["dialled"] == "*8"
    assert thief.final_code and thief.final_code >= 400
    await agent.cancel()
    assert (await node.cdr(2))["ending"] == "abandoned"


async def talking_colleagues(node: Node) -> tuple[PhoneCall, PhoneCall]:
    node.with_trunks({"1002": answer_after(0.0), "1003": answer_after(0.0)})
    agent = await node.dial("1002")
    colleague = await node.edge.wait_for_call()
    await hears(agent, COLLEAGUE_HZ)
    await hears(colleague, AGENT_HZ)
    return agent, colleague


async def test_a_refer_between_colleagues_is_the_conductors_transfer(node: Node):
    agent, colleague = await talking_colleagues(node)

    status = await agent.transfer(f"sip:1003@{node.address}")

    assert status == 200
    await hears(colleague, AGENT_HZ)
    await colleague.hang_up()
    assert [leg["extension"] for leg in (await node.cdr())["legs"]] == ["1001", "1002", "1003"]


async def test_a_refer_while_it_rings_is_no_transfer(node: Node):
    node.with_trunks({"1001": ring_for_ever}, hz=AGENT_HZ)
    customer = await node.call_in()
    await customer.wait_for("ringing")
    station = await node.edge.wait_for_call()

    status = await customer.transfer(f"sip:1002@{node.address}")

    assert status >= 400
    assert node.edge.incoming.empty() and not station.ended
    await customer.cancel()
    assert (await node.cdr())["ending"] == "abandoned"


@pytest.mark.parametrize("comes", [True, False], ids=["who called in", "who was called"])
@pytest.mark.parametrize("to", ["13812345999", "1002"])
async def test_a_refer_from_outside_calls_nobody(node: Node, comes: bool, to: str):
    """A customer's carrier hands on what the customer's exchange says: the tenant would pay for whom that names."""
    if comes:
        node.with_trunks({"1001": answer_after(0.0)}, hz=AGENT_HZ)
        customer, agent = await node.call_in(), await node.edge.wait_for_call()
        await hears(agent, CUSTOMER_HZ)
    else:
        agent, customer = await talking(node)
    node.with_trunks({"cheap": answer_after(0.0), "1002": answer_after(0.0)})

    assert await customer.transfer(f"sip:{to}@{node.address}") >= 400

    await hears(customer, AGENT_HZ)
    await hears(agent, CUSTOMER_HZ)
    assert node.edge.incoming.empty()
    await agent.hang_up()
    assert len((await node.cdr())["legs"]) == 2


async def consulting(node: Node) -> tuple[PhoneCall, PhoneCall, PhoneCall, PhoneCall]:
    """The agent's two calls, with a customer and a colleague: agent, customer, consult, colleague."""
    agent, customer = await talking(node)
    node.with_trunks({"1002": answer_after(0.0)})
    consult = await node.dial("1002")
    colleague = await node.edge.wait_for_call()
    await hears(consult, COLLEAGUE_HZ)
    return agent, customer, consult, colleague


async def join(node: Node, link: str) -> PhoneCall:
    """Ask for a call as an edge does that another node has asked."""
    vouched = {"origin": "link", "tenant": ACME, "link": link}
    return await node.edge.dial(f"sip:1001@{node.address}", {HEADER: to_header(vouched.items())})


@pytest.mark.parametrize("user", ["1002@", "", "nobody@"], ids=["extension", "the node's own Contact", "nobody"])
async def test_an_attended_transfer_is_the_conductors_too(node: Node, user: str):
    """A REFER that names another call of the phone: each of the two asks for, or lets in, the other by the edge.

    Replaces alone says which call: SIP.js writes the Contact that it was answered with, which has no user.
    """
    agent, customer, consult, colleague = await consulting(node)
    node.with_trunks({"1001": answer_after(0.0)}, hz=COLLEAGUE_HZ)

    status = await agent.transfer(f"sip:{user}{node.address}", replaces=consult)
    link = await node.edge.wait_for_call()
    said = link_in(vouched_of(link)["link"])
    await until(lambda: agent.ended)
    await hears(customer, COLLEAGUE_HZ)
    await hears(link, CUSTOMER_HZ)
    back = await join(node, vouched_of(link)["link"])
    await until(lambda: consult.ended)
    await hears(back, COLLEAGUE_HZ)
    await colleague.hang_up()
    await until(lambda: back.ended)
    await customer.hang_up()
    await node.cdr(2)
    records = {fact["body"]["direction"]: fact["body"] for fact in await node.of_kind("call.ended")}
    of_consult, of_customer = records["internal"], records["outbound"]

    assert status == 200
    assert said is not None and (said.extension, said.dialog) == ("1001", consult.dialog.call_id)
    assert (said.party.number, vouched_of(link)["target"]) == ("+8613812345678", "link")
    assert [(leg["role"], leg["extension"], leg["joined_call"]) for leg in of_customer["legs"]] == [
        ("agent", "1001", None), ("customer", None, None), ("agent", "1002", of_consult["call_id"]),
    ]  # fmt: skip
    assert of_consult["legs"][-1]["joined_call"] == of_customer["call_id"]
    assert of_customer["transferred_by"] == of_consult["transferred_by"] == "1001"
    assert of_customer["ending"] == of_consult["ending"] == "completed"


FORGED = {
    "another station's": lambda link: replace(link, extension=Extension("1003")),
    "the colleague's own": lambda link: replace(link, extension=Extension("1002")),
    "a dialog of nobody's": lambda link: replace(link, dialog="of-nobody"),
    "another tenant's station": lambda link: replace(link, station_tenant_id=TenantId("globex")),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
async def test_nobody_joins_a_call_that_is_not_theirs(node: Node, forged: Callable[[Link], Link]):
    agent, customer, consult, colleague = await consulting(node)
    link = Link(NodeId("media-2"), LegId("elsewhere-1"), Extension("1001"), consult.dialog.call_id)

    thief = await join(node, link_text(forged(link)))
    await thief.wait_until(lambda: thief.ended)

    # As from a node without that call: the edge asks the next one.
    assert thief.final_code == 503
    await hears(consult, COLLEAGUE_HZ)
    await hears(colleague, AGENT_HZ)
    await agent.hang_up()
    await consult.hang_up()
    await until(lambda: customer.ended and colleague.ended)


async def test_a_call_that_no_node_has_leaves_the_customer_with_the_agent(node: Node):
    agent, customer, consult, colleague = await consulting(node)
    node.with_trunks({"1001": reject_with(503)})

    status = await agent.transfer(f"sip:1002@{node.address}", replaces=consult)

    assert status == 503
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    await hears(colleague, AGENT_HZ)
    await agent.hang_up()
    await consult.hang_up()
    await until(lambda: customer.ended and colleague.ended)
    cdrs = [(await node.cdr(2)), *[fact["body"] for fact in await node.of_kind("call.ended")]]
    assert {(cdr["ending"], cdr["transferred_by"]) for cdr in cdrs} == {("completed", None)}


@pytest.mark.parametrize("method", ["REFER", "SUBSCRIBE", "PUBLISH", "MESSAGE"])
async def test_what_is_asked_outside_of_calls_is_refused_and_places_none(node: Node, method: str):
    uri = f"sip:1001@{node.address}"
    dialog = Dialog.outgoing(f"<sip:1003@{DOMAIN}>", uri, (node.address, 5060))
    request = dialog.build_request(method)
    request.headers += [
        ("Contact", f"<sip:1003@{node.edge_address}:5062>"),
        ("Refer-To", f"<sip:13812345678@{node.address}>"),
        ("Event", "refer"),
        (HEADER, STATION),
    ]

    answer = await node.edge._agent.request(request, (node.address, 5060))

    assert answer.status >= 400
    assert node.edge.incoming.empty()
    assert await node.facts() == []
