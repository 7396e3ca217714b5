"""What an agent does with a call by its id: keeps a note while it goes on, and calls its customer by one click."""

from dataclasses import replace
from typing import Any

import pytest
from facts_house import ACME, CUSTOMER, House, cdr, live_call, new_call_id

from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls.store import CallStore
from control_plane.people.permissions import Role

CALLS = f"/tenants/{ACME}/calls"
DESK = {"extension": "1001"}


async def test_a_note_is_kept_before_there_is_a_result_and_shown_while_the_call_goes_on(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    call_id = new_call_id()
    await LiveCalls(house.redis).show(ACME, live_call(call_id, "talking"))

    assert (await house.ask(ana, "PUT", f"{CALLS}/{call_id}/disposition", {"note": "wants blue"}))[0] == 204

    _, one = await house.ask(ana, "GET", f"{CALLS}/{call_id}")
    assert (one["state"], one["disposition"], one["note"]) == ("talking", None, "wants blue")


async def test_one_click_calls_the_customer_of_a_call_whose_number_nobody_sees(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    await house.beat_heart()
    record = cdr(new_call_id())
    await CallStore(house.resources.store, house.resources.cipher).write(ACME, [record])

    status, made = await house.ask(ana, "POST", f"{CALLS}/{record.call_id}/call-back", DESK)
    unknown, problem = await house.ask(ana, "POST", f"{CALLS}/{new_call_id()}/call-back", DESK)

    assert (status, unknown, problem["error_id"]) == (202, 404, "call-unknown")
    [order] = await house.orders()
    assert (order["call_id"], order["extension"], order["dialled"]) == (made["call_id"], "1001", CUSTOMER)
    assert CUSTOMER[3:] not in str(made)


@pytest.mark.parametrize("unknown", [{"number": None}, {"withheld": True}])
async def test_who_withheld_their_number_is_not_called_by_a_click(house: House, unknown: dict[str, Any]):
    ana = await house.token("ana", Role.AGENT, at="1001")
    await house.beat_heart()
    record = replace(cdr(new_call_id()), **unknown)
    await CallStore(house.resources.store, house.resources.cipher).write(ACME, [record])

    status, problem = await house.ask(ana, "POST", f"{CALLS}/{record.call_id}/call-back", DESK)

    assert (status, problem["error_id"], await house.orders()) == (409, "nobody-to-call", [])
