"""Pure rules around calls: which node takes one, what is shown of numbers and kept of them, which calls are stale."""

import json
import secrets
from dataclasses import replace

import pytest

from callmodel.callstate import Direction, LegRole
from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import ShapeError
from callmodel.edgesnapshot import NodeHealth
from callmodel.endings import Ending, EndingClass
from callmodel.ids import E164, CallId, LegId, NodeId, RecordingId, TenantId, uuid7
from callmodel.wire import LiveCall
from control_plane.bus import envelope_of
from control_plane.features.calls.nodes import choose_node
from control_plane.features.calls.schemas import to_live_view, to_view
from control_plane.features.calls.sealing import CallRecord, key_of, record_of, row_of
from control_plane.features.calls.store import CDRS
from control_plane.features.live.repair import Silence, stale_calls
from control_plane.times import slots_of
from servicekit.crypto import DecryptionError, TenantCipher

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
ONE, TWO = NodeId("node-1"), NodeId("node-2")
CUSTOMER = E164("+8613812345678")
CALL = CallId(uuid7(1_700_000_000_000, 7))
RECORD = Cdr(
    CALL, ACME, ONE, Direction.OUTBOUND, "013812345678", 1_700_000_000_000, 1_700_000_009_000, Ending.COMPLETED,
    EndingClass.SUCCESS,
    (CdrLeg(LegId(f"{CALL}-2"), LegRole.CUSTOMER, 1_700_000_000_000, 1_700_000_009_000, number=CUSTOMER),
     CdrLeg(LegId(f"{CALL}-1"), LegRole.AGENT, 1_700_000_000_000, 1_700_000_009_000)),
    number=CUSTOMER, talk_seconds=6.5, recording_id=RecordingId(f"{CALL}-r1"),
)  # fmt: skip
LIVE = LiveCall(CALL, ACME, ONE, "outbound", "talking", "013812345678", 1_700_000_000_000, number=CUSTOMER)


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


def test_a_burst_between_heartbeats_is_spread():
    assert chosen(node(ONE, 5), node(TWO, 6), node_1=2) == TWO
    assert chosen(node(ONE, 99), node_1=1) is None


def test_numbers_are_masked_unless_revealed():
    ended = CallRecord(RECORD)

    assert "12345678" not in to_view(ended).model_dump_json() + to_live_view(LIVE).model_dump_json()
    assert to_view(ended).legs[0].number == "+86138****5678"
    assert to_view(ended, reveal=True).legs[0].number == CUSTOMER
    assert to_live_view(LIVE, reveal=True).number == CUSTOMER


def test_no_customer_number_lies_in_clear_and_the_record_comes_back_whole():
    cipher = TenantCipher(secrets.token_bytes(32))
    row = {**dict.fromkeys([*CDRS.columns, "trace_id"]), **row_of(cipher, ACME, RECORD), "disposition": "sold"}

    assert "12345678" not in json.dumps(row, default=lambda value: value.decode("latin-1"))
    assert b"12345678" not in b"".join(value for value in row.values() if isinstance(value, bytes))
    assert record_of(cipher, ACME, row) == CallRecord(RECORD, "sold")
    assert row["number_hash"] == cipher.keyed_hash(ACME, CUSTOMER) != cipher.keyed_hash(GLOBEX, CUSTOMER)
    with pytest.raises(DecryptionError):
        record_of(cipher, GLOBEX, row)
    with pytest.raises(DecryptionError):
        # A sealed number that was moved to another call's row does not open there.
        record_of(cipher, ACME, {**row, "call_id": uuid7(1, 1)})


def test_a_call_is_kept_in_the_half_hour_that_its_id_names_by_utc():
    late = 1_700_006_399_999  # 2023-11-14T23:59:59.999Z

    slots = [key_of(ACME, CallId(uuid7(at_ms, 7)))["slot"] for at_ms in (late - 1_800_000, late, late + 1)]

    assert slots == ["2023-11-14T23:00", "2023-11-14T23:30", "2023-11-15T00:00"]
    assert slots_of("2023-11-14")[:2] == slots[1::-1] and len(slots_of("2023-11-14")) == 48
    with pytest.raises(ValueError):
        key_of(ACME, CallId("call-1"))


def test_what_a_record_leaves_empty_is_not_written():
    row = row_of(TenantCipher(bytes(32)), ACME, replace(RECORD, recording_id=None))

    assert "recording_id" not in row and None not in row.values()


def test_calls_of_a_silent_node_are_stale_only_after_a_while():
    silence = Silence()
    other = replace(LIVE, call_id=CallId("other"), node_id=TWO)

    silence.note([ONE, TWO], [TWO], 1000)
    silence.note([ONE, TWO], [TWO], 5000)

    assert stale_calls([LIVE, other], silence.since, 999) == []
    assert stale_calls([LIVE, other], silence.since, 1000) == [LIVE]
    silence.note([ONE, TWO], [ONE, TWO], 6000)
    assert stale_calls([LIVE, other], silence.since, 10_000) == []


@pytest.mark.parametrize("fields", [{}, {"m": "{"}, {"m": "[]"}, {"m": "{}"}, {"x": "1"}])
def test_what_is_no_fact_is_refused(fields: dict[str, str]):
    with pytest.raises(ShapeError):
        envelope_of(ACME, fields)


def test_a_fact_on_another_tenants_stream_is_refused():
    fact = {"fact_id": "f", "kind": "call.started", "tenant_id": "globex", "node_id": "n", "at_ms": 1, "body": {}}

    with pytest.raises(ShapeError, match="another tenant"):
        envelope_of(ACME, {"m": json.dumps(fact)})
