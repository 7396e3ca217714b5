"""Partitions stay under 100 MB for 1,000 agents of one tenant (docs/capacity.md), reckoned from real rows."""

from pathlib import Path

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.endings import Ending, EndingClass
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, SiteId, TenantId, TrunkId, uuid7
from callmodel.voice.figures import LegVoice, Stream
from control_plane.audit import AUDIT
from control_plane.features.calls.sealing import row_of
from control_plane.features.calls.store import CALLS_BY, CDRS, terms_of
from control_plane.features.recordings.ledger import Entry
from control_plane.features.recordings.store import CLAIMS, GAPS, LEDGER, _changes, _key_of
from control_plane.migrations import MIGRATIONS
from control_plane.times import SLOT_MINUTES, day_of
from servicekit.crypto import TenantCipher
from servicekit.stores import Row
from servicekit.stores.migrations import tables_after
from servicekit.stores.rows import encode

AGENTS, CALLS_A_DAY, HOURS, PEAK = 1_000, 500, 8, 2.0
"""One tenant; the busiest half hour has twice the calls of the mean one."""

AUDIT_ROWS_A_DAY = 20 * AGENTS
MOST_BYTES = 100_000_000
CELL_BYTES, ROW_BYTES, STAMP_BYTES = 5, 11, 16
"""What Cassandra keeps beside a value and beside a row: measured by tests/integration/control_plane/
test_sizes_on_cassandra.py."""

AT_MS, TENANT = 1_790_000_000_000, TenantId("acme")
CALL = CallId(uuid7(AT_MS, 7))
DIALOG = "5f1c6a2e-8d1b-4a59-9d0e-3b7f0c2a4e11"
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
    "seats": "the stations that one user is seated at",
    "trunks": "peerings: tens",
    "queues": "queues of a tenant: hundreds of a kilobyte",
    "flows": "flows of a tenant: a hundred of 64 kB are 6 MB",
    "flow_versions": "what was published of one flow: a thousand of 64 kB are 64 MB",
    "webhooks": "a row a partition",
    "follow_ups": "missed calls of a day: ten thousand of 150 bytes are 1.5 MB",
    "calendars": "calendars of a tenant: tens of some kilobytes",
    "prompts": "audio of a tenant: hundreds of a kilobyte",
    "vips": "customers of a tenant: ten thousand of 400 bytes are 4 MB",
    "numbers": "numbers: a hundred thousand of 200 bytes are 20 MB",
    "tenant_numbers": "numbers of a tenant",
    "sessions": "a row a partition, and it ends",
    "refresh_tokens": "a row a partition, and it ends",
    "second_factors": "a row a partition",
    "tenant_logos": "a row a partition, of 128 KB at most",
    "enrolment_tokens": "tokens of a site, and they end",
    "site_certificates": "a certificate a month and site",
    "site_links": "a row a partition",
    "lists": "lists of a tenant: a thousand of ten kilobytes are 10 MB",
    "list_parts": "parts of a file: a thousand at most",
    "list_files": "a row a partition",
    "list_templates": "mappings of a tenant: hundreds of a kilobyte",
    "lead_blocks": "64 blocks of up to 2,048 leads: with 100 bytes of cells each they are 16 MB",
    "lead_states": "touched leads of a block: 2,048 of 500 bytes are 1 MB",
    "leads_due": "called again in one half hour: 62,500 of 90 bytes are 6 MB",
    "lead_cursors": "lists of a campaign: a hundred",
    "campaigns": "campaigns of a tenant: hundreds of ten kilobytes",
    "dnc_numbers": "a 64th of a tenant's single numbers: of a million, 16,000 of 200 bytes are 3 MB",
    "dnc_files": "files of a list: tens",
    "number_fates": "who was reached in a day: 200,000 of 130 bytes are 26 MB",
    "report_sums": "a day of a kind: 48 half hours of two quarters; of a thousand agents, 300 bytes each, 29 MB",
}

# Tables whose writes are transactions, and what is claimed in each (ADR 10): what every call leaves is none of them.
CLAIMED = {
    "users": "a new password is of the one it was changed from",
    "user_names": "a name is one user's",
    "tenants": "an id is one tenant's",
    "tenant_domains": "a domain is one tenant's",
    "sites": "an id is one site's",
    "stations": "an extension is one station's",
    "trunks": "an id is one trunk's, and a change is of what it was made from",
    "numbers": "a number has one owner",
    "queues": "an id is one queue's, and a change is of what it was made from",
    "flows": "a draft is of the one that it was made from",
    "flow_versions": "nobody's version is written over",
    "follow_ups": "of two who call back at once one does",
    "lists": "an id is one list's, and an import is of the turn that it was begun for",
    "list_files": "of two lists with the same file one is imported",
    "campaigns": "an id is one campaign's, and a change is of what it was made from",
    "dnc_files": "what is read of a file is of the one that was sent last",
    "calendars": "an id is one calendar's, and a change is of what it was made from",
    "prompts": "an id is one prompt's, and its audio is of what it was made from",
    "vips": "a number is one VIP's, and a change is of what it was made from",
    "sessions": "ended is ended",
    "refresh_tokens": "used once",
    "second_factors": "a code is good once",
    "enrolment_tokens": "used once",
    "site_certificates": "the first revocation stays",
    "recording_claims": "a hold has the file or the rule removes it",
}


def a_voice() -> LegVoice:
    return LegVoice(Stream(4251, 12, 3.4, 4.36), Stream(4249, 3, 11.2, 4.39), 41.7)


def a_cdr() -> Cdr:
    legs = (
        CdrLeg(LegId(f"{CALL}-1"), LegRole.AGENT, LegState.ENDED, AT_MS, AT_MS + 90, AT_MS + 900, AT_MS + 90_000,
               Extension("1001"), SiteId("chengdu-branch-1"), hold_seconds=12.5, voice=a_voice(), sip_call_id=DIALOG),
        CdrLeg(LegId(f"{CALL}-2"), LegRole.CUSTOMER, LegState.ENDED, AT_MS, AT_MS + 50, AT_MS + 5000, AT_MS + 90_000,
               number=E164("+8613812345678"), caller_number=E164("+862155550001"), trunk_id=TrunkId("carrier-a"),
               cost_class="national", cost_per_minute=0.12, cost_micros=170_000, hold_seconds=0.0,
               voice=a_voice(), sip_call_id=DIALOG),
    )  # fmt: skip
    return Cdr(
        CALL, TENANT, NodeId("node-1"), 6, Direction.OUTBOUND, CallState.ENDED, "13812345678", AT_MS, legs,
        AT_MS + 5000, AT_MS + 90_000, Ending.COMPLETED, EndingClass.SUCCESS, "customer", None, None,
        85.0, 12.5, 5.81, 0.0, Extension("1001"), SiteId("chengdu-branch-1"), E164("+8613812345678"),
        E164("+862155550001"), TrunkId("carrier-a"), "national", 170_000, "CNY", RECORDING, "ana",
    )  # fmt: skip


def a_call() -> Row:
    said = {"disposition": "call-back", "note_sealed": bytes(120), "disposed_by": "ana", "disposed_ms": AT_MS}
    return row_of(TenantCipher(bytes(32)), TENANT, a_cdr()) | said


def an_entry() -> Entry:
    return Entry(
        TENANT, RECORDING, CALL, owed_ms=AT_MS, call_ended_ms=AT_MS, expected_seconds=85.0, spooled_ms=AT_MS,
        spool_path=f"/var/spool/trunkline/wav/acme/{RECORDING}.wav", spooled_seconds=85.0, archived_ms=AT_MS,
        archived_seconds=85.0, object_key=f"acme/recordings/2026/09/21/{RECORDING}.ogg", sha256="0" * 64,
        size_bytes=400_000, format="ogg-opus",
        customer_voice_seconds=31.24, agent_voice_seconds=40.02, sent_by="customer,agent",
    )  # fmt: skip


def an_entrys_row() -> Row:
    return {**_key_of(TENANT, RECORDING), **_changes(None, an_entry())}


def an_audit_row() -> Row:
    return {"tenant_id": TENANT, "day": day_of(AT_MS), "audit_id": CALL, "at_ms": AT_MS, "actor": "supervisor-17",
            "action": "calls.reveal-numbers", "subject": {"call_ids": [CALL] * 10}, "address": "203.0.113.17",
            "request_id": CALL}  # fmt: skip


def bytes_of(table: str, row: Row) -> int:
    """Return what a row takes in a partition, before compression; a column that is None takes nothing."""
    spec = tables_after(MIGRATIONS)[table]
    columns = [name for name in spec.columns if row.get(name) is not None]
    values = encode(spec, columns, [{name: row[name] for name in columns}])[0]
    inside = [value for name, value in zip(columns, values, strict=True) if name not in spec.partition]
    # Of a guarded row, the stamp of its last write.
    inside += ["0" * STAMP_BYTES] if spec.guarded else []
    return (
        ROW_BYTES
        + sum(len(each) if isinstance(each, str | bytes) else 8 for each in inside)
        + CELL_BYTES * len(inside)
    )


def reckoned() -> dict[str, int]:
    """Return the bytes of a row in each table that grows with the calls."""
    gap = _key_of(TENANT, RECORDING)
    rows = {
        CDRS.name: a_call(),
        CALLS_BY.name: max(terms_of(TenantCipher(bytes(32)), TENANT, a_cdr()), key=lambda row: len(row["term"])),
        LEDGER.name: an_entrys_row(),
        GAPS.name: gap,
        CLAIMS.name: gap | {"expired_ms": AT_MS},
        AUDIT.name: an_audit_row(),
    }
    return {table: bytes_of(table, row) for table, row in rows.items()}


def test_every_table_says_what_bounds_its_partitions():
    growing = {CDRS.name, CALLS_BY.name, LEDGER.name, GAPS.name, CLAIMS.name, AUDIT.name}

    assert tables_after(MIGRATIONS).keys() == BOUNDED.keys() | growing


def test_only_claims_are_transactions():
    assert {name for name, spec in tables_after(MIGRATIONS).items() if spec.guarded} == CLAIMED.keys()


def test_partitions_of_a_thousand_agents_stay_under_a_hundred_megabytes():
    calls = AGENTS * CALLS_A_DAY / (HOURS * 60 / SLOT_MINUTES) * PEAK
    rows = dict.fromkeys((CDRS.name, LEDGER.name, GAPS.name, CLAIMS.name), calls) | {AUDIT.name: AUDIT_ROWS_A_DAY}
    rows[CALLS_BY.name] = CALLS_A_DAY * 31
    sizes = {table: rows[table] * size for table, size in reckoned().items()}

    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}
    # Half as many slots would be too few for calls: a slot is no shorter than it has to be.
    assert sizes["cdrs"] * 2 > MOST_BYTES


def test_five_years_are_what_the_document_says():
    calls = AGENTS * CALLS_A_DAY * 300 * 5
    sizes = reckoned()
    gigabytes = {
        "calls": calls * sizes["cdrs"] / 1e9,
        "where a customer's and a station's calls are": 2 * calls * sizes["calls_by"] / 1e9,
        "ledger": calls * sizes["recording_ledger"] / 1e9,
        "claims of recordings, once all of them have expired": calls * sizes["recording_claims"] / 1e9,
        "audit": AUDIT_ROWS_A_DAY * 365 * 5 * sizes["audit"] / 1e9,
    }
    document = (Path(__file__).parents[3] / "docs" / "capacity.md").read_text()
    for what, size in gigabytes.items():
        assert f"| {what} | {size:,.0f} GB |" in document, (what, size)
    for table, size in sizes.items():
        assert f"| `{table}` | {size:,} |" in document, (table, size)
