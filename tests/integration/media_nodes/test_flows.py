"""Flows on a real node: people who are rung, a mobile's voicemail that takes no customer, messages, a survey."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media_harness import (
    ACME,
    AGENT_HZ,
    BLOCK,
    COLLEAGUE_HZ,
    CUSTOMER_HZ,
    Node,
    directory,
    hears,
    running,
    until,
)
from recordings import channels_of

from callmodel.codec import from_wire
from callmodel.directory import Did, Directory
from callmodel.flows.document import Flow
from callmodel.flows.validating import problems_of
from callmodel.ids import E164, FlowId
from callmodel.prompts import BEEP
from simulators.call import PhoneCall
from simulators.phone import answer_after, reject_with
from simulators.tones import level_dbfs

MOBILE = "+8613900001111"
FLOWS: dict[str, dict[str, Any]] = {
    "follow": {
        "ring": {
            "kind": "ring", "otherwise": "box", "after": "ask",
            "steps": [{"to": "1001", "seconds": 3}, {"to": MOBILE, "seconds": 5}, {"to": "1002", "seconds": 5}],
        },
        "ask": {"kind": "survey", "into": "service", "prompts": [{"text": "One to five?"}], "next": "bye"},
        "box": {"kind": "voicemail", "mailbox": "sales", "prompts": [{"text": "Please speak."}], "seconds": 20},
        "bye": {"kind": "hang_up", "prompts": [{"text": "Goodbye."}]},
    },
    "box": {
        "box": {"kind": "voicemail", "mailbox": "sales", "prompts": [{"text": "Please speak."}], "seconds": 20},
    },
    "account": {
        "ask": {
            "kind": "collect", "into": "account", "prompts": [{"text": "Your account?"}], "least": 4, "most": 8,
            "next": "known", "otherwise": "bye", "seconds": 3,
        },
        "known": {
            "kind": "branch", "otherwise": "bye",
            "cases": [{"when": [{"kind": "data", "name": "account", "equals": "4711"}], "next": "desk"}],
        },
        "desk": {"kind": "transfer", "to": "1002", "otherwise": "bye"},
        "bye": {"kind": "hang_up", "prompts": [{"text": "Goodbye."}]},
    },
}  # fmt: skip
NUMBERS = {name: E164(f"+86215555013{place}") for place, name in enumerate(FLOWS)}
BYTES_A_SECOND = 32_000
"""Of a recording: two channels of 16 bits at 8 kHz."""
Policy = Callable[[PhoneCall], Awaitable[None]]


def known() -> Directory:
    plain = directory()
    flows = tuple(
        from_wire(Flow, {"flow_id": name, "tenant_id": ACME, "start": next(iter(nodes)), "nodes": nodes})
        for name, nodes in FLOWS.items()
    )
    assert [problems_of(flow) for flow in flows] == [[]] * len(flows)
    dids = tuple(Did(number, ACME, flow_id=FlowId(name)) for name, number in NUMBERS.items())
    return replace(plain, numbers=(*plain.numbers, *dids), flows=flows)


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path, BLOCK)
    made.directory = known()
    async with running(made):
        yield made


def with_people(node: Node, desk: Policy, mobile: Policy) -> list[str]:
    """Say what the desk and the mobile do; return who has been rung so far, as it goes on."""
    rung: list[str] = []

    def noted(name: str, policy: Policy) -> Policy:
        async def meet(call: PhoneCall) -> None:
            rung.append(name)
            await policy(call)

        return meet

    answers = {"1001": noted("desk", desk), "cheap": noted("mobile", mobile)}
    node.with_trunks({**answers, "1002": noted("manager", answer_after(0.2))}, hz=AGENT_HZ)
    return rung


async def hears_somebody(call: PhoneCall) -> None:
    await until(lambda: level_dbfs(call.heard(0.3)) > -40.0)


def loudest(samples: np.ndarray) -> int:
    """Return the frequency of which there is most, to the nearest 10 Hz."""
    spectrum = np.abs(np.fft.rfft(samples.astype(float)))
    return round(int(spectrum.argmax()) * 8000 / len(samples) / 10) * 10


def loudest_of(call: PhoneCall) -> set[int]:
    """Return what was loudest in each tenth of a second that a phone has heard."""
    heard = call.heard()
    return {loudest(heard[start : start + 800]) for start in range(0, len(heard) - 800, 800)}


async def test_desk_that_answers_has_the_call(node: Node):
    rung = with_people(node, answer_after(0.2), answer_after(0.2))

    customer = await node.call_in(NUMBERS["follow"])
    await hears(customer, AGENT_HZ)
    await customer.hang_up()

    cdr = await node.cdr()
    assert rung == ["desk"]
    assert (cdr["extension"], cdr["ending"], cdr["flow_id"]) == ("1001", "completed", "follow")


async def test_mobile_takes_the_call_by_pressing_1(node: Node):
    async def mobile(call: PhoneCall) -> None:
        call.answer()
        await hears_somebody(call)
        call.send_dtmf("1")

    rung = with_people(node, reject_with(486), mobile)
    customer = await node.call_in(NUMBERS["follow"])
    await hears(customer, AGENT_HZ, 15)
    await customer.hang_up()

    cdr = await node.cdr()
    assert rung == ["desk", "mobile"]
    assert (cdr["ending"], cdr["missed"]) == ("completed", None)
    assert [leg["role"] for leg in cdr["legs"]] == ["customer", "agent", "outside"]


async def test_mobiles_voicemail_takes_no_customer(node: Node):
    """It answers and presses nothing: the customer never hears it, and the manager is rung.

    Takes the fifteen seconds that somebody has to press 1.
    """
    let_go = asyncio.Event()

    async def voicemail(call: PhoneCall) -> None:
        call.answer()
        await call.wait_for("ended", timeout=30)
        let_go.set()

    rung = with_people(node, reject_with(486), voicemail)
    customer = await node.call_in(NUMBERS["follow"])
    await until(lambda: "mobile" in rung)
    await hears(customer, COLLEAGUE_HZ, 30)

    assert rung == ["desk", "mobile", "manager"]
    assert let_go.is_set()
    await customer.hang_up()
    assert (await node.cdr())["extension"] == "1002"


async def test_customer_whose_agent_hangs_up_is_asked_how_it_was(node: Node):
    with_people(node, answer_after(0.2), answer_after(0.2))
    customer = await node.call_in(NUMBERS["follow"])
    await hears(customer, AGENT_HZ)
    desk = node.edge.calls[-1]

    await desk.hang_up()
    await hears_somebody(customer)
    customer.send_dtmf("4")
    await customer.wait_for("ended", timeout=15)

    cdr = await node.cdr()
    assert (cdr["marks"], cdr["ending"]) == ({"service": "4"}, "completed")


async def test_message_is_recorded_and_ends_with_the_hash_key(node: Node):
    customer = await node.call_in(NUMBERS["box"])
    await until(lambda: sum(file.stat().st_size for file in node.spool.rglob("*-v1*")) > 3 * BYTES_A_SECOND)
    customer.send_dtmf("#")
    await customer.wait_for("ended", timeout=10)

    assert BEEP.hz in loudest_of(customer)
    cdr = await node.cdr()
    assert (cdr["ending"], cdr["mailbox"]) == ("voicemail", "sales")
    assert cdr["recording_id"] == f"{cdr['call_id']}-v1"
    (spooled,) = await until(lambda: node.of_kind("recording.spooled"))
    message, _, seconds = channels_of(spooled["body"]["path"])
    assert 2.0 < seconds < 8.0
    assert loudest(message[4000:12000]) == CUSTOMER_HZ


async def test_digits_decide(node: Node):
    with_people(node, answer_after(0.2), answer_after(0.2))
    customer = await node.call_in(NUMBERS["account"])
    await hears_somebody(customer)
    customer.send_dtmf("4711#")
    await hears(customer, COLLEAGUE_HZ, 15)

    await customer.hang_up()
    log = node.log("conductor") + node.log("asterisk")
    assert "4711" not in log
    assert (await node.cdr())["ending"] == "completed"


async def test_caller_in_a_flow_outlives_the_conductor(node: Node):
    with_people(node, answer_after(0.2), answer_after(0.2))
    customer = await node.call_in(NUMBERS["account"])
    await hears_somebody(customer)

    node.processes["conductor"].kill()
    node.start_conductor()
    await until(node.ready, 20)
    await hears_somebody(customer)
    customer.send_dtmf("4711#")
    await hears(customer, COLLEAGUE_HZ, 15)
    await customer.hang_up()

    cdr = await node.cdr()
    assert (cdr["ending"], cdr["flow_id"]) == ("completed", "account")
