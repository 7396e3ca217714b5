"""Bans hit who has earned them: nobody by a forged datagram, nobody who shares the address, no call's end."""

import contextlib
import time

import pytest
from digest_probe import Account, ask, challenged, credentials, request, signed_in, wrong
from edge_harness import DOMAIN, HQ, Edge, address, until
from sip_probe import TcpProbe, UdpProbe, message

from simulators.phone import RegistrationError, Softphone, ring_forever
from tests.attack.flood import Flood

OFFICE, STRANGER = address("62.1"), address("62.2")
EDGE_URI = f"sip:{HQ}"
SCANNER = {"User-Agent": "friendly-scanner"}
BROKEN = {"Via": ";;,;,,"}


async def udp(host: str) -> UdpProbe:
    return await UdpProbe.open(host, (HQ, 5060))


async def tcp(host: str) -> TcpProbe:
    return await TcpProbe.open(host, (HQ, 5060))


def phone_at(host: str, extension: str = "1001", password: str = "", **values) -> Softphone:
    password = password or f"pw-{extension}"
    return Softphone(extension, DOMAIN, password, proxy=(HQ, 5060), bind=host, tone_hz=440, **values)


async def reason(edge: Edge, table: str, key: str) -> str:
    """Return why a ban or lock was set, empty where there is none."""
    return (await edge.rpc.htable_get(table, key) or "").partition(" ")[0]


async def count_of(edge: Edge, kind: str) -> int:
    return int(await edge.rpc.htable_get("noise", kind) or 0)


# -- forged


async def test_datagrams_in_an_offices_name_do_not_ban_it(hq):
    """What names only a scanner would, what is broken, calls from nowhere: over UDP anybody can write any address."""
    with contextlib.closing(await udp(OFFICE)) as forger:
        for _ in range(12):
            forger.send(message("OPTIONS", EDGE_URI, forger.via, headers=SCANNER))
            forger.send(message("INVITE", EDGE_URI, forger.via, headers=BROKEN))
            forger.send(message("INVITE", f"sip:+8613812345678@{HQ}", forger.via))
        await until(lambda: counted(hq), "the noise is counted")

        assert await reason(hq, "banned", OFFICE) == ""
    async with phone_at(OFFICE) as phone:
        await phone.register()


async def counted(edge: Edge) -> bool:
    return await count_of(edge, "scanner") == 12 and await count_of(edge, "noise") >= 12


async def test_a_scanner_is_not_even_answered(hq):
    with contextlib.closing(await udp(STRANGER)) as probe:
        assert await probe.ask("OPTIONS", EDGE_URI, headers=SCANNER) == 0
        assert await probe.ask("OPTIONS", EDGE_URI) == 200


async def test_wrong_passwords_in_an_offices_name_need_a_nonce_that_came_to_it(hq):
    """A nonce of the forger's own proves nothing about the office."""
    with contextlib.closing(await udp(OFFICE)) as forger, contextlib.closing(await udp(STRANGER)) as own:
        for _ in range(12):
            said = credentials(await challenged(own), "REGISTER", Account(password="guessed"))
            assert (await ask(forger, request(forger, "REGISTER", f"sip:{DOMAIN}", Account(), said))).status == 401

    assert await reason(hq, "banned", OFFICE) == ""


# -- proven


async def test_a_scanner_over_a_connection_is_banned_for_all_transports(hq):
    with contextlib.closing(await tcp(STRANGER)) as scanner, contextlib.closing(await udp(STRANGER)) as probe:
        assert await probe.ask("OPTIONS", EDGE_URI) == 200
        assert await scanner.ask("OPTIONS", EDGE_URI, headers=SCANNER) == 0
        assert await reason(hq, "banned", STRANGER) == "scanner"
        assert await probe.ask("OPTIONS", EDGE_URI) == 0


async def test_calls_from_nowhere_over_a_connection_end_in_a_ban(hq):
    with contextlib.closing(await tcp(STRANGER)) as probe:
        answers = [await probe.ask("INVITE", f"sip:+8613812345678@{HQ}") for _ in range(12)]

    assert answers[:11] == [403] * 11
    assert answers[-1] == 0
    assert await reason(hq, "banned", STRANGER) == "guessing"


async def test_guesser_over_udp_is_banned_by_his_own_digests(hq):
    with contextlib.closing(await udp(STRANGER)) as probe:
        for _ in range(11):
            assert (await wrong(probe)).status == 401
        assert await reason(hq, "banned", STRANGER) == "guessing"
        assert await probe.ask("OPTIONS", EDGE_URI) == 0


async def test_flood_over_a_connection_is_banned(guarded_hq):
    with contextlib.closing(await tcp(STRANGER)) as probe:
        for _ in range(150):
            probe.send(message("OPTIONS", EDGE_URI, probe.via))

        await until(lambda: reason(guarded_hq, "banned", STRANGER), "the flood is banned", 3)


async def test_flood_that_began_gently_is_banned_all_the_same(guarded_hq):
    with contextlib.closing(await tcp(STRANGER)) as flood:
        assert await flood.ask("OPTIONS", EDGE_URI) == 200
        began = time.monotonic()
        await until(lambda: time.monotonic() - began > 2.5, "the first second is over")
        for _ in range(400):
            flood.send(message("OPTIONS", EDGE_URI, flood.via))

        await until(lambda: reason(guarded_hq, "banned", STRANGER), "the flood is banned", 3)


# -- who lives there


async def test_guessing_in_an_office_locks_one_account_out_and_nobody_else(hq, node):
    """Seen: eleven wrong passwords from one phone, and a call of another could not be ended for minutes."""
    async with phone_at(OFFICE) as phone, phone_at(OFFICE, "1002", "guessed") as guesser:
        await phone.register()
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        at_node = await node.wait_for_call()
        for _ in range(11):
            with pytest.raises(RegistrationError):
                await guesser.register()

        assert await reason(hq, "banned", OFFICE) == ""
        assert await reason(hq, "locked", f"{OFFICE}|1002@{DOMAIN}") == "guessing"
        await call.hang_up()
        await at_node.wait_for("ended")
        again = await phone.dial("13812345678")
        await again.wait_for("answered")
        await again.hang_up()
        with contextlib.closing(await udp(OFFICE)) as right:
            assert (await signed_in(right, Account("1002", "pw-1002"))).status == 401


async def test_account_that_is_locked_out_in_one_place_signs_in_elsewhere(hq):
    async with phone_at(OFFICE) as phone:
        await phone.register()
    with contextlib.closing(await udp(OFFICE)) as guesser:
        for _ in range(11):
            await wrong(guesser, Account("1003", ""))
    # The account's budget of guesses ends by itself; what stays is the lock.
    await hq.rpc.htable_delete("guesses", f"1003@{DOMAIN}")

    with contextlib.closing(await udp(OFFICE)) as here, contextlib.closing(await udp(STRANGER)) as there:
        assert (await signed_in(here, Account("1003", "pw-1003"))).status == 401
        assert (await signed_in(there, Account("1003", "pw-1003"))).status == 200


async def test_scanner_behind_an_offices_address_does_not_cut_it_off(hq):
    async with phone_at(OFFICE) as phone:
        await phone.register()
        with contextlib.closing(await tcp(OFFICE)) as scanner:
            for _ in range(12):
                assert await scanner.ask("OPTIONS", EDGE_URI, headers=SCANNER) == 0

        assert await reason(hq, "banned", OFFICE) == ""
        await phone.register()


async def test_flood_over_a_connection_from_an_office_is_dropped_and_its_phones_go_on(guarded_hq):
    async with phone_at(OFFICE) as phone:
        await phone.register()
        with contextlib.closing(await tcp(OFFICE)) as flood:
            for _ in range(400):
                flood.send(message("OPTIONS", EDGE_URI, flood.via))
            await phone.register()
            answered = 0
            while await flood.status():
                answered += 1

        assert 0 < answered < 400
        assert await reason(guarded_hq, "banned", OFFICE) == ""


# -- what ends a call


async def test_call_from_a_banned_address_can_still_be_ended(hq, node):
    async with phone_at(OFFICE) as phone:
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        at_node = await node.wait_for_call()
        await ban(hq, OFFICE)

        await call.hang_up()
        await at_node.wait_for("ended", 2)
        await until(lambda: lets_go(hq), "its media is gone")
        with contextlib.closing(await udp(OFFICE)) as probe:
            assert await probe.ask("OPTIONS", EDGE_URI) == 0


async def test_call_from_a_banned_address_can_still_be_given_up(hq, node):
    node.on_invite = ring_forever
    async with phone_at(OFFICE) as phone:
        call = await phone.dial("13812345678")
        await call.wait_for("ringing")
        at_node = await node.wait_for_call()
        await ban(hq, OFFICE)

        await call.cancel()
        await at_node.wait_for("ended", 2)


@pytest.mark.parametrize("method", ["BYE", "ACK", "CANCEL"])
async def test_end_of_no_call_of_ours_is_not_answered_to_the_banned(hq, method):
    await ban(hq, STRANGER)
    with contextlib.closing(await udp(STRANGER)) as probe:
        route = {"Route": f"<sip:{HQ};lr;sg=0123456789abcdefrr>", "To": "<sip:x@y>;tag=1"}
        assert await probe.ask(method, f"sip:1001@{DOMAIN}", headers=route) == 0


async def ban(edge: Edge, host: str) -> None:
    await edge.rpc.call("htable.sets", "banned", host, "guessing 1700000000 2700000000")


async def lets_go(edge: Edge) -> bool:
    return not (await edge.ng("list"))["calls"]


# -- floods whose address may be forged


async def test_flood_in_an_offices_name_leaves_its_phones_alone(guarded_hq, node):
    await guarded_hq.start("rtpengine")
    async with phone_at(OFFICE) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        at_node = await node.wait_for_call()
        async with Flood(HQ, OFFICE, rate=400).going_on():
            await until(lambda: guarded_hq.rpc.htable_get("flooding", OFFICE), "the flood is met")
            await phone.register()
            await call.hold()
            await call.unhold()
            await call.hang_up()
            await at_node.wait_for("ended", 2)
            another = await phone.dial("13812345678")
            await another.wait_for("answered")
            await another.hang_up()

    assert await reason(guarded_hq, "banned", OFFICE) == ""


async def test_flood_in_a_strangers_name_is_forgotten_when_it_ends(guarded_hq):
    async with Flood(HQ, OFFICE, rate=400).going_on():
        await until(lambda: guarded_hq.rpc.htable_get("flooding", OFFICE), "the flood is met")
        with contextlib.closing(await udp(OFFICE)) as probe:
            assert await probe.ask("OPTIONS", EDGE_URI) == 0

    async def heard() -> bool:
        with contextlib.closing(await udp(OFFICE)) as probe:
            return (await signed_in(probe)).status == 200 if await probe.ask("OPTIONS", EDGE_URI) else False

    await until(heard, "the office is heard again", 10)
    assert await reason(guarded_hq, "banned", OFFICE) == ""


async def test_a_flood_in_an_offices_name_does_not_drown_its_call_for_help(guarded_hq):
    with contextlib.closing(await UdpProbe.open(OFFICE, (HQ, 5060))) as probe:
        flood = {"From": f"<sip:1001@{DOMAIN}>;tag=1"}
        for _ in range(600):
            probe.send(message("OPTIONS", f"sip:{HQ}", probe.via))

        async def flooding() -> bool:
            return await guarded_hq.rpc.htable_get("flooding", OFFICE) is not None

        await until(flooding, "the edge sees a flood")
        while await probe.status(0.2):
            pass

        assert await probe.ask("INVITE", f"sip:1002@{DOMAIN}", headers=flood) == 0
        assert await probe.ask("INVITE", f"sip:110@{DOMAIN}", headers=flood) == 407
