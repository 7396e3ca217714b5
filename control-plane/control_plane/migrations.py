"""The schema of the durable store, version by version.  A released version never changes: add a new one."""

from control_plane import audit, retention
from control_plane.facts import webhooks
from control_plane.features.auth import store as auth
from control_plane.features.calendars import store as calendars
from control_plane.features.calls import followups_store as follow_ups
from control_plane.features.calls import store as calls
from control_plane.features.campaigns import store as campaigns
from control_plane.features.enrolment import store as enrolment
from control_plane.features.flows import store as flows
from control_plane.features.lists import store as lists
from control_plane.features.numbers import store as numbers
from control_plane.features.prompts import store as prompts
from control_plane.features.queues import store as queues
from control_plane.features.recordings import store as recordings
from control_plane.features.reports import store as reports
from control_plane.features.sites import store as sites
from control_plane.features.stations import store as stations
from control_plane.features.tenants import brand_store as brands
from control_plane.features.tenants import store as tenants
from control_plane.features.trunks import store as trunks
from control_plane.features.users import store as users
from control_plane.features.vips import store as vips
from control_plane.inventory import archive
from control_plane.leads import dncstore, numberfates, states, store
from control_plane.people import accounts, dispositions, pausing, totp
from servicekit.stores import CreateTable, Migration

CONFIGURATION = (
    *tenants.TABLES,
    *sites.TABLES,
    *users.TABLES,
    *stations.TABLES,
    *trunks.TABLES,
    *numbers.TABLES,
)

MIGRATIONS = [
    Migration(1, "accounts and audit", [CreateTable(spec) for spec in (*accounts.TABLES, audit.AUDIT, *auth.TABLES)]),
    Migration(2, "configuration", [CreateTable(spec) for spec in CONFIGURATION]),
    Migration(3, "calls and recordings", [CreateTable(spec) for spec in (*calls.TABLES, *recordings.TABLES)]),
    Migration(4, "enrolment", [CreateTable(spec) for spec in enrolment.TABLES]),
    Migration(6, "spools of several hosts, and legal hold", recordings.ADDED),
    Migration(7, "retention", retention.COLUMNS),
    Migration(8, "retention of recordings", [retention.RECORDINGS_COLUMN]),
    Migration(9, "limits of tenants", [tenants.LIMITS_COLUMN]),
    Migration(10, "traces of recordings", [recordings.TRACE_COLUMN]),
    Migration(11, "what a session was begun with", [auth.CREDENTIAL_COLUMN]),
    Migration(12, "what an audited change changed", [audit.CHANGES_COLUMN]),
    Migration(13, "what is archived", archive.COLUMNS),
    Migration(14, "who is seated where, and in which team", [*stations.SEATS_ADDED, accounts.TEAMS_COLUMN]),
    Migration(15, "time zones", [tenants.TIME_ZONE_COLUMN, sites.TIME_ZONE_COLUMN]),
    Migration(16, "how sites dial, and who comes to help", sites.EMERGENCY_COLUMNS),
    Migration(17, "whether colleagues are recorded", [tenants.INTERNAL_COLUMN]),
    Migration(21, "queues, and why agents pause", [*map(CreateTable, queues.TABLES), pausing.REASONS_COLUMN]),
    Migration(22, "what agents can, and which queues they serve", accounts.AGENT_COLUMNS),
    Migration(23, "flows", [*map(CreateTable, flows.TABLES), *numbers.INBOUND_COLUMNS]),
    Migration(24, "VIPs", [CreateTable(spec) for spec in vips.TABLES]),
    Migration(25, "prompts", [CreateTable(spec) for spec in prompts.TABLES]),
    Migration(26, "calendars", [CreateTable(spec) for spec in calendars.TABLES]),
    Migration(27, "calls to follow up", [CreateTable(spec) for spec in follow_ups.TABLES]),
    Migration(28, "webhooks", [CreateTable(spec) for spec in webhooks.TABLES]),
    Migration(29, "brands", [*map(CreateTable, brands.TABLES), brands.BRAND_COLUMN]),
    Migration(30, "second factors", [*map(CreateTable, totp.TABLES), totp.TOTP_RULE, auth.LIMITED_COLUMN]),
    Migration(31, "what each channel of a recording holds", recordings.VOICE_COLUMNS),
    Migration(32, "lists of numbers", [CreateTable(spec) for spec in (*lists.TABLES, *store.TABLES)]),
    Migration(33, "campaigns", [CreateTable(spec) for spec in (*campaigns.TABLES, *states.TABLES)]),
    Migration(34, "do-not-call lists", [CreateTable(spec) for spec in (*dncstore.TABLES, *numberfates.TABLES)]),
    Migration(35, "VIP rules, and what is dialled by hand", [tenants.VIP_RULES_COLUMN, tenants.HAND_DIALLING_COLUMN]),
    Migration(36, "sums of reports", [CreateTable(spec) for spec in reports.TABLES]),
    Migration(37, "results of calls by tenant", [dispositions.DISPOSITIONS_COLUMN]),
]
