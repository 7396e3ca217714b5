"""Pure rules around calls: which node takes one, what is shown of numbers and kept of them, which calls are stale."""

import json
import secrets
from dataclasses import fields, replace

import pytest

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import ShapeError, to_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.endings import Ending, EndingClass
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, TenantId, TrunkId, uuid7
from callmodel.wire import HeldCalls
from control_plane.facts.bus import envelope_of
from control_plane.features.calls.filters import CallFilter
from control_plane.features.calls.listing import search_of
from control_plane.features.calls.nodechoice import choose_node
from control_plane.features.calls.schemas import CallsQuery, CallView, LegView, to_view
from control_plane.features.calls.sealing import CallRecord, customer_token, key_of, record_of, row_of
from control_plane.features.live.repair import Heard, Silence
from control_plane.times import (
    DAY_MS,
    day_begins_ms,
    day_of,
    month_begins_ms,
    months_between,
    slot_begins_ms,
    slots_between,
    slots_of,
)
from control_plane.web import InvalidRequestError
from servicekit.crypto import DecryptionError, TenantCipher

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
ONE, TWO = NodeId("node-1"), NodeId("node-2")
CUSTOMER = E164("+8613812345678")
CALL = CallId(uuid7(1_700_000_000_000, 7))
BEGAN = 1_700_000_000_000
RECORD = Cdr(
    CALL, ACME, ONE, 4, Direction.OUTBOUND, CallState.ENDED, "013812345678", BEGAN,
    (CdrLeg(LegId(f"{CALL}-2"), LegRole.CUSTOMER, LegState.ENDED, BEGAN, ended_ms=BEGAN + 9_000, number=CUSTOMER,
            trunk_id=TrunkId("cheap")),
     CdrLeg(LegId(f"{CALL}-1"), LegRole.AGENT, LegState.ENDED, BEGAN, ended_ms=BEGAN + 9_000, held=True,
            extension=Extension("1001"))),
    ended_ms=BEGAN + 9_000, ending=Ending.COMPLETED, ending_class=EndingClass.SUCCESS, number=CUSTOMER,
    talk_seconds=6.5, cost_micros=0, recording_id=RecordingId(f"{CALL}-r1"),
)  # fmt: skip
LIVE = Cdr(CALL, ACME, ONE, 2, Direction.OUTBOUND, CallState.TALKING, "013812345678", BEGAN, number=CUSTOMER)


NO_WORD = dict.fromkeys(("disposition", "note_sealed", "disposed_by", "disposed_ms"))


def node(node_id: NodeId, calls: int, capacity: int = 100, *, draining: bool = False) -> NodeHealth:
    return NodeHealth(node_id, "127.0.0.1:5060", capacity, calls, draining, 0)


def chosen(*nodes: NodeHealth, **placed: int) -> NodeId | None:
    found = choose_node(nodes, {NodeId(name.replace("_", "-")): count for name, count in placed.items()})
    return found.node_id if found else None


def test_the_node_with_most_room_takes_the_call():
    assert chosen(node(ONE, 30), node(TWO, 20)) == TWO
    assert chosen(node(ONE, 30, 200), node(TWO, 20, 50)) == ONE


def test_draining_and_full_nodes_take_none():
    assert chosen(node(ONE, 0, draining=True), node(TWO, 99)) == TWO
    assert chosen(node(ONE, 0, draining=True), node(TWO, 100)) is None
    assert chosen() is None


def test_any_living_node_takes_a_call_for_help_at_last():
    def for_help(*nodes: NodeHealth) -> NodeId | None:
        found = choose_node(nodes, {}, for_help=True)
        return found.node_id if found else None

    assert for_help(node(ONE, 99), node(TWO, 20)) == TWO
    assert for_help(node(ONE, 100), node(TWO, 0, draining=True)) == ONE
    assert for_help(node(ONE, 100, draining=True)) == ONE
    assert for_help() is None


def test_a_burst_between_heartbeats_is_spread():
    assert chosen(node(ONE, 5), node(TWO, 6), node_1=2) == TWO
    assert chosen(node(ONE, 99), node_1=1) is None


def test_numbers_are_masked_unless_revealed():
    ended, live = CallRecord(RECORD), CallRecord(LIVE)

    assert "12345678" not in to_view(ended, token).model_dump_json() + to_view(live, token).model_dump_json()
    assert to_view(ended, token).legs[0].number == "+86138****5678"
    assert to_view(ended, token, reveal=True).legs[0].number == CUSTOMER
    assert (to_view(live, token, reveal=True).number, to_view(live, token).customer) == (CUSTOMER, "token of 14")


def token(number: str) -> str:
    return f"token of {len(number)}"


def test_a_withheld_number_is_shown_to_nobody_who_may_not():
    withheld = CallRecord(replace(RECORD, withheld=True, diverted_by=E164("+862155550123")))
    shown, revealed = to_view(withheld, token), to_view(withheld, token, reveal=True)

    assert (shown.number, shown.legs[0].number, shown.customer) == ("anonymous", "anonymous", None)
    assert (shown.withheld, shown.diverted_by) == (True, "+8621****0123")
    assert (revealed.number, revealed.legs[0].number, revealed.diverted_by) == (CUSTOMER, CUSTOMER, "+862155550123")


def test_call_ids_of_dialogs_are_hq_s_alone():
    """They may hold an address inside of a carrier's or a site's network."""
    told = CallRecord(replace(RECORD, legs=tuple(replace(leg, sip_call_id="7f@10.1.2.3") for leg in RECORD.legs)))

    assert {leg.sip_call_id for leg in to_view(told, token, reveal=True).legs} == {None}
    assert {leg.sip_call_id for leg in to_view(told, token, dialogs=True).legs} == {"7f@10.1.2.3"}


def test_the_api_shows_all_of_a_record_and_no_field_is_forgotten():
    named = {"customer", "disposition", "note"}

    assert CallView.model_fields.keys() - named == {field.name for field in fields(Cdr)}
    assert LegView.model_fields.keys() == {field.name for field in fields(CdrLeg)}


def test_what_a_listing_asks_for_is_of_the_call_or_of_anybody_in_it():
    document = to_wire(RECORD)

    def fits(**wanted: str) -> bool:
        return CallFilter(**wanted).fits(document)

    assert fits() and fits(direction="outbound", ending="completed", extension="1001", trunk_id="cheap")
    assert not fits(ending="busy") and not fits(direction="inbound") and not fits(asked_by="ana")
    assert not fits(extension="1002") and not fits(trunk_id="dear") and not fits(site_id="hq")


@pytest.mark.parametrize(
    ("asked", "since", "until", "term"),
    [
        ({}, "2023-11-14", "2023-11-15", None),
        ({"day": "2023-11-02"}, "2023-11-02", "2023-11-03", None),
        ({"extension": "1001"}, "2022-11-14", "2023-11-15", "extension:1001"),
        ({"extension": "1001", "customer": "0" * 32}, "2022-11-14", "2023-11-15", f"customer:{'0' * 32}"),
    ],
)
def test_what_is_asked_without_times_is_of_today_or_looked_up_in_a_year(asked, since: str, until: str, term):
    search = search_of(CallsQuery(**asked), BEGAN)

    assert (day_of(search.since_ms), day_of(search.until_ms), search.term) == (since, until, term)


@pytest.mark.parametrize(
    "asked",
    [
        {"since_ms": BEGAN, "until_ms": BEGAN},
        {"since_ms": BEGAN - 32 * DAY_MS, "until_ms": BEGAN},
        {"day": "2023-02-30"},
        {"day": "2023-02-20", "since_ms": BEGAN},
    ],
)
def test_ranges_of_times_that_are_not_read(asked: dict[str, int | str]):
    with pytest.raises(InvalidRequestError):
        search_of(CallsQuery(**asked), BEGAN)  # type: ignore[arg-type]


def test_months_and_half_hours_of_a_range_are_those_that_it_touches():
    begin, end = day_begins_ms("2023-12-31"), day_begins_ms("2024-01-01")

    assert months_between(begin, end) == ["2023-12"]
    assert months_between(begin, end + 1) == ["2024-01", "2023-12"]
    assert slots_between(end - 1, end + 1) == ["2024-01-01T00:00", "2023-12-31T23:30"]
    assert slots_between(begin, end) == slots_of("2023-12-31")
    assert slot_begins_ms("2024-01-01T00:00") == month_begins_ms("2024-01") == end


def test_no_customer_number_lies_in_clear_and_the_record_comes_back_whole():
    cipher = TenantCipher(secrets.token_bytes(32))
    row = {**NO_WORD, **row_of(cipher, ACME, RECORD), "disposition": "sold"}

    assert "12345678" not in json.dumps(row, default=lambda value: value.decode("latin-1"))
    assert b"12345678" not in b"".join(value for value in row.values() if isinstance(value, bytes))
    assert record_of(cipher, ACME, row) == CallRecord(RECORD, "sold")
    assert customer_token(cipher, ACME, CUSTOMER) == cipher.keyed_hash(ACME, CUSTOMER)[:32]
    assert customer_token(cipher, ACME, CUSTOMER) != customer_token(cipher, GLOBEX, CUSTOMER)
    with pytest.raises(DecryptionError):
        record_of(cipher, GLOBEX, row)
    with pytest.raises(DecryptionError):
        # A sealed number that was moved to another call's row does not open there.
        record_of(cipher, ACME, {**row, "call_id": uuid7(1, 1)})


def test_a_record_without_numbers_comes_back_whole_too():
    cipher = TenantCipher(secrets.token_bytes(32))
    internal = replace(RECORD, number=None, legs=(replace(RECORD.legs[1]), replace(RECORD.legs[0], number=None)))

    assert record_of(cipher, ACME, {**NO_WORD, **row_of(cipher, ACME, internal)}).cdr == internal


def test_a_call_is_kept_in_the_half_hour_that_its_id_names_by_utc():
    late = 1_700_006_399_999  # 2023-11-14T23:59:59.999Z

    slots = [key_of(ACME, CallId(uuid7(at_ms, 7)))["slot"] for at_ms in (late - 1_800_000, late, late + 1)]

    assert slots == ["2023-11-14T23:00", "2023-11-14T23:30", "2023-11-15T00:00"]
    assert slots_of("2023-11-14")[:2] == slots[1::-1] and len(slots_of("2023-11-14")) == 48
    with pytest.raises(ValueError):
        key_of(ACME, CallId("call-1"))


def test_what_a_record_leaves_empty_is_not_written():
    record = row_of(TenantCipher(bytes(32)), ACME, replace(RECORD, recording_id=None))["record"]

    assert "recording_id" not in record and None not in record.values()
    assert record["cost_micros"] == 0 and "ringing_ms" not in record["legs"][0]


OTHER = replace(LIVE, call_id=CallId("other"), node_id=TWO)


def test_calls_of_a_silent_node_are_stale_only_after_a_while():
    silence = Silence()

    silence.note([LIVE, OTHER], Heard([TWO], {}), 1000)
    silence.note([LIVE, OTHER], Heard([TWO], {}), 5000)

    assert not silence.is_stale(LIVE, 999)
    assert silence.is_stale(LIVE, 1000) and not silence.is_stale(OTHER, 10_000)
    silence.note([LIVE, OTHER], Heard([ONE, TWO], {}), 6000)
    assert not silence.is_stale(LIVE, 10_000)


def test_a_call_that_its_node_does_not_name_is_stale_though_the_node_lives():
    silence = Silence()

    def hear(*named: CallId, at_ms: int) -> None:
        silence.note([LIVE], Heard([ONE], {ONE: HeldCalls(ONE, at_ms, named)}), at_ms)

    hear(OTHER.call_id, at_ms=1000)
    assert silence.is_stale(LIVE, 1000)
    hear(OTHER.call_id, CALL, at_ms=2000)
    assert not silence.is_stale(LIVE, 2000)
    # A node that has not said yet which calls it holds denies none.
    silence.note([LIVE], Heard([ONE], {}), 3000)
    assert not silence.is_stale(LIVE, 3000)


@pytest.mark.parametrize("fields", [{}, {"m": "{"}, {"m": "[]"}, {"m": "{}"}, {"x": "1"}])
def test_what_is_no_fact_is_refused(fields: dict[str, str]):
    with pytest.raises(ShapeError):
        envelope_of(ACME, fields)


def test_a_fact_on_another_tenants_stream_is_refused():
    fact = {"fact_id": "f", "kind": "call.started", "tenant_id": "globex", "node_id": "n", "at_ms": 1, "body": {}}

    with pytest.raises(ShapeError, match="another tenant"):
        envelope_of(ACME, {"m": json.dumps(fact)})
