"""Packet loss, rubbish and broken streams: calls survive, and nothing dies."""

import asyncio
import random
import socket

import pytest

from simulators.behaviours import Behaviour
from simulators.carrier import Carrier
from simulators.lossy import LossyTransport, drop_first, drop_share
from simulators.phone import Softphone
from simulators.transactions import Timers

QUICK = Timers(t1=0.05, t2=0.4)
TRUST = {"ip_authentication": {"127.0.0.1"}}
AT_ONCE = Behaviour("answers at once", post_dial_delay_seconds=0.0, progress="ringing", ring_seconds=0.0)


def phone_behind(carrier, drops):
    return Softphone(
        "hq",
        "carrier.example",
        "secret",
        proxy=carrier.address,
        timers=QUICK,
        trace=True,
        wrap_transport=lambda inner: LossyTransport(inner, drops),
    )


async def test_every_call_gets_through_at_a_fifth_lost_each_way():
    async with (
        Carrier(accounts={"hq": "secret"}, timers=QUICK, behaviour=lambda number: AT_ONCE) as carrier,
        phone_behind(carrier, drop_share(0.2, seed=7)) as phone,
    ):
        await phone.register()
        calls = [await phone.dial(f"1381234{index:04d}") for index in range(20)]
        for call in calls:
            await call.wait_for("answered", 20)
        assert len(carrier.calls) == 20

        for call in calls:
            await call.hang_up()
        for record in carrier.calls:
            await record.line.wait_for("ended", 20)
            assert record.line.ended_by == "remote"


@pytest.mark.parametrize(
    ("direction", "start"),
    [
        ("sent", b"INVITE"),
        ("received", b"SIP/2.0 100"),
        ("received", b"SIP/2.0 200"),
        ("sent", b"ACK"),
        ("sent", b"BYE"),
    ],
)
async def test_one_kind_of_message_lost_twice(direction, start):
    async with (
        Carrier(**TRUST, timers=QUICK, behaviour=lambda number: AT_ONCE) as carrier,
        phone_behind(carrier, drop_first(2, direction, start)) as phone,
    ):
        call = await phone.dial("13812345678")
        await call.wait_for("answered")
        line = carrier.calls[0].line
        await call.hang_up()
        await line.wait_for("ended")

        assert line.ended_by == "remote"
        assert len(carrier.calls) == 1


async def test_caller_that_never_acknowledges_is_hung_up_on():
    nothing = drop_first(10_000, "sent", b"ACK")
    async with (
        Carrier(**TRUST, timers=Timers(t1=0.02, t2=0.08), behaviour=lambda number: AT_ONCE) as carrier,
        phone_behind(carrier, nothing) as phone,
    ):
        call = await phone.dial("13812345678")
        await call.wait_for("ended", 10)

        assert call.ended_by == "remote"
        assert carrier.calls[0].line.ended_by == "local"


async def test_lost_refusal_and_lost_cancel_are_repeated():
    drops = drop_first(2, "received", b"SIP/2.0 486")
    async with Carrier(**TRUST, timers=QUICK) as carrier, phone_behind(carrier, drops) as phone:
        busy = await phone.dial("13812345486")
        await busy.wait_for("ended")
        assert busy.final_code == 486

    async with (
        Carrier(**TRUST, timers=QUICK) as carrier,
        phone_behind(carrier, drop_first(2, "sent", b"CANCEL")) as phone,
    ):
        call = await phone.dial("13812345009")
        await call.wait_for("early-media")
        await call.cancel()
        assert call.final_code == 487


def rubbish(seed, count):
    chance = random.Random(seed)
    start = b"INVITE sip:1@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
    for _ in range(count):
        noise = chance.randbytes(chance.randrange(1, 400))
        yield chance.choice([noise, start + noise, start + noise + b"\r\n\r\n", noise[:1], b"\r\n\r\n\0"])


async def test_rubbish_on_udp_is_counted_and_calls_go_on():
    async with Carrier(**TRUST) as carrier, phone_behind(carrier, drop_share(0)) as phone:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
            for data in rubbish(3, 500):
                attacker.sendto(data, carrier.address)
            headers = "From: <sip:a@b>;tag=1\r\nTo: <sip:1@x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"
            via = "INVITE sip:1@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{}\r\n{}"
            attacker.settimeout(5)
            attacker.sendto(via.format("a", headers).encode(), carrier.address)
            reply = await asyncio.to_thread(attacker.recv, 2000)
            broken = headers.replace("\r\n\r\n", "\r\nContact: <broken\r\n\r\n").replace("Call-ID: c", "Call-ID: d")
            attacker.sendto(via.format("b", broken).encode(), carrier.address)
            second = await asyncio.to_thread(attacker.recv, 2000)
        call = await phone.dial("13812345678")
        await call.wait_for("answered")

        assert reply.startswith(b"SIP/2.0 400")
        assert second.startswith(b"SIP/2.0 400")
        assert carrier.malformed > 300


async def test_rubbish_on_tcp_closes_that_connection_only():
    async with (
        Carrier(**TRUST, transport="tcp") as carrier,
        Softphone("hq", "carrier.example", proxy=carrier.address, transport="tcp") as phone,
    ):
        call = await phone.dial("13812345678")
        reader, writer = await asyncio.open_connection(*carrier.address)
        writer.write(b"\r\n\r\n")
        assert await asyncio.wait_for(reader.read(10), 5) == b"\r\n"
        writer.write(b"GET / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            if await asyncio.wait_for(reader.read(), 5) == b"":
                raise ConnectionResetError
        writer.close()

        await call.wait_for("answered")


async def test_phone_registers_again_when_its_connection_is_cut():
    async with (
        Carrier(accounts={"hq": "secret"}, transport="tcp") as carrier,
        Softphone("hq", "carrier.example", "secret", proxy=carrier.address, transport="tcp") as phone,
    ):
        await phone.register(expires=300)
        before = phone.address
        for connection in list(carrier._agent.transport.connections.values()):
            connection.stream.abort()
        async with asyncio.timeout(5):
            while carrier.bindings["hq"][1] == before:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

        assert carrier.bindings["hq"][1] == phone.address != before
        customer = await carrier.place_call("1", "13812345678", "hq")
        await customer.wait_for("answered")


def whole_messages():
    """Valid messages of each kind, as a phone sends them."""
    common = (
        "Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK{0}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:1@x>\r\n"
        "Call-ID: {0}\r\nContact: <sip:a@127.0.0.1:9>;expires=60\r\nMax-Forwards: 70\r\n"
    )
    body = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    for method in ("INVITE", "REGISTER", "BYE", "CANCEL", "ACK", "REFER", "NOTIFY", "OPTIONS"):
        text = f"{method} sip:1@x SIP/2.0\r\n{common.format(method)}CSeq: 1 {method}\r\n"
        yield f"{text}Content-Length: {len(body)}\r\n\r\n{body}".encode()
    yield f"SIP/2.0 200 OK\r\n{common.format('r')}CSeq: 1 INVITE\r\n\r\n{body}".encode()


async def test_no_mangled_message_raises_or_stops_the_carrier():
    chance = random.Random(11)
    async with Carrier(**TRUST, timers=Timers(t1=0.01, t2=0.04)) as carrier:
        for number, original in enumerate([*whole_messages()] * 150):
            mangled = bytearray(original.replace(b"z9hG4bK", b"z9hG4bK%d" % number))
            for _ in range(chance.randrange(1, 6)):
                place = chance.randrange(len(mangled))
                mangled[place : place + chance.randrange(3)] = chance.choice(
                    [b"", b"\r\n", b"<", b'"', b";", b":", b",", chance.randbytes(2), b"99999999999999999999"]
                )
            carrier._agent._received(bytes(mangled), ("127.0.0.1", 9))

        assert carrier.malformed > 50
        assert len(carrier.calls) > 20
        async with phone_behind(carrier, drop_share(0)) as phone:
            call = await phone.dial("13812345678")
            await call.wait_for("answered")


async def test_required_extension_that_nobody_knows_is_refused():
    async with Carrier(**TRUST) as carrier, phone_behind(carrier, drop_share(0)) as phone:
        call = await phone.dial("13812345678", {"Require": "replaces, hologram"})
        await call.wait_for("ended")

        assert call.final_code == 420
        assert any("Unsupported: hologram" in text for _, _, text in phone.messages)
