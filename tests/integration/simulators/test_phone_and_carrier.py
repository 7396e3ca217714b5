"""A softphone and a carrier, face to face over real sockets: signalling and audio."""

import asyncio
import ssl
import time

import pytest

from simulators.behaviours import CUSTOMER_TONES_HZ, Behaviour, behaviour_of, tone_of
from simulators.call import CallEndedError
from simulators.carrier import Carrier
from simulators.phone import RegistrationError, Softphone, answer_after, reject_with, ring_forever
from simulators.transactions import Timers
from simulators.transport import client_tls_context, server_tls_context

CANDIDATES = [*CUSTOMER_TONES_HZ, 440, 425, 1000]
CUSTOMER = "13812345678"
QUICK = Timers(t1=0.02, t2=0.08)
TRUST = {"ip_authentication": {"127.0.0.1"}}


def phone_at(carrier, password="secret", **options):
    return Softphone("hq", "carrier.example", password, proxy=carrier.address, tone_hz=440, **options)


async def talk(phone, carrier):
    """Call a customer, check both voices, hang up."""
    call = await phone.dial(CUSTOMER)
    await call.wait_for("answered")
    line = carrier.calls[-1].line
    await call.wait_for_tones({tone_of(CUSTOMER)}, CANDIDATES)
    await line.wait_for_tones({440}, CANDIDATES)
    await call.hang_up()
    await line.wait_for("ended")
    return call


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_customer_and_agent_hear_each_other(transport):
    async with (
        Carrier(accounts={"hq": "secret"}, transport=transport) as carrier,
        phone_at(carrier, transport=transport) as phone,
    ):
        await phone.register()
        call = await talk(phone, carrier)

        assert call.final_code == 200
        assert call.invite_at < call.progress_at < call.answered_at < call.ended_at
        assert carrier.calls[0].account == "hq"
        assert carrier.calls[0].line.ended_by == "remote"


async def test_tls_with_a_client_certificate_and_without(pki):
    async with Carrier(
        transport="tls",
        **TRUST,
        server_tls=server_tls_context(pki.server, client_ca=pki.ca),
        client_tls=client_tls_context(pki.ca, pki.server),
    ) as carrier:
        async with phone_at(carrier, transport="tls", ca=pki.ca, certificate=pki.client) as phone:
            await talk(phone, carrier)
        async with phone_at(carrier, transport="tls", ca=pki.ca) as nameless:
            # TLS 1.3 tells a client of its missing certificate only after the handshake.
            with pytest.raises((ssl.SSLError, ConnectionError, RegistrationError)):
                async with asyncio.timeout(5):
                    await nameless.register()


async def test_phone_distrusts_a_carrier_of_another_authority(pki, tmp_path):
    async with (
        Carrier(transport="tls", **TRUST, server_tls=server_tls_context(pki.server)) as carrier,
        phone_at(carrier, transport="tls", ca=pki.client[0]) as phone,
    ):
        with pytest.raises(ssl.SSLError):
            await phone.dial(CUSTOMER)

        assert phone.calls == []


async def test_early_media_is_ringback_before_the_answer():
    slow = Behaviour("rings for long", ring_seconds=None)
    async with Carrier(**TRUST, behaviour=lambda number: slow) as carrier, phone_at(carrier) as phone:
        call = await phone.dial(CUSTOMER)
        await call.wait_for("early-media")
        await call.wait_for_tones({425}, CANDIDATES)

        assert not call.answered
        await call.cancel()
        assert call.final_code == 487


@pytest.mark.parametrize("code", [403, 404, 410, 484, 486, 500, 503, 603])
async def test_number_that_refuses(code):
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        call = await phone.dial(f"13812345{code}")
        with pytest.raises(CallEndedError):
            await call.wait_for("answered")

        assert call.final_code == code
        assert call.ended_by == "remote"


async def test_number_that_does_not_answer_ends_with_480():
    impatient = Behaviour("no answer", final_code=480, ring_seconds=0.1)
    async with Carrier(**TRUST, behaviour=lambda number: impatient) as carrier, phone_at(carrier) as phone:
        call = await phone.dial(CUSTOMER)
        await call.wait_for("ended")

        assert call.final_code == 480
        assert call.progress_at is not None


async def test_number_that_never_replies_times_out_after_retransmissions():
    async with Carrier(**TRUST, trace=True) as carrier, phone_at(carrier, timers=QUICK) as phone:
        call = await phone.dial("13812345001")
        await call.wait_for("ended")
        invites = [text for _, _, text in carrier.messages if text.startswith("INVITE")]

        assert call.final_code == 408
        assert len(invites) >= 4
        assert len(carrier.calls) == 1


async def test_nobody_answers_in_the_time_the_caller_gives():
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        call = await phone.dial("13812345009", timeout=0.5)
        await call.wait_for("ended")

        assert call.final_code == 487
        assert 0.4 < call.ended_at - call.invite_at < 2
        assert carrier.calls[0].line.final_code == 487


async def test_rings_without_early_media_then_answers():
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        call = await phone.dial("13812345007")
        await call.wait_for("answered")

        assert call.ringing_at < call.answered_at
        assert call.progress_at is None


async def test_carrier_hangs_up_after_its_talk_time():
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        call = await phone.dial("13812345005")
        await call.wait_for("ended")

        assert call.ended_by == "remote"
        assert 1.9 < call.ended_at - call.answered_at < 3


async def test_answering_machine_beeps_after_its_greeting():
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        call = await phone.dial("13812345002")
        await call.wait_for("answered")
        assert call.heard_tones([1000], 0.5) == set()
        await call.wait_for_tones({1000}, [1000, 600, 1480], timeout=10, seconds=0.25)

        assert time.monotonic() - call.answered_at > 4


@pytest.mark.parametrize(("options", "password"), [({"accounts": {"hq": "secret"}}, "guess"), ({}, "")])
async def test_stranger_is_refused(options, password):
    async with Carrier(**options) as carrier, phone_at(carrier, password) as phone:
        call = await phone.dial(CUSTOMER)
        await call.wait_for("ended")

        assert call.final_code == 403
        assert carrier.calls[0].refused_with == 403
        assert carrier.active == 0


async def test_carrier_notes_the_caller_and_every_header():
    identity = {"P-Asserted-Identity": "<sip:+862161234567@hq.example>", "X-Inside": "10.0.0.1"}
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        call = await phone.dial(CUSTOMER, identity)
        await call.wait_for("answered")
        record = carrier.calls_to(CUSTOMER)[0]

        assert record.from_number == "hq"
        assert record.asserted_number == "+862161234567"
        assert ("X-Inside", "10.0.0.1") in record.headers
        assert record.source == phone.address
        assert call.invite_at <= record.arrived_at < call.answered_at
        assert record.to_json()["dialled"] == CUSTOMER


async def test_more_calls_than_the_limit_get_503():
    async with Carrier(**TRUST, limit=2) as carrier, phone_at(carrier) as phone:
        taken = [await phone.dial(CUSTOMER) for _ in range(2)]
        for call in taken:
            await call.wait_for("answered")
        third = await phone.dial(CUSTOMER)
        await third.wait_for("ended")
        assert third.final_code == 503

        await taken[0].hang_up()
        await carrier.calls[0].line.wait_for("ended")
        fourth = await phone.dial(CUSTOMER)
        await fourth.wait_for("answered")


async def test_registration_is_renewed_and_taken_back():
    async with (
        Carrier(accounts={"hq": "secret"}, trace=True) as carrier,
        phone_at(carrier) as phone,
        Softphone("hq", "carrier.example", "guess", proxy=carrier.address) as stranger,
    ):
        with pytest.raises(RegistrationError) as refused:
            await stranger.register()
        assert refused.value.status == 403
        assert carrier.bindings == {}

        await phone.register(expires=1)
        first = carrier.bindings["hq"][2]
        async with asyncio.timeout(5):
            while carrier.bindings["hq"][2] == first:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

        await phone.unregister()
        assert carrier.bindings == {}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_carrier_calls_in_to_a_registered_account(transport):
    async with (
        Carrier(accounts={"hq": "secret"}, transport=transport) as carrier,
        phone_at(carrier, transport=transport) as phone,
    ):
        phone.on_invite = answer_after(0.1)
        await phone.register()
        customer = await carrier.place_call("+862161234567", CUSTOMER, "hq")
        call = await phone.wait_for_call()
        await customer.wait_for("answered")
        await call.wait_for_tones({tone_of(CUSTOMER)}, CANDIDATES)
        await customer.wait_for_tones({440}, CANDIDATES)
        await customer.hang_up("Q.850;cause=16")
        await call.wait_for("ended")

        assert customer.ringing_at is not None
        assert call.invite.uri.startswith("sip:+862161234567@")
        assert call.reason == "Q.850;cause=16"
        assert call.ended_by == "remote"


async def test_phone_may_be_busy_or_ring_until_the_caller_gives_up():
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        phone.on_invite = reject_with(486)
        refused = await carrier.place_call("1", CUSTOMER, phone.address)
        await refused.wait_for("ended")
        assert refused.final_code == 486

        phone.on_invite = ring_forever
        ignored = await carrier.place_call("1", CUSTOMER, phone.address)
        call = await phone.wait_for_call()
        await ignored.wait_for("ringing")
        await ignored.cancel()
        await call.wait_for("ended")
        assert (ignored.final_code, call.final_code) == (487, 487)


async def test_natted_phone_shows_its_private_address_and_is_still_answered():
    async with (
        Carrier(**TRUST) as carrier,
        phone_at(carrier, nat=("192.168.1.20", 5060)) as phone,
    ):
        call = await phone.dial(CUSTOMER)
        await call.wait_for("answered")
        record = carrier.calls[0]
        await record.line.wait_for_tones({440}, CANDIDATES)
        sent = {name.lower(): value for name, value in record.headers}

        assert "192.168.1.20:5060" in sent["via"]
        assert "192.168.1.20:5060" in sent["contact"]
        assert record.line.media.remote.host == "192.168.1.20"
        assert record.source == phone.address


async def test_sixty_calls_at_once_each_hear_their_own_customer():
    async with Carrier(**TRUST) as carrier, phone_at(carrier) as phone:
        numbers = [f"138{index:05d}678" for index in range(60)]
        calls = [await phone.dial(number) for number in numbers]
        for call in calls:
            await call.wait_for("answered", 30)
        for number, call in zip(numbers, calls, strict=True):
            await call.wait_for_tones({tone_of(number)}, CANDIDATES, timeout=20)
            await carrier.calls_to(number)[0].line.wait_for_tones({440}, CANDIDATES, timeout=20)

        assert carrier.active == 60
        assert sum(call.media.endpoint.reception.statistics().lost for call in calls) == 0
        assert all(behaviour_of(number).final_code == 200 for number in numbers)
