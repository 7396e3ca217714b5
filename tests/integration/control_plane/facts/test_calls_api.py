"""Routes of calls and recordings in the real application: orders, masked numbers, audited looks, tenants apart."""

import json
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from facts_house import (
    ACME,
    CUSTOMER,
    GLOBEX,
    HQ_NUMBER,
    NODE,
    House,
    cdr,
    live_call,
    new_call_id,
    records,
    spool,
    until,
)

from callmodel import keys
from callmodel.callstate import CallState, LegRole, LegState
from callmodel.cdr import CdrLeg
from callmodel.codec import to_wire
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, TenantId
from callmodel.wire import Envelope
from control_plane.audit import AUDIT
from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls.store import CallStore
from control_plane.features.live.facts import keep_live, settle_live
from control_plane.features.recordings.ledger import CallOver, FileArchived, FileLost, FileSpooled, RecordingOwed
from control_plane.features.recordings.store import LedgerStore
from control_plane.features.tenants.store import TenantStore
from control_plane.people.permissions import Role
from control_plane.times import day_of, now_ms

CALLS = f"/tenants/{ACME}/calls"


async def write(house: House, count: int = 1, tenant_id: TenantId = ACME) -> list[CallId]:
    calls = CallStore(house.resources.store, house.resources.cipher)
    started = [now_ms() - (count - index) for index in range(count)]
    call_ids = [new_call_id(at_ms) for at_ms in started]
    await calls.write(
        tenant_id, [cdr(call_id, tenant_id, started_ms=at) for call_id, at in zip(call_ids, started, strict=True)]
    )
    return call_ids


async def trail(house: House, tenant_id: TenantId = ACME) -> list[dict[str, Any]]:
    scope = {"tenant_id": tenant_id, "day": day_of(now_ms())}
    return (await house.resources.store.page(AUDIT.name, scope, limit=100)).rows


async def test_a_call_asked_for_goes_to_the_node_with_most_room(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    await house.beat_heart(NODE, calls=50)
    await house.beat_heart(NodeId("node-2"), calls=10)
    await house.beat_heart(NodeId("node-3"), calls=0, draining=True)

    status, answer = await house.ask(ana, "POST", CALLS, {"extension": "1001", "number": "138 1234-5678"})

    assert status == 202
    [order] = await house.orders(NodeId("node-2"))
    # An agent who asked for a call is rung soon or not at all.
    assert now_ms() + 25_000 < order.pop("not_after_ms") <= now_ms() + 30_000
    assert order == {
        "is_owed": False,
        "call_id": answer["call_id"], "tenant_id": ACME, "extension": "1001", "site_id": "branch-1",
        "dialled": "138 1234-5678", "asked_by": "ana", "caller_number": None, "kind": "call.place",
            "traceparent": None,
    }  # fmt: skip
    assert await house.redis.get(keys.call_owner(ACME, answer["call_id"])) == "node-2"
    assert 0 < await house.redis.ttl(keys.call_owner(ACME, answer["call_id"])) <= 86_400


@pytest.mark.parametrize(
    ("asked", "status", "error_id"),
    [
        ({"number": "12#45678"}, 422, "number-undiallable"),
        ({"number": "+86\uff11\uff13812345678"}, 422, "number-undiallable"),
        ({"number": "+86 0 138 1234 5678"}, 422, "number-undiallable"),
        ({"number": "1999"}, 422, "extension-unknown"),
        ({"extension": "2001"}, 422, "extension-unknown"),
        ({"caller_number": "+862199999999"}, 422, "caller-number-unknown"),
        ({"caller_number": "+862155550002"}, 422, "caller-number-unknown"),
        ({"number": "+4930123456"}, 503, "no-trunk"),
        ({"number": "+881612345678"}, 403, "destination-blocked"),
        ({"number": ""}, 422, "invalid-request"),
        ({"extension": "1001x"}, 422, "invalid-request"),
        ({"number": "9" * 41}, 422, "invalid-request"),
    ],
)
async def test_what_can_not_be_called_is_refused_at_once(
    house: House, asked: dict[str, str], status: int, error_id: str
):
    ana = await house.token("ana", Role.AGENT, at="1001")
    await house.beat_heart()

    said, problem = await house.ask(ana, "POST", CALLS, {"extension": "1001", "number": CUSTOMER, **asked})

    assert (said, problem["error_id"]) == (status, error_id)
    assert await house.orders() == []


async def test_without_a_node_that_takes_calls_there_is_no_call(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    wanted = {"extension": "1001", "number": CUSTOMER}

    assert (await house.ask(ana, "POST", CALLS, wanted))[1]["error_id"] == "no-media-node"
    await house.beat_heart(draining=True)
    assert (await house.ask(ana, "POST", CALLS, wanted))[1]["error_id"] == "draining"
    await house.beat_heart(calls=100)
    assert (await house.ask(ana, "POST", CALLS, wanted))[1]["error_id"] == "no-media-node"


async def test_orders_for_a_call_go_to_the_node_that_holds_it(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    call_id = new_call_id()
    await house.beat_heart()
    await house.redis.set(keys.call_owner(ACME, call_id), NODE)
    await LiveCalls(house.redis).show(ACME, live_call(call_id, CallState.TALKING.value))

    assert (await house.ask(ana, "POST", f"{CALLS}/{call_id}/transfer", {"to": "1002"}))[0] == 202
    assert (await house.ask(ana, "DELETE", f"{CALLS}/{call_id}"))[0] == 204

    assert [(order["kind"], order["call_id"]) for order in await house.orders()] == [
        ("call.transfer", call_id),
        ("call.end", call_id),
    ]
    assert (await house.orders())[-1]["asked_by"] == "ana"


async def test_orders_for_calls_that_can_not_be_changed_say_why(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    ringing = new_call_id()
    await house.beat_heart()
    await house.redis.set(keys.call_owner(ACME, ringing), NODE)
    await LiveCalls(house.redis).show(ACME, live_call(ringing, "ringing"))
    [ended] = await write(house)

    async def error_id(method: str, path: str, body: object = None) -> tuple[int, str]:
        status, problem = await house.ask(ana, method, path, body)
        return status, problem["error_id"]

    to = {"to": "1002"}
    assert await error_id("POST", f"{CALLS}/{ringing}/transfer", to) == (409, "call-not-talking")
    assert await error_id("POST", f"{CALLS}/{ended}/transfer", to) == (409, "call-not-talking")
    assert await error_id("POST", f"{CALLS}/{new_call_id()}/transfer", to) == (404, "call-unknown")
    assert await error_id("DELETE", f"{CALLS}/{new_call_id()}") == (404, "call-unknown")
    assert (await house.ask(ana, "DELETE", f"{CALLS}/{ended}"))[0] == 204
    await house.redis.delete(keys.heartbeat(NODE))
    assert await error_id("DELETE", f"{CALLS}/{ringing}") == (503, "node-lost")
    assert await house.orders() == []


async def test_calls_in_progress_and_ended_are_listed_with_masked_numbers(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    call_id = new_call_id()
    await LiveCalls(house.redis).show(ACME, live_call(call_id, "ringing"))
    ended = await write(house, 5)

    status, live = await house.ask(ana, "GET", f"{CALLS}?state=live")
    assert (status, [(call["call_id"], call["state"]) for call in live["items"]]) == (200, [(call_id, "ringing")])
    status, one = await house.ask(ana, "GET", f"{CALLS}/{call_id}")
    assert (status, one["ended_ms"], one["legs"]) == (200, None, [])

    path, seen = f"{CALLS}?day={day_of(now_ms())}&limit=2", []
    after = ""
    while after is not None:
        status, page = await house.ask(ana, "GET", path + (f"&after={after}" if after else ""))
        assert status == 200 and "13812345678" not in json.dumps(page) + json.dumps(live)
        seen += [call["call_id"] for call in page["items"]]
        after = page["next"]
    assert seen == ended[::-1]

    status, one = await house.ask(ana, "GET", f"{CALLS}/{ended[0]}")
    assert [(leg["role"], leg["number"]) for leg in one["legs"]] == [("agent", None), ("customer", "+86138****5678")]
    assert one["caller_number"] == HQ_NUMBER


async def test_calls_in_progress_are_listed_to_the_last_one_by_pages(house: House):
    ana = await house.token("ana", Role.AGENT)
    live = LiveCalls(house.redis)
    begun = [new_call_id(now_ms() - 10_000 + n) for n in range(1_100)]
    for n, call_id in enumerate(begun):
        await live.show(ACME, live_call(call_id, "talking", extension=Extension("1002" if n % 100 == 7 else "1001")))

    async def listed(query: str) -> list[list[str]]:
        pages, after = [], ""
        while after is not None:
            status, page = await house.ask(ana, "GET", f"{CALLS}?state=live{query}" + (after and f"&after={after}"))
            assert status == 200, page
            pages.append([call["call_id"] for call in page["items"]])
            after = page["next"]
            # A call that ends between two pages takes nobody else's place.
            await live.end(ACME, CallId(pages[0][0]))
        return pages

    pages = await listed("&limit=500")
    assert [len(page) for page in pages] == [500, 500, 100] and [*chain(*pages)] == begun
    assert [*chain(*await listed("&extension=1002&limit=4"))] == begun[7::100]
    for refused in ("&ending=busy", f"&day={day_of(now_ms())}", "&since_ms=1", "&after=AAAA"):
        assert (await house.ask(ana, "GET", f"{CALLS}?state=live{refused}"))[0] == 422


async def test_calls_are_found_by_customer_without_the_number_and_by_number_only_for_who_may_see_it(house: House):
    ana, mia = await house.token("ana", Role.AGENT), await house.token("mia", Role.MANAGER)
    mine, other = await write(house, 2)
    await CallStore(house.resources.store, house.resources.cipher).write(
        ACME, [replace(cdr(other_call := new_call_id()), number=E164("+8613900001111"))]
    )

    _, one = await house.ask(ana, "GET", f"{CALLS}/{mine}")
    status, page = await house.ask(ana, "GET", f"{CALLS}?customer={one['customer']}")
    assert (status, [call["call_id"] for call in page["items"]]) == (200, [other, mine])
    assert other_call not in str(page) and "13812345678" not in json.dumps([one, page])
    _, page = await house.ask(
        ana, "GET", f"{CALLS}?extension=1001&direction=outbound&site_id=branch-1&trunk_id=carrier"
    )
    assert {call["call_id"] for call in page["items"]} == {mine, other, other_call}

    assert (await house.ask(ana, "POST", f"/tenants/{ACME}/customer-token", {"number": CUSTOMER}))[0] == 403
    status, said = await house.ask(mia, "POST", f"/tenants/{ACME}/customer-token", {"number": CUSTOMER})
    assert (status, said) == (200, {"customer": one["customer"]})
    looks = [(row["actor"], row["subject"]) for row in await trail(house) if row["action"] == "calls.find-customer"]
    assert looks == [("mia", said)] and "13812345678" not in json.dumps(await trail(house))


async def test_a_record_says_what_the_call_cost_and_how_long_everything_took(house: House):
    ana = await house.token("ana", Role.AGENT)
    await house.start_facts()
    call_id = new_call_id()
    await house.tell("call.ended", cdr(call_id))
    [record] = await until(lambda: records(house))

    assert record.cdr == replace(cdr(call_id, started_ms=record.cdr.started_ms), currency="CNY")
    _, one = await house.ask(await house.token("max", Role.MANAGER), "GET", f"{CALLS}/{call_id}")
    assert (one["cost_micros"], one["currency"], one["hung_up_by"]) == (10_000, "CNY", "agent")
    assert [one[f"{name}_seconds"] for name in ("talk", "hold", "ring", "wait")] == [6.0, 0.0, 2.9, 0.0]
    leg = one["legs"][1]
    assert (leg["cost_micros"], leg["cost_per_minute"], leg["cost_class"]) == (10_000, 0.1, "national")
    # What it cost is for those alone who may see what is spent.
    _, seen = await house.ask(ana, "GET", f"{CALLS}/{call_id}")
    assert {seen[name] for name in ("cost_micros", "currency", "cost_class")} == {None}
    assert {leg[name] for leg in seen["legs"] for name in ("cost_micros", "cost_per_minute", "cost_class")} == {None}
    _, listed = await house.ask(ana, "GET", f"{CALLS}?limit=10")
    assert [each["cost_micros"] for each in listed["items"]] == [None]


async def test_a_call_is_found_at_every_moment_between_its_answer_and_its_record(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    call_id, live = new_call_id(), LiveCalls(house.redis)
    legs = (
        CdrLeg(LegId(f"{call_id}-1"), LegRole.AGENT, LegState.ANSWERED, 1000),
        CdrLeg(LegId(f"{call_id}-2"), LegRole.CUSTOMER, LegState.ANSWERED, 1000, number=CUSTOMER),
    )
    ended = Envelope("f", "call.ended", ACME, NODE, now_ms(), to_wire(cdr(call_id)))
    await live.show(ACME, live_call(call_id, "talking", legs=legs))

    async def seen() -> tuple[int, str, list[tuple[str, str | None]]]:
        status, call = await house.ask(ana, "GET", f"{CALLS}/{call_id}")
        assert "13812345678" not in json.dumps(call)
        return status, call["state"], [(leg["role"], leg["number"]) for leg in call["legs"]]

    shown = [("agent", None), ("customer", "+86138****5678")]
    assert await seen() == (200, "talking", shown)
    for _ in range(2):
        await keep_live(live, ended)
        assert await live.page(ACME, 10) == []
        assert await seen() == (200, "ending", shown)
    assert not await live.show(ACME, live_call(call_id, "talking"))
    await CallStore(house.resources.store, house.resources.cipher).write(ACME, [cdr(call_id)])
    await settle_live(live, ended)
    await keep_live(live, ended)

    assert await seen() == (200, "ended", shown)
    assert await live.one(ACME, call_id) is None
    assert await house.redis.get(f"{keys.live_calls(ACME)}:ended:{call_id}") == "recorded"


async def test_a_page_token_from_elsewhere_is_refused(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")

    status, problem = await house.ask(ana, "GET", f"{CALLS}?day={day_of(now_ms())}&after=AAAA")

    assert (status, problem["error_id"]) == (422, "invalid-request")


async def test_full_numbers_are_for_managers_and_each_look_is_written_down(house: House):
    tokens = {role: await house.token(role.value, role) for role in Role}
    tokens["admin"] = await house.token("root", is_hq_admin=True)  # type: ignore[index]
    [call_id] = await write(house)

    for role in (Role.AGENT, Role.SUPERVISOR, Role.CLIENT):
        status, problem = await house.ask(tokens[role], "GET", f"{CALLS}/{call_id}?reveal=numbers")
        assert (status, problem["error_id"]) == (403, "forbidden")
        assert (await house.ask(tokens[role], "GET", f"{CALLS}?reveal=numbers"))[0] == 403
    assert await trail(house) == []

    _, one = await house.ask(tokens[Role.MANAGER], "GET", f"{CALLS}/{call_id}?reveal=numbers")
    _, page = await house.ask(tokens["admin"], "GET", f"{CALLS}?reveal=numbers")  # type: ignore[index]

    assert one["number"] == one["legs"][1]["number"] == page["items"][0]["number"] == CUSTOMER
    looks = [(row["actor"], row["action"], row["subject"]) for row in await trail(house)]
    wanted = {"call_ids": [call_id]}
    assert sorted(looks, key=lambda look: look[0]) == [
        ("manager", "calls.reveal-numbers", wanted), ("root", "calls.reveal-numbers", wanted),
    ]  # fmt: skip
    assert "13812345678" not in json.dumps(await trail(house))


async def test_a_disposition_may_come_before_the_record_and_again(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    calls = CallStore(house.resources.store, house.resources.cipher)
    call_id = new_call_id()
    path = f"{CALLS}/{call_id}/disposition"

    assert (await house.ask(ana, "PUT", path, {"disposition": "sold"}))[1]["error_id"] == "call-unknown"
    record = cdr(call_id)
    await LiveCalls(house.redis).show(ACME, live_call(call_id, "talking"))
    assert (await house.ask(ana, "PUT", path, {"disposition": "sold", "note": "two"}))[0] == 204
    await calls.write(ACME, [record])
    assert (await house.ask(ana, "GET", f"{CALLS}/{call_id}"))[1]["disposition"] == "sold"
    for _ in range(2):
        assert (await house.ask(ana, "PUT", path, {"disposition": "call-back"}))[0] == 204

    _, one = await house.ask(ana, "GET", f"{CALLS}/{call_id}")
    assert (one["disposition"], one["note"], one["ending"]) == ("call-back", None, "completed")


async def test_a_tenant_with_results_of_its_own_takes_no_others(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    call_id = new_call_id()
    path = f"{CALLS}/{call_id}/disposition"
    await CallStore(house.resources.store, house.resources.cipher).write(ACME, [cdr(call_id)])
    tenants = TenantStore(house.resources.store)
    before = await tenants.find(ACME)
    own = [{"disposition": "sold", "label": "Sold"}, {"disposition": "later", "label": "Call again"}]
    await tenants.change(ACME, {"dispositions": own}, before)

    refused, problem = await house.ask(ana, "PUT", path, {"disposition": "resolved", "note": "two"})
    taken = [(await house.ask(ana, "PUT", path, {"disposition": each, "note": "two"}))[0] for each in ("sold", None)]
    await tenants.change(ACME, {"dispositions": []}, before)
    again, _ = await house.ask(ana, "PUT", path, {"disposition": "resolved"})

    assert (refused, problem["error_id"], problem["detail"]) == (422, "disposition-unknown", "one of later, sold")
    assert taken == [204, 204] and again == 204


async def test_another_tenants_calls_and_recordings_do_not_exist(house: House):
    stranger = await house.token("gil", Role.MANAGER, tenant_id=GLOBEX)
    [call_id] = await write(house)
    live = new_call_id()
    await house.beat_heart()
    await house.redis.set(keys.call_owner(ACME, live), NODE)
    await LiveCalls(house.redis).show(ACME, live_call(live, "talking"))
    recording_id = await archive(house)

    for own in (GLOBEX, ACME):
        base = f"/tenants/{own}"
        for method, path, body in (
            ("GET", f"/calls/{call_id}", None),
            ("GET", f"/calls/{live}", None),
            ("DELETE", f"/calls/{live}", None),
            ("POST", f"/calls/{live}/transfer", {"to": "2001"}),
            ("PUT", f"/calls/{call_id}/disposition", {"disposition": "sold"}),
            ("GET", f"/recordings/{recording_id}", None),
            ("GET", f"/recordings/{recording_id}/download", None),
        ):
            assert (await house.ask(stranger, method, base + path, body))[0] == 404, (method, own, path)
    for path in ("/calls", "/calls?state=live", f"/recordings?day={day_of(now_ms())}"):
        status, page = await house.ask(stranger, "GET", f"/tenants/{GLOBEX}{path}")
        assert (status, page["items"]) == (200, [])
        assert (await house.ask(stranger, "GET", f"/tenants/{ACME}{path}"))[0] == 404
    assert await house.orders() == []


async def archive(house: House) -> str:
    call_id = new_call_id()
    recording = spool(house.folder, call_id, 1.0)
    ledger = LedgerStore(house.resources.store)
    key = f"{ACME}/recordings/x/{recording.recording_id}.ogg"
    info = await house.resources.objects.put(key, b"sound", content_type="audio/ogg")
    for fact in (
        FileSpooled(recording.path, 1.0, now_ms()),
        FileArchived(1.0, key, info.sha256, info.size, "ogg-opus", now_ms()),
    ):
        await ledger.advance(ACME, recording.recording_id, call_id, fact)
    return recording.recording_id


async def test_recordings_are_for_supervisors_managers_and_the_client_and_a_download_is_written_down(house: House):
    recording_id = await archive(house)
    path = f"/tenants/{ACME}/recordings/{recording_id}/download"
    agent = await house.token("ana", Role.AGENT, at="1001")

    assert (await house.ask(agent, "GET", path))[0] == 403
    for role in (Role.SUPERVISOR, Role.MANAGER, Role.CLIENT):
        status, link = await house.ask(await house.token(role.value, role), "GET", path)
        assert status == 200

    async with house.client.get(link["url"].removeprefix(house.settings.public_url)) as response:
        assert (response.status, await response.read()) == (200, b"sound")
        assert f"{recording_id}.ogg" in response.headers["Content-Disposition"]
    assert sorted(row["actor"] for row in await trail(house)) == ["client", "manager", "supervisor"]
    assert {row["action"] for row in await trail(house)} == {"recordings.download"}


async def test_gaps_are_what_is_owed_and_not_archived(house: House):
    sue = await house.token("sue", Role.SUPERVISOR)
    archived = await archive(house)
    owed_call = new_call_id()
    owed = f"{owed_call}-r1"
    await LedgerStore(house.resources.store).advance(ACME, owed, owed_call, RecordingOwed(now_ms()))  # type: ignore[arg-type]
    day = day_of(now_ms())

    _, everything = await house.ask(sue, "GET", f"/tenants/{ACME}/recordings?day={day}")
    _, gaps = await house.ask(sue, "GET", f"/tenants/{ACME}/recordings/gaps?day={day}")

    assert {item["recording_id"] for item in everything["items"]} == {owed, archived}
    assert [(item["recording_id"], item["state"]) for item in gaps["items"]] == [(owed, "expected")]
    status, problem = await house.ask(sue, "GET", f"/tenants/{ACME}/recordings/{owed}/download")
    assert (status, problem["error_id"]) == (409, "recording-not-archived")
    for unknown in (f"{new_call_id()}-r1", "nothing"):
        status, problem = await house.ask(sue, "GET", f"/tenants/{ACME}/recordings/{unknown}")
        assert (status, problem["error_id"]) == (404, "recording-unknown")


async def test_a_call_that_was_over_at_once_is_listed_as_empty_and_is_no_gap(
    house: House, caplog: pytest.LogCaptureFixture
):
    sue = await house.token("sue", Role.SUPERVISOR)
    ledger, day = LedgerStore(house.resources.store), day_of(now_ms())
    lost = FileLost("no sound was written", now_ms())
    ids = {}
    for state, seconds in (("empty", 0.2), ("lost", 20.0)):
        call_id = new_call_id()
        ids[state] = RecordingId(f"{call_id}-r1")
        for fact in (RecordingOwed(now_ms()), lost, CallOver(seconds, now_ms()), lost):
            await ledger.advance(ACME, ids[state], call_id, fact)

    async def listed(path: str) -> list[tuple[str, str, str]]:
        status, page = await house.ask(sue, "GET", f"/tenants/{ACME}/recordings{path}?day={day}")
        assert status == 200
        return [(item["recording_id"], item["state"], item["reason"]) for item in page["items"]]

    assert await listed("") == [(ids[state], state, lost.reason) for state in ("lost", "empty")]
    assert await listed("/gaps") == [(ids["lost"], "lost", lost.reason)]
    alarms = [vars(record) for record in caplog.records if getattr(record, "alarm", None) == "recording-lost"]
    assert [alarm["recording_id"] for alarm in alarms] == [ids["lost"]]

    # Its sound is found after all: it is owed until it is archived.
    await ledger.advance(ACME, ids["empty"], call_id, FileSpooled("/spool/x.wav", 0.2, lost.at_ms + 1))
    assert {each[:2] for each in await listed("/gaps")} == {(ids["lost"], "lost"), (ids["empty"], "spooled")}


async def test_a_call_that_only_the_live_picture_knows_can_have_a_disposition(house: House):
    ana = await house.token("ana", Role.AGENT, at="1001")
    call_id = new_call_id()
    record = cdr(call_id)
    await LiveCalls(house.redis).show(ACME, live_call(call_id, "talking", started_ms=record.started_ms))

    assert (await house.ask(ana, "PUT", f"{CALLS}/{call_id}/disposition", {"disposition": "sold"}))[0] == 204

    await CallStore(house.resources.store, house.resources.cipher).write(ACME, [record])
    assert (await house.ask(ana, "GET", f"{CALLS}/{call_id}"))[1]["disposition"] == "sold"
