"""Missed calls become tasks out of facts, and one person at a time calls back, by a number that nobody sees."""

import asyncio
from dataclasses import replace
from typing import Any

from facts_house import ACME, CUSTOMER, GLOBEX, HQ_NUMBER, House, cdr, new_call_id, until

from callmodel.callstate import Direction
from callmodel.cdr import Cdr
from callmodel.endings import Ending, class_of
from callmodel.ids import E164, CallId, QueueId, RecordingId, TenantId
from control_plane.features.calls.followups import reason_of
from control_plane.features.calls.followups_store import FollowUpStore
from control_plane.features.calls.store import CallStore
from control_plane.people.permissions import Role
from control_plane.times import day_of, now_ms

PATH = f"/tenants/{ACME}/follow-ups"


def missed(call_id: CallId, ending: Ending = Ending.ABANDONED, **changes: Any) -> Cdr:
    """Return a call of the customer's that nobody took."""
    call = cdr(call_id, changes.pop("tenant_id", ACME))
    values = {"ending": ending, "ending_class": class_of(ending), "answered_ms": None, "direction": Direction.INBOUND}
    return replace(call, **{**values, "number": CUSTOMER, "caller_number": HQ_NUMBER, "withheld": False, **changes})


async def keep(house: House, call: Cdr, tenant_id: TenantId = ACME) -> CallId:
    """Keep a call that was missed as the consumer does."""
    resources, why = house.resources, reason_of(call)
    assert why is not None
    await CallStore(resources.store, resources.cipher).write(tenant_id, [call])
    await FollowUpStore(resources.store, resources.retention).add(tenant_id, call, why)
    return call.call_id


def today(query: str = "") -> str:
    return f"{PATH}?day={day_of(now_ms())}{query}"


async def test_facts_become_follow_ups_once_however_often_they_come(house: House):
    ana = await house.token("ana", Role.AGENT)
    lost, message, taken = new_call_id(), new_call_id(), new_call_id()
    queue = {"missed": "waited", "queue_id": QueueId("sales"), "queue_seconds": 61.5}
    voicemail = {"mailbox": "sales", "recording_id": RecordingId(f"{message}-r1"), "missed": "no-answer"}
    for _ in range(2):
        await house.tell("call.ended", missed(lost, **queue))
        await house.tell("call.ended", missed(message, Ending.VOICEMAIL, **voicemail))
        await house.tell("call.ended", replace(cdr(taken), direction=Direction.INBOUND))
    await house.start_facts()

    async def listed() -> list[dict[str, Any]]:
        status, page = await house.ask(ana, "GET", today())
        assert status == 200, page
        found: list[dict[str, Any]] = page["items"]
        return found

    async def both_there() -> bool:
        return len(await listed()) == 2

    await until(both_there)
    by_id = {each["call_id"]: each for each in await listed()}
    assert by_id.keys() == {lost, message}
    first, second = by_id[lost], by_id[message]
    assert (first["kind"], first["reason"], first["queue_id"], first["queue_seconds"]) == (
        "missed",
        "waited",
        "sales",
        61.5,
    )
    assert (second["kind"], second["mailbox"], second["recording_id"]) == ("voicemail", "sales", f"{message}-r1")
    assert first["number"] == "+86138****5678" and first["caller_number"] == HQ_NUMBER
    assert CUSTOMER[3:] not in str(by_id)


async def test_one_click_calls_the_customer_back(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    await house.beat_heart()
    call_id = await keep(house, missed(new_call_id()))

    status, made = await house.ask(ana, "POST", f"{PATH}/{call_id}/call-back", {"extension": "1001"})
    _, seen = await house.ask(ana, "GET", f"{PATH}/{call_id}")

    assert status == 202, made
    [order] = await house.orders()
    assert (order["call_id"], order["extension"], order["dialled"]) == (made["call_id"], "1001", CUSTOMER)
    assert seen["called_by"] == "ana" and seen["done_by"] is None
    assert CUSTOMER[3:] not in str((made, seen))


async def test_of_two_who_call_back_at_once_one_does(house: House):
    tokens = [await house.token(name, Role.AGENT, at=at) for name, at in (("ana", "1001"), ("bo", "1002"))]
    await house.beat_heart()
    call_id = await keep(house, missed(new_call_id()))

    answers = await asyncio.gather(
        *(
            house.ask(token, "POST", f"{PATH}/{call_id}/call-back", {"extension": extension})
            for token, extension in zip(tokens, ("1001", "1002"), strict=True)
        )
    )

    assert sorted(status for status, _ in answers) == [202, 409]
    refused = next(body for status, body in answers if status == 409)
    assert refused["error_id"] == "follow-up-taken" and refused["called_by"] in ("ana", "bo")
    assert len(await house.orders()) == 1


async def test_a_call_back_that_can_not_begin_leaves_the_task_to_others(house: House):
    ana, bo = [await house.token(name, Role.AGENT, at=at) for name, at in (("ana", "1001"), ("bo", "1002"))]
    call_id = await keep(house, missed(new_call_id()))

    # No media node is there yet; and the station is somebody else's.
    away, _ = await house.ask(ana, "POST", f"{PATH}/{call_id}/call-back", {"extension": "1001"})
    await house.beat_heart()
    elsewhere, problem = await house.ask(ana, "POST", f"{PATH}/{call_id}/call-back", {"extension": "1002"})
    status, _ = await house.ask(bo, "POST", f"{PATH}/{call_id}/call-back", {"extension": "1002"})

    assert (away, elsewhere, problem["error_id"], status) == (503, 403, "out-of-reach", 202)


async def test_what_is_done_is_open_no_more(house: House):
    ana, bo = [await house.token(name, Role.AGENT, at=at) for name, at in (("ana", "1001"), ("bo", "1002"))]
    first, second = [await keep(house, missed(new_call_id())) for _ in range(2)]

    _, done = await house.ask(ana, "POST", f"{PATH}/{first}/done")
    _, again = await house.ask(bo, "POST", f"{PATH}/{first}/done")
    _, page = await house.ask(bo, "GET", today("&open=true"))
    _, everything = await house.ask(bo, "GET", today())
    status, refused = await house.ask(bo, "POST", f"{PATH}/{first}/call-back", {"extension": "1002"})

    assert (done["done_by"], again["done_by"], again["done_ms"]) == ("ana", "ana", done["done_ms"])
    assert [each["call_id"] for each in page["items"]] == [second]
    assert [each["call_id"] for each in everything["items"]] == [second, first]
    assert (status, refused["error_id"], refused["done_by"]) == (409, "follow-up-taken", "ana")


async def test_nobody_can_be_called_back_whose_number_is_not_known(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    unknown = await keep(house, missed(new_call_id(), number=None))
    withheld = await keep(house, missed(new_call_id(), withheld=True))
    await house.beat_heart()

    _, seen = await house.ask(ana, "GET", f"{PATH}/{withheld}")
    status, problem = await house.ask(ana, "POST", f"{PATH}/{unknown}/call-back", {"extension": "1001"})

    assert seen["number"] == "anonymous"
    assert (status, problem["error_id"]) == (409, "nobody-to-call")


async def test_a_tenants_missed_calls_are_its_own(house: House):
    stranger = await house.token("eve", Role.MANAGER, tenant_id=GLOBEX)
    client = await house.token("cleo", Role.CLIENT)
    call_id = await keep(house, missed(new_call_id()))
    of_globex = await keep(house, missed(new_call_id(), tenant_id=GLOBEX, number=E164("+8613900000000")), GLOBEX)
    ana = await house.token("ana", Role.AGENT, at="1001")

    assert (await house.ask(stranger, "GET", f"{PATH}/{call_id}"))[0] == 404
    assert (await house.ask(ana, "GET", f"{PATH}/{of_globex}"))[0] == 404
    assert (await house.ask(client, "GET", today()))[0] == 403
