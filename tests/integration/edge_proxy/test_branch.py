"""A branch behind its TLS connection: registrations go up with Path, calls go both ways, strangers are refused."""

import asyncio

import pytest
from edge_harness import BRANCH, DOMAIN, HQ, address, rung, station_headers, until

from simulators.phone import RegistrationError, Softphone

PHONE, PHONE_2 = address("20.11"), address("20.12")


def phone_at_branch(extension: str, bind: str = PHONE, **values) -> Softphone:
    return Softphone(extension, DOMAIN, f"pw-{extension}", proxy=(BRANCH, 5060), bind=bind, tone_hz=440, **values)


async def test_phone_at_the_branch_registers_at_both_places(hq, branch):
    async with phone_at_branch("2001") as phone:
        await phone.register()

        at_hq = str(await hq.rpc.call("ul.dump"))
        at_branch = str(await branch.rpc.call("ul.dump"))

    assert "2001@" in at_branch and "2001@" in at_hq
    assert "branch-1.branch.trunkline.test" in at_hq


async def test_call_of_the_branch_reaches_the_media_node_with_voice(hq, branch, node):
    async with phone_at_branch("2001", trace=True) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await call.wait_for_tones({700}, {440, 700})
        await at_node.wait_for_tones({440}, {440, 700})
        await call.hold()
        await call.unhold()
        await at_node.wait_for_tones({440}, {440, 700})
        await at_node.hang_up()
        await call.wait_for("ended")

    invite = next(text for _, way, text in node.messages if way == "received" and text.startswith("INVITE"))
    assert "X-Trunkline: origin=station;tenant=acme;station=2001;site=branch-1\r\n" in invite
    assert not [text for _, _, text in phone.messages if "X-Trunkline" in text]


async def test_media_node_rings_a_phone_at_the_branch_through_its_connection(hq, branch, node):
    async with phone_at_branch("2001", trace=True) as phone:
        await phone.register()
        call, at_phone = await rung(node, phone)
        await at_phone.hang_up()
        await call.wait_for("ended")

    assert not [text for _, _, text in phone.messages if "X-Trunkline" in text]


async def test_media_between_branch_and_headquarters_is_encrypted(hq, branch, node):
    async with phone_at_branch("2001") as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        listing = await hq.ng("list")
        query = await hq.ng("query", listing["calls"][0])
        await call.hang_up()

    protocols = {media["protocol"] for tag in query["tags"].values() for media in tag["medias"]}
    assert protocols == {"RTP/SAVP", "RTP/AVP"}


async def test_wrong_password_at_the_branch_never_reaches_headquarters(hq, branch):
    async with Softphone("2001", DOMAIN, "guessed", proxy=(BRANCH, 5060), bind=PHONE) as phone:
        with pytest.raises(RegistrationError) as refused:
            await phone.register()

    assert refused.value.status == 401
    assert "2001@" not in str(await hq.rpc.call("ul.dump"))


async def test_station_of_another_site_can_not_register_at_the_branch(hq, branch):
    async with Softphone("1001", DOMAIN, "pw-1001", proxy=(BRANCH, 5060), bind=PHONE) as phone:
        with pytest.raises(RegistrationError) as refused:
            await phone.register()

    assert refused.value.status == 401


async def test_phones_of_the_branch_reach_each_other_while_headquarters_is_gone(hq, branch):
    async with phone_at_branch("2001") as phone, phone_at_branch("2002", PHONE_2) as other:
        await phone.register()
        await other.register()
        hq.stop("kamailio")
        # No connection is taken any more: nobody waits for a silence.
        at_once = await phone.dial("2002")
        await at_once.wait_for("answered", 1.4)
        await (await other.wait_for_call()).hang_up()
        outside_at_once = await phone.dial("13812345678")
        await outside_at_once.wait_for("ended")
        await until(lambda: hq_is_down(branch), "the branch knows that HQ is gone")
        await other.register()
        call = await phone.dial("2002")
        at_other = await other.wait_for_call()
        await call.wait_for("answered")
        await call.wait_for_tones({440}, {440})
        outside = await phone.dial("13812345678")
        await outside.wait_for("ended")
        await call.hang_up()
        await at_other.wait_for("ended")

    assert outside.final_code == outside_at_once.final_code == 503


async def test_branch_finds_headquarters_again_after_a_restart(hq, branch, node):
    async with phone_at_branch("2001") as phone:
        hq.stop("kamailio")
        await until(lambda: hq_is_down(branch), "the branch knows that HQ is gone")
        await hq.start("kamailio")
        await branch.connected_to(hq)
        await until(lambda: hq_is_up(branch), "the branch knows that HQ is back")
        await phone.register()
        call = await node.dial(f"sip:2001@{DOMAIN}", station_headers())
        await call.wait_for("answered")
        await call.hang_up()


async def test_certificate_of_another_authority_is_refused(hq, tmp_path):
    from certificates_of_tests import Authority

    from simulators.transport import client_tls_context

    certificate, key = Authority(tmp_path / "stranger").for_branch("branch-1")
    context = client_tls_context(None, (str(certificate), str(key)))

    with pytest.raises((OSError, asyncio.IncompleteReadError)):
        _reader, writer = await asyncio.open_connection(HQ, 5061, ssl=context)
        writer.write(b"OPTIONS sip:x SIP/2.0\r\n\r\n")
        # TLS 1.3 tells of a refused certificate with the first read.
        await asyncio.wait_for(_reader.readexactly(1), 5)


async def hq_is_down(branch) -> bool:
    return not any(target.serves for target in await branch.rpc.dispatcher_targets())


async def hq_is_up(branch) -> bool:
    return any(target.serves for target in await branch.rpc.dispatcher_targets())
