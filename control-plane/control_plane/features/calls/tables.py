"""Tables of calls, and how they came to be as they are."""

from servicekit.stores import AddColumn, ColumnType, CreateTable, DropColumn, TableSpec

TEXT, INT, BLOB, JSON = ColumnType.TEXT, ColumnType.INT, ColumnType.BLOB, ColumnType.JSON

CDRS = "cdrs"
"""A call a row, in the half hour of a tenant in which it began: `record` is its CDR without what `sealed` keeps."""

CALLS_BY = "calls_by"
"""Which calls a customer or a station had, by month; the term says which, and the call's record all else."""

_FORMER_COLUMNS = {
    "started_ms": INT,
    "node_id": TEXT,
    "direction": TEXT,
    "answered_ms": INT,
    "ended_ms": INT,
    "talk_seconds": ColumnType.DOUBLE,
    "ending": TEXT,
    "ending_class": TEXT,
    "extension": TEXT,
    "site_id": TEXT,
    "dialled_sealed": BLOB,
    "number_sealed": BLOB,
    "number_hash": TEXT,
    "caller_number": TEXT,
    "trunk_id": TEXT,
    "cost_class": TEXT,
    "recording_id": TEXT,
    "asked_by": TEXT,
    "legs": JSON,
}
"""A column a field, before records were kept whole."""

CDRS_AT_FIRST = TableSpec(
    name=CDRS,
    partition=("tenant_id", "slot"),
    clustering=("call_id",),
    columns={
        "tenant_id": TEXT,
        "slot": TEXT,
        "call_id": TEXT,
        **_FORMER_COLUMNS,
        "disposition": TEXT,
        "note_sealed": BLOB,
        "disposed_by": TEXT,
        "disposed_ms": INT,
    },
    descending=("call_id",),
)

TRACE_COLUMN = AddColumn(CDRS, "trace_id", TEXT)

BY_TERM = TableSpec(
    name=CALLS_BY,
    partition=("tenant_id", "term", "month"),
    clustering=("call_id",),
    columns={"tenant_id": TEXT, "term": TEXT, "month": TEXT, "call_id": TEXT},
    descending=("call_id",),
)

WHOLE_RECORDS = (AddColumn(CDRS, "record", JSON), AddColumn(CDRS, "sealed", BLOB), CreateTable(BY_TERM))
NO_COLUMN_A_FIELD = tuple(DropColumn(CDRS, name) for name in (*_FORMER_COLUMNS, "trace_id"))
