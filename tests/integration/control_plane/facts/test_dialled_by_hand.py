"""Whom people may dial by hand: lists are in hot state by the tenant's rules, and a refused number is approved."""

import io
from dataclasses import replace

from facts_house import ACME, CUSTOMER, GLOBEX, House, cdr, new_call_id

from callmodel.endings import Ending, class_of
from callmodel.handdialling import HandDialling
from callmodel.ids import E164, ListId, TenantId
from control_plane.features.calls.store import CallStore
from control_plane.features.lists.customers import keep_customers
from control_plane.features.lists.packing import blocks_of
from control_plane.features.lists.store import IMPORTING, READY, ListRecord, ListStore
from control_plane.features.tenants.store import TenantStore
from control_plane.keyring.numberkeys import number_key_of
from control_plane.leads.store import LeadStore
from control_plane.people.permissions import Role
from hotstate.customers import Customers
from leadimport.cleaning import Cleaner
from leadimport.mapping import ColumnMapping
from leadimport.opening import open_list
from leadimport.rules import Rules

LISTED = E164("+8613800000003")


def acme_of(house: House) -> tuple[TenantId, str]:
    return ACME, number_key_of(house.resources.cipher, ACME)


async def a_list(house: House, name: str, state: str) -> None:
    resources, list_id = house.resources, ListId(name)
    opened, cleaner = (
        open_list(io.BytesIO(b"phone\n" + b"".join(b"138%08d\n" % row for row in range(10))), ColumnMapping("phone")),
        Cleaner(Rules("CN")),
    )
    for judged in cleaner.clean(opened.file):
        blocks = list(blocks_of(judged, cleaner.places, {}, 0))
        if blocks:
            await LeadStore(resources.store, resources.cipher).put(ACME, list_id, blocks)
    summary = {"blocks": 1, "slices": 0, "accepted": 10}
    await ListStore(resources.store).add(ACME, ListRecord(ACME, list_id, {}, state, summary=summary))


async def rule(house: House, rules: HandDialling) -> None:
    store = TenantStore(house.resources.store)
    before = await store.one(ACME)
    assert before is not None
    changes = {"hand_dialling": {"limited": rules.limited, "lists": rules.lists, "prefixes": [], "approvals": True}}
    assert await store.change(ACME, changes, before)


async def test_lists_are_in_hot_state_as_long_as_the_rules_ask_for_them(house: House):
    acme, customers = acme_of(house), Customers(house.resources.redis)
    await a_list(house, "bought", READY)
    await a_list(house, "half", IMPORTING)
    await keep_customers(house.resources)
    assert await customers.lists(ACME) == set(), "no rule asks for them"

    await rule(house, HandDialling(limited=True, lists=True))
    for _ in range(2):
        await keep_customers(house.resources)
    assert await customers.lists(ACME) == {"bought"}
    assert await customers.is_listed(*acme, LISTED) and not await customers.is_listed(*acme, CUSTOMER)

    await house.resources.redis.flushall()
    await keep_customers(house.resources)
    assert await customers.is_listed(*acme, LISTED), "hot state was lost, and has it again"

    await rule(house, HandDialling())
    await keep_customers(house.resources)
    assert await customers.lists(ACME) == set() and not await customers.is_listed(*acme, LISTED)


async def test_a_refused_number_is_approved_by_its_call_and_listed_by_its_ending(house: House):
    boss, agent = await house.token("boss", Role.MANAGER), await house.token("ana", Role.AGENT)
    acme, customers, refused = acme_of(house), Customers(house.resources.redis), new_call_id()
    ending = Ending.NOT_TO_BE_DIALLED
    call = replace(cdr(refused), ending=ending, ending_class=class_of(ending), answered_ms=None, number=CUSTOMER)
    await CallStore(house.resources.store, house.resources.cipher).write(ACME, [call])
    path = f"/tenants/{ACME}/calls/{refused}/approve-number"

    status, page = await house.ask(boss, "GET", f"/tenants/{ACME}/calls?ending={ending.value}")
    assert status == 200 and [each["call_id"] for each in page["items"]] == [refused]
    assert (await house.ask(agent, "POST", path, {"hours": 1}))[0] == 403
    assert (await house.ask(boss, "POST", path, {"hours": 24}))[0] == 204
    assert await customers.is_approved(*acme, CUSTOMER)
    assert (await house.ask(boss, "POST", path.replace(ACME, GLOBEX), {"hours": 24}))[0] == 404, (
        "no call of that tenant's"
    )

    assert (await house.ask(boss, "POST", path, {"hours": 0}))[0] == 204
    assert not await customers.is_approved(*acme, CUSTOMER)
