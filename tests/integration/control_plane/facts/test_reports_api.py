"""Reports over real stores: sums kept and made anew, by right and tenant, as JSON, CSV and XLSX."""

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

from facts_house import ACME, GLOBEX, House, cdr, new_call_id

from callmodel import keys
from callmodel.cdr import Cdr
from callmodel.codec import to_wire
from callmodel.ids import AgentId, QueueId, TenantId
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.features.calls.store import CallStore
from control_plane.features.reports.counting import Kind
from control_plane.features.reports.facts import LateCalls
from control_plane.features.reports.store import REPORT_SUMS, SumStore
from control_plane.people.permissions import Role
from control_plane.times import DAY_MS, now_ms, slot_of

DAY = now_ms() // DAY_MS * DAY_MS - 2 * DAY_MS
"""The day before yesterday, UTC."""
NOON = DAY + 12 * 3_600_000
QUEUE = QueueId("sales")


def a_call(at_ms: int, tenant_id: TenantId = ACME, **details: Any) -> Cdr:
    """A call of 6 s over the trunk `carrier`, from queue `sales` after 4 s, that cost 10,000 millionths."""
    queued = {"queue_id": QUEUE, "queue_seconds": 4.0, "agent_id": AgentId("u-1"), **details}
    return cdr(new_call_id(at_ms), tenant_id, started_ms=at_ms, **queued)


async def keep(house: House, *calls: Cdr, tenant_id: TenantId = ACME) -> None:
    await CallStore(house.resources.store, house.resources.cipher).write(tenant_id, calls)


def address(kind: str, interval: str = "day", what: str = "", more: str = "", since: int = DAY) -> str:
    until = since + DAY_MS
    return f"/tenants/{ACME}/reports{what}?kind={kind}&interval={interval}&since_ms={since}&until_ms={until}{more}"


async def test_calls_become_figures_by_interval_and_subject(house: House):
    await keep(house, a_call(NOON), a_call(NOON + 1000), a_call(NOON + 3_600_000, queue_id=QueueId("billing")))
    await keep(house, a_call(NOON, GLOBEX), tenant_id=GLOBEX)
    manager = await house.token("mei", Role.MANAGER)

    status, hours = await house.ask(manager, "GET", address("queue", "hour"))
    _, day = await house.ask(manager, "GET", address("tenant", "week"))
    _, one = await house.ask(manager, "GET", address("queue", "hour", more="&subject=billing"))
    _, trunk = await house.ask(manager, "GET", address("trunk"))

    assert (status, hours["pending"]) == (200, 0)
    assert [(row["at_ms"], row["subject"], row["values"]["offered"]) for row in hours["rows"]] == [
        (NOON, "sales", 2),
        (NOON + 3_600_000, "billing", 1),
    ]
    [total] = day["totals"]
    assert (total["values"]["calls"], total["values"]["cost"], total["endings"]) == (3, 0.03, {"completed": 3})
    assert [row["subject"] for row in one["rows"]] == ["billing"]
    assert [(row["subject"], row["values"]["answered"]) for row in trunk["totals"]] == [("carrier", 3)]
    assert all(figure["definition"] for figure in hours["figures"])


async def test_a_call_that_is_told_late_is_in_the_figures(house: House):
    await keep(house, a_call(NOON))
    manager = await house.token("mei", Role.MANAGER)
    assert (await house.ask(manager, "GET", address("tenant")))[1]["totals"][0]["values"]["calls"] == 1

    late = a_call(NOON + 5000)
    await keep(house, late)
    assert (await house.ask(manager, "GET", address("tenant")))[1]["totals"][0]["values"]["calls"] == 1, "kept"
    sums = SumStore(house.resources.store, house.resources.retention)
    fact = Envelope("f1", Milestone.ENDED.value, ACME, late.node_id, now_ms(), to_wire(late))
    await LateCalls(sums).handle(fact)

    assert (await house.ask(manager, "GET", address("tenant")))[1]["totals"][0]["values"]["calls"] == 2


async def test_a_call_of_just_now_marks_nothing(house: House):
    sums = SumStore(house.resources.store, house.resources.retention)
    call = a_call(now_ms())

    await LateCalls(sums).handle(Envelope("f1", Milestone.ENDED.value, ACME, call.node_id, now_ms(), to_wire(call)))

    slot = slot_of(call.started_ms)
    key = {"tenant_id": ACME, "kind": Kind.TENANT.value, "day": slot[:10], "slot": slot}
    assert await house.resources.store.get(REPORT_SUMS.name, key) is None


async def test_sums_are_made_by_one_request_at_a_time_and_the_others_say_what_is_missing(house: House):
    await keep(house, a_call(NOON))
    manager = await house.token("mei", Role.MANAGER)
    await house.redis.set(keys.report_sums(ACME), "another", ex=60)

    _, view = await house.ask(manager, "GET", address("tenant"))
    status, problem = await house.ask(manager, "GET", address("tenant", what="/file"))

    assert (view["pending"], view["rows"]) == (48, [])
    assert (status, problem["error_id"]) == (503, "report-not-ready")


async def test_clients_see_queues_and_the_whole_without_cost_and_neither_agents_nor_trunks(house: House):
    await keep(house, a_call(NOON))
    client, supervisor = await house.token("carla", Role.CLIENT), await house.token("sue", Role.SUPERVISOR)
    agent = await house.token("ana", Role.AGENT)

    answers = {kind: await house.ask(client, "GET", address(kind)) for kind in ("tenant", "queue", "agent", "trunk")}

    assert {kind: status for kind, (status, _) in answers.items()} == {
        "tenant": 200, "queue": 200, "agent": 403, "trunk": 403
    }  # fmt: skip
    seen = answers["tenant"][1]
    assert seen["currency"] is None and "cost" not in seen["totals"][0]["values"]
    assert "carrier" not in str(seen) and "CNY" not in str(seen)
    assert (await house.ask(client, "GET", address("agent", what="/file")))[0] == 403
    assert (await house.ask(supervisor, "GET", address("agent")))[0] == 200
    assert (await house.ask(agent, "GET", address("tenant")))[0] == 403
    other = address("tenant").replace(ACME, GLOBEX)
    assert (await house.ask(client, "GET", other))[0] == 404


async def test_a_file_has_the_same_figures_and_no_formula(house: House):
    await keep(house, a_call(NOON, agent_id=None, asked_by="=HYPERLINK(1)"), a_call(NOON))
    manager = await house.token("mei", Role.MANAGER)
    headers = {"Authorization": f"Bearer {manager}"}

    async with house.client.get(f"/api/v1{address('agent', what='/file')}", headers=headers) as answer:
        rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
        assert answer.headers["Content-Disposition"] == 'attachment; filename="acme-agent-day.csv"'
    xlsx = address("agent", what="/file", more="&format=xlsx")
    async with house.client.get(f"/api/v1{xlsx}", headers=headers) as answer:
        book = zipfile.ZipFile(io.BytesIO(await answer.read()))

    assert [row[1:4] for row in rows[1:]] == [
        ["name:=HYPERLINK(1)", "'=HYPERLINK(1)", "1"],
        ["user:u-1", "u-1", "1"],
    ]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    found = [
        [cell.findtext(".//{*}t") or cell.findtext("{*}v") or "" for cell in row]
        for row in sheet.findall(".//{*}row")
    ]
    assert len(found) == 3 and found[1][1] == "name:=HYPERLINK(1)"
    assert sheet.find(".//{*}f") is None
    assert book.testzip() is None


async def test_what_is_asked_for_is_bounded(house: House):
    manager = await house.token("mei", Role.MANAGER)
    far = f"/tenants/{ACME}/reports?kind=tenant&since_ms={DAY}&until_ms={DAY + 94 * DAY_MS}"

    assert (await house.ask(manager, "GET", far))[0] == 422
    assert (await house.ask(manager, "GET", far.replace(f"until_ms={DAY + 94 * DAY_MS}", f"until_ms={DAY}")))[
        0
    ] == 422
    ahead = f"/tenants/{ACME}/reports?kind=tenant&since_ms={now_ms() + DAY_MS * 3}&until_ms={now_ms() + DAY_MS * 4}"
    assert (await house.ask(manager, "GET", ahead))[1]["rows"] == []


async def test_calls_of_one_person_count_together_however_they_came(house: House):
    manager = await house.token("mei", Role.MANAGER)
    _, me = await house.ask(manager, "GET", "/auth/me")
    user_id = AgentId(me["user_id"])
    await keep(house, a_call(NOON, agent_id=user_id), a_call(NOON, agent_id=None, asked_by="mei"))
    _, view = await house.ask(manager, "GET", address("agent"))

    assert [(each["subject"], each["name"], each["values"]["calls"]) for each in view["totals"]] == [
        (f"user:{user_id}", "mei", 2)
    ]
