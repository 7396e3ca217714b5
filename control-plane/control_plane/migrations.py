"""The schema of the durable store, version by version.  A released version never changes: add a new one."""

from control_plane import accounts, audit
from control_plane.features.auth import store as auth
from servicekit.stores import CreateTable, Migration

MIGRATIONS = [
    Migration(1, "accounts and audit", [CreateTable(spec) for spec in (*accounts.TABLES, audit.AUDIT, *auth.TABLES)]),
]
