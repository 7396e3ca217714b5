"""Keys that callers and agents press, as a real Asterisk tells them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_harness import Engine
from media_harness import AGENT_HZ, BLOCK, CUSTOMER_HZ, Node, answer_after, directory, hears, running, until

from callmodel.directory import Trunk
from callmodel.dtmf import Dtmf
from callmodel.facts import DigitPressed
from callmodel.rooms import Mode, Party
from simulators.call import PhoneCall
from simulators.g711 import RATE
from simulators.tones import KEY_COLUMNS_HZ, KEY_ROWS_HZ, WINDOW_SECONDS, dominant_tones

ALL = "0123456789*#"


def pressed(engine: Engine, leg: str) -> str:
    return "".join(each.digit for each in engine.news if isinstance(each, DigitPressed) and each.leg_id == leg)


async def test_every_key_of_a_leg_alone_is_told_once(engine: Engine):
    call, leg = await engine.call_in()
    await engine.set_room(Party(leg, Mode.HEARING))

    call.send_dtmf(ALL)
    await engine.told(DigitPressed, len(ALL))

    assert pressed(engine, leg) == ALL


async def test_keys_by_sip_info_are_told(engine: Engine):
    call, leg = await engine.call_in()

    for digit in "42#":
        await call.press_by_info(digit)
    await engine.told(DigitPressed, 3)

    assert pressed(engine, leg) == "42#"


async def test_keys_are_heard_in_the_sound_of_who_knows_no_events(engine: Engine):
    call, leg = await engine.call_in(events=False, hz=0)

    call.press_in_band("1590")
    await engine.told(DigitPressed, 4)

    assert pressed(engine, leg) == "1590"


@pytest.mark.parametrize("recorded", [False, True])
async def test_keys_reach_who_knows_no_events_in_the_sound(engine: Engine, recorded: bool):
    """A carrier that has declined telephone-event hears them as sound, and gets no packet of that payload."""
    agent, agent_leg = await engine.call_in(hz=440)
    carrier, carrier_leg = await engine.call_in(events=False)
    if recorded:
        engine.switch._rooms.keep_time_of(carrier_leg)
    await engine.set_room(Party(agent_leg), Party(carrier_leg))
    await hears(carrier, 440)
    carrier.media.endpoint.reception.forget()

    agent.send_dtmf("59")
    await engine.told(DigitPressed, 2)

    for row, column in ((770, 1336), (852, 1477)):
        await until(lambda wanted={row, column}: any(wanted <= heard for heard in tones_by_twentieth(carrier)))
    assert carrier.media.endpoint.reception.digits == ""
    assert {packet.payload_type for packet in carrier.media.endpoint.reception.packets} <= {0, 8}


def tones_by_twentieth(call: PhoneCall) -> list[set[int]]:
    """Return which of the keys' tones stand out in each twentieth of a second that somebody has heard.

    A key is shorter than the window in which tones are told apart: silence on both sides fills it.
    """
    heard, step = call.heard(10), RATE // 20
    around = (int(WINDOW_SECONDS * RATE) - step) // 2
    return [
        dominant_tones(np.pad(heard[at : at + step], around), RATE, (*KEY_ROWS_HZ, *KEY_COLUMNS_HZ))
        for at in range(0, len(heard) - step, step // 2)
    ]


async def test_keys_while_something_is_played_and_before_the_answer(engine: Engine):
    call, leg = await engine.call_in(answered=False)
    await engine.switch.play(leg, "early", [engine.sound(600, 10)])
    await call.wait_for("early-media")

    call.send_dtmf("7")
    await engine.told(DigitPressed)

    assert pressed(engine, leg) == "7"


@pytest.mark.parametrize("recorded", [False, True])
async def test_keys_of_both_who_talk_are_told(engine: Engine, recorded: bool):
    call, leg = await engine.call_in()
    agent, agent_leg = await engine.call_in(hz=440)
    if recorded:
        engine.switch._rooms.keep_time_of(leg)
    await engine.set_room(Party(leg), Party(agent_leg))
    await hears(call, 440)

    call.send_dtmf("12")
    agent.send_dtmf("*8")
    await engine.told(DigitPressed, 4)

    assert pressed(engine, leg) == "12"
    assert pressed(engine, agent_leg) == "*8"


async def test_keys_are_in_no_log(engine: Engine):
    call, _ = await engine.call_in()
    call.send_dtmf("4929")
    await engine.told(DigitPressed, 4)

    assert "DTMF" not in engine.node.log("asterisk").upper()


def set_to(dtmf: Dtmf) -> tuple[Trunk, ...]:
    return tuple(replace(each, dtmf=dtmf) for each in directory().trunks)


@pytest.fixture(params=[Dtmf.INFO, Dtmf.INBAND], ids=lambda dtmf: dtmf.value)
async def dtmf(request: pytest.FixtureRequest) -> Dtmf:
    return request.param


@pytest.fixture
async def told_node(tmp_path: Path, dtmf: Dtmf) -> AsyncIterator[Node]:
    """A node whose trunks say how keys go."""
    made = Node(tmp_path, BLOCK)
    made.directory = replace(made.directory, trunks=set_to(dtmf))
    async with running(made) as node:
        yield node


@pytest.mark.parametrize("way", ["out", "in"])
async def test_keys_go_to_a_carrier_as_its_trunk_says(told_node: Node, dtmf: Dtmf, way: str):
    """Though it takes events: neither is it offered any, nor sent any."""
    told_node.with_trunks({"cheap": answer_after(0.0), "1001": answer_after(0.0)}, hz=AGENT_HZ)
    if way == "out":
        agent, carrier = await told_node.dial("13812345678"), await told_node.edge.wait_for_call()
    else:
        carrier, agent = await told_node.call_in(), await told_node.edge.wait_for_call()
    await hears(agent, AGENT_HZ if way == "out" else CUSTOMER_HZ)
    await hears(carrier, AGENT_HZ)
    carrier.play_tone(0)
    carrier.media.endpoint.reception.forget()

    agent.send_dtmf("59")

    if dtmf is Dtmf.INFO:
        await until(lambda: bodies_of_info(carrier) == ["5", "9"])
    else:
        for row, column in ((770, 1336), (852, 1477)):
            await until(lambda wanted={row, column}: any(wanted <= heard for heard in tones_by_twentieth(carrier)))
        carrier.press_in_band("15")
        await agent.wait_for_digits("15")
    assert carrier.media.remote is not None and carrier.media.remote.telephone_event is None
    assert carrier.media.endpoint.reception.digits == ""


def bodies_of_info(call: PhoneCall) -> list[str]:
    infos = [each for each in call.received_requests if each.method == "INFO"]
    return [line.partition("=")[2].strip() for each in infos for line in each.body.splitlines() if "Signal" in line]
