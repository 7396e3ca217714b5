"""An emergency call passes a ban, a flood, a lock, a drain, and nodes that take nothing else; nothing else does."""

import contextlib
import time
from dataclasses import replace

import pytest
from edge_harness import (
    CARRIER,
    DOMAIN,
    HQ,
    NODE,
    OTHER_DOMAIN,
    address,
    snapshot,
    trunk,
    trunk_headers,
    until,
)
from sip_probe import UdpProbe, message

from callmodel.ids import SiteId, TenantId
from callmodel.numbers import DiallingPlan, plan_of_country
from edge_proxy.rendering import KNOWN_SET, MEDIA_SET
from edge_proxy.screening import HELP_IN_WINDOW
from kamailio_helpers.rpc import RpcError
from simulators.call_life import CallEndedError
from simulators.carrier import Carrier
from simulators.phone import Softphone

OFFICE = address("64.1")
BEN_THERE = f"{OFFICE}|1002@{DOMAIN}"
MANILA = replace(
    snapshot(),
    dialling={TenantId("acme"): DiallingPlan()},
    site_dialling={SiteId("branch-1"): plan_of_country("63")},
)


@pytest.fixture
async def edge(patient_hq):
    """The module's edge, which listens to everybody again at the end."""
    patient_hq.know(MANILA)
    yield patient_hq
    for table, key in (("banned", OFFICE), ("locked", BEN_THERE), ("familiar", BEN_THERE)):
        with contextlib.suppress(RpcError):
            await patient_hq.rpc.htable_delete(table, key)
    await takes_calls(patient_hq, {MEDIA_SET: NODE})
    (patient_hq.run / "drain").unlink(missing_ok=True)


def phone(extension: str = "1001") -> Softphone:
    return Softphone(extension, DOMAIN, f"pw-{extension}", proxy=(HQ, 5060), bind=OFFICE)


async def gets_through(node: Softphone, number: str = "110", extension: str = "1001") -> bool:
    """Dial, and say whether a media node gets the call."""
    before = len(node.messages)
    async with phone(extension) as own:
        call = await own.dial(number)
        with contextlib.suppress(CallEndedError):
            await call.wait_for("answered")
            await call.hang_up()
    heard = [text for _, way, text in node.messages[before:] if way == "received"]
    return any(text.startswith(f"INVITE sip:{number}@") for text in heard)


async def lasts(edge, table: str, key: str) -> None:
    await edge.rpc.call("htable.sets", table, key, f"guessing {int(time.time())} {int(time.time()) + 300}")


async def is_heard(number: str, extension: str = "1001") -> bool:
    """Say whether the edge asks who it is that calls; else it says nothing."""
    with contextlib.closing(await UdpProbe.open(OFFICE, (HQ, 5060))) as probe:
        party = {"From": f"<sip:{extension}@{DOMAIN}>;tag=1"}
        status = await probe.ask("INVITE", f"sip:{number}@{DOMAIN}", headers=party)
    assert status in (0, 407)
    return status == 407


async def test_a_banned_address_is_heard_when_it_calls_for_help(edge, node):
    await lasts(edge, "banned", OFFICE)

    assert not await is_heard("13812345678")
    assert not await is_heard("1002")
    assert await is_heard("110")
    assert await gets_through(node, "110")


async def test_what_is_no_emergency_number_there_passes_no_ban(edge):
    await lasts(edge, "banned", OFFICE)

    assert not await is_heard("999")
    assert not await is_heard("110", extension="2001"), "its site is in Manila"
    assert await is_heard("911", extension="2001")


async def test_a_stranger_who_calls_for_help_is_asked_who_he_is_and_only_so_often(edge):
    await lasts(edge, "banned", OFFICE)
    with contextlib.closing(await UdpProbe.open(OFFICE, (HQ, 5060))) as probe:
        party = {"From": f"<sip:1001@{DOMAIN}>;tag=1"}
        for _ in range(5 * HELP_IN_WINDOW):
            probe.send(message("INVITE", f"sip:110@{DOMAIN}", probe.via, headers=party))
        statuses = []
        while status := await probe.status(1):
            statuses.append(status)
        unknown = await probe.ask("INVITE", "sip:110@nowhere.test", headers={"From": "<sip:1@nowhere.test>;tag=1"})

    assert set(statuses) == {407}
    # It may have begun at the end of a second.
    assert len(statuses) <= 2 * HELP_IN_WINDOW
    assert unknown == 0


async def test_an_account_that_is_locked_out_where_it_is_at_home_may_call_for_help(edge, node):
    await lasts(edge, "locked", BEN_THERE)
    assert not await gets_through(node, extension="1002"), "it has never been there"

    await edge.rpc.call("htable.sets", "familiar", BEN_THERE, str(int(time.time())))

    assert not await gets_through(node, "13812345678", extension="1002")
    assert await gets_through(node, extension="1002")


async def test_an_edge_that_drains_takes_a_call_for_help(edge, node):
    (edge.run / "drain").touch()

    async def drains() -> bool:
        return not await gets_through(node, "13812345678")

    await until(drains, "the edge drains")
    assert await gets_through(node)


async def test_a_call_for_help_goes_to_another_tenants_domain_too(edge, node):
    assert await gets_through(node, "110")
    async with phone() as own:
        call = await own.dial(f"sip:110@{OTHER_DOMAIN}")
        await call.wait_for("answered")
        await call.hang_up()


async def test_a_node_that_drains_is_asked_when_there_is_no_other(edge, node):
    await takes_calls(edge, {KNOWN_SET: NODE})

    assert not await gets_through(node, "13812345678")
    assert await gets_through(node)


async def test_a_node_that_does_not_answer_is_followed_by_one_that_drains(edge, node):
    await takes_calls(edge, {MEDIA_SET: address("11.9"), KNOWN_SET: NODE})

    assert await gets_through(node)


async def takes_calls(edge, nodes: dict[int, str]) -> None:
    """Have the edge know these media nodes and no others, by the set that they are in."""
    wanted = {(group, f"sip:{host}:5060") for group, host in nodes.items()}
    held = {(target.group, target.uri) for target in await edge.rpc.dispatcher_targets()}
    for group, uri in wanted - held:
        await edge.rpc.dispatcher_add(group, uri)
    for group, uri in held - wanted:
        await edge.rpc.dispatcher_remove(group, uri)


@pytest.mark.parametrize(("caller", "shown"), [("+862155550001", "+862155550001"), ("anonymous", "anonymous")])
async def test_a_carrier_gets_the_number_as_it_was_dialled_and_a_caller_or_none(edge, node, caller, shown):
    edge.know(snapshot(trunks=(trunk(),)))
    async with Carrier(CARRIER, 5060, ip_authentication={HQ}, trace=True) as carrier:
        call = await node.dial("sip:110@edge.invalid", trunk_headers(caller=caller))
        await until(lambda: carrier.calls, "the carrier has it")
        await call.cancel()
        invite = next(text for _, way, text in carrier.messages if text.startswith("INVITE"))

    assert invite.startswith(f"INVITE sip:110@{CARRIER}")
    assert f"From: <sip:{shown}@trunk-1.carrier.example>" in invite
    assert ("P-Asserted-Identity" in invite) is (shown != "anonymous")
