"""Partitions stay under 100 MB for 1,000 agents of one tenant (docs/capacity.md), reckoned from real rows."""

from pathlib import Path

from callmodel.callstate import Direction, LegRole
from callmodel.cdr import Cdr, CdrLeg
from callmodel.endings import Ending, EndingClass
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, SiteId, TenantId, TrunkId, uuid7
from control_plane.audit import AUDIT
from control_plane.features.calls.sealing import row_of
from control_plane.features.calls.store import CDRS
from control_plane.features.recordings.ledger import Entry, EntryState
from control_plane.features.recordings.store import GAPS, LEDGER, _columns_of, _key_of
from control_plane.migrations import MIGRATIONS
from control_plane.times import SLOT_MINUTES, day_of
from servicekit.crypto import TenantCipher
from servicekit.stores import Row, TableSpec
from servicekit.stores.migrations import tables_after
from servicekit.stores.rows import columns_of, encode

AGENTS, CALLS_A_DAY, HOURS, PEAK = 1_000, 500, 8, 2.0
"""One tenant; the busiest half hour has twice the calls of the mean one."""

AUDIT_ROWS_A_DAY = 20 * AGENTS
MOST_BYTES = 100_000_000
CELL_BYTES = 12
"""What Cassandra keeps beside a value: measured, docs/capacity.md."""

AT_MS, TENANT = 1_790_000_000_000, TenantId("acme")
CALL = CallId(uuid7(AT_MS, 7))
RECORDING = RecordingId(f"{CALL}-r1")

# Tables that do not grow with the calls, and what bounds a partition of theirs.
BOUNDED = {
    "users": "people: ten thousand of 500 bytes are 5 MB",
    "user_names": "a row a partition",
    "tenants": "clients: thousands",
    "tenant_domains": "a row a partition",
    "tenant_users": "people of a tenant",
    "sites": "places: hundreds",
    "stations": "seats of a tenant: thousands",
    "trunks": "peerings: tens",
    "numbers": "numbers: a hundred thousand of 200 bytes are 20 MB",
    "tenant_numbers": "numbers of a tenant",
    "sessions": "a row a partition, and it ends",
    "refresh_tokens": "a row a partition, and it ends",
    "enrolment_tokens": "tokens of a site, and they end",
    "site_certificates": "a certificate a month and site",
    "site_links": "a row a partition",
}


def a_call() -> Row:
    legs = (
        CdrLeg(LegId(f"{CALL}-1"), LegRole.AGENT, AT_MS, AT_MS + 90_000, AT_MS + 90, AT_MS + 900, Extension("1001"),
               SiteId("chengdu-branch-1")),
        CdrLeg(LegId(f"{CALL}-2"), LegRole.CUSTOMER, AT_MS, AT_MS + 90_000, AT_MS + 50, AT_MS + 5000,
               number=E164("+8613812345678"), trunk_id=TrunkId("carrier-a"), sip_code=200),
    )  # fmt: skip
    cdr = Cdr(
        CALL, TENANT, NodeId("node-1"), Direction.OUTBOUND, "13812345678", AT_MS, AT_MS + 90_000, Ending.COMPLETED,
        EndingClass.SUCCESS, legs, AT_MS + 5000, 85.0, Extension("1001"), SiteId("chengdu-branch-1"),
        E164("+8613812345678"), E164("+862155550001"), TrunkId("carrier-a"), "national", RECORDING, "ana",
    )  # fmt: skip
    said = {"disposition": "call-back", "note_sealed": bytes(120), "disposed_by": "ana", "disposed_ms": AT_MS}
    return {name: value for name, value in row_of(TenantCipher(bytes(32)), TENANT, cdr).items()} | said


def an_entry() -> Row:
    entry = Entry(
        TENANT, RECORDING, CALL, EntryState.ARCHIVED, AT_MS, AT_MS, AT_MS, AT_MS, None, 85.0, 85.0,
        f"/var/spool/trunkline/wav/acme/{RECORDING}.wav", f"acme/recordings/2026/09/21/{RECORDING}.ogg", "0" * 64,
        400_000, "ogg",
    )  # fmt: skip
    return {**_key_of(TENANT, RECORDING), **_columns_of(entry), "revision": 4}


def an_audit_row() -> Row:
    return {"tenant_id": TENANT, "day": day_of(AT_MS), "audit_id": CALL, "at_ms": AT_MS, "actor": "supervisor-17",
            "action": "calls.reveal-numbers", "subject": {"call_ids": [CALL] * 10}, "address": "203.0.113.17",
            "request_id": CALL}  # fmt: skip


def bytes_of(spec: TableSpec, row: Row) -> int:
    """Return what a row takes in a partition, before compression."""
    columns = [name for name in columns_of(tables_after(MIGRATIONS)[spec.name], row) if name in spec.columns]
    values = encode(spec, columns, [{name: row[name] for name in columns}])[0]
    inside = [value for name, value in zip(columns, values, strict=True) if name not in spec.partition]
    return sum(len(value) if isinstance(value, str | bytes) else 8 for value in inside) + CELL_BYTES * len(inside)


def test_every_table_says_what_bounds_its_partitions():
    growing = {CDRS.name, LEDGER.name, GAPS.name, AUDIT.name}

    assert tables_after(MIGRATIONS).keys() == BOUNDED.keys() | growing


def test_partitions_of_a_thousand_agents_stay_under_a_hundred_megabytes():
    calls = AGENTS * CALLS_A_DAY / (HOURS * 60 / SLOT_MINUTES) * PEAK
    sizes = {
        "cdrs": calls * bytes_of(CDRS, a_call()),
        "recording_ledger": calls * bytes_of(LEDGER, an_entry()),
        "recording_gaps": calls * bytes_of(GAPS, _key_of(TENANT, RECORDING)),
        "audit": AUDIT_ROWS_A_DAY * bytes_of(AUDIT, an_audit_row()),
    }

    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}
    # Half as many slots would be too few for calls: a slot is no shorter than it has to be.
    assert sizes["cdrs"] * 2 > MOST_BYTES


def test_five_years_are_what_the_document_says():
    calls = AGENTS * CALLS_A_DAY * 300 * 5
    gigabytes = {
        "calls": calls * bytes_of(CDRS, a_call()) / 1e9,
        "ledger": calls * bytes_of(LEDGER, an_entry()) / 1e9,
        "audit": AUDIT_ROWS_A_DAY * 365 * 5 * bytes_of(AUDIT, an_audit_row()) / 1e9,
    }
    document = (Path(__file__).parents[3] / "docs" / "capacity.md").read_text()
    for what, size in gigabytes.items():
        assert f"| {what} | {size:,.0f} GB |" in document, (what, size)
