"""Writes the Grafana dashboards beside this file: rows of panels, each a title, a unit and queries."""

import json
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
WIDTH, HEIGHT, COLUMNS = 8, 8, 24


class Panel(NamedTuple):
    """`queries`: PromQL by the legend of its lines; units are Grafana's."""

    title: str
    unit: str
    queries: dict[str, str]


def quantiles(histogram: str, by: str) -> dict[str, str]:
    """Return p50 and p95 of a histogram by an attribute."""
    rate = f"sum by (le, {by}) (rate({histogram}_bucket[$__rate_interval]))"
    return {f"p{n} {{{{{by}}}}}": f"histogram_quantile(0.{n}, {rate})" for n in (50, 95)}


CALLS = [
    Panel("Calls in progress", "short", {"{{state}}": "sum by (state) (trunkline_calls_live)"}),
    Panel(
        "Calls a second by ending class",
        "cps",
        {"{{ending_class}}": "sum by (ending_class) (rate(trunkline_calls_ended_total[$__rate_interval]))"},
    ),
    Panel(
        "Endings that are ours or the carrier's",
        "cps",
        {
            "{{ending}}": 'sum by (ending) (rate(trunkline_calls_ended_total{ending_class=~"server|upstream"}'
            "[$__rate_interval]))"
        },
    ),
    Panel("INVITE to ringing, at the edge", "s", quantiles("trunkline_edge_ring_time_seconds", "route")),
    Panel("Call to ringing, at the conductor", "s", quantiles("trunkline_call_ring_time_seconds", "direction")),
    Panel("Call to answer, at the conductor", "s", quantiles("trunkline_call_answer_time_seconds", "direction")),
    Panel(
        "Load of media nodes",
        "percentunit",
        {"{{instance}}": "sum by (instance) (trunkline_calls_live) / sum by (instance) (trunkline_node_capacity)"},
    ),
    Panel("How well voices are heard (MOS)", "short", quantiles("trunkline_voice_mos", "role")),
    Panel(
        "Voices that are dead",
        "short",
        {
            "now, {{instance}}": "trunkline_voice_dead_now",
            "{{role}} {{direction}}": "sum by (role, direction) (increase(trunkline_voice_dead_total"
            "[$__rate_interval]))",
        },
    ),
    Panel("Draining", "short", {"{{instance}}": "trunkline_node_draining"}),
    Panel("Room taken in the spools", "percentunit", {"{{instance}}": "trunkline_spool_share"}),
    Panel("INVITE to answer, at the edge", "s", quantiles("trunkline_edge_answer_time_seconds", "route")),
    Panel(
        "Trunk channels asked for",
        "cps",
        {"{{result}} {{source}}": "sum by (result, source) (rate(trunkline_claims_total[$__rate_interval]))"},
    ),
    Panel("Day's spend of its limit", "percentunit", {"{{tenant_id}}": "max by (tenant_id) (trunkline_spend_share)"}),
    Panel(
        "Questions to tenants' systems",
        "cps",
        {"{{result}}": "sum by (result) (rate(trunkline_lookups_total[$__rate_interval]))"},
    ),
    Panel(
        "Hand-overs by REFER",
        "cps",
        {"{{sip_code}}": "sum by (sip_code) (rate(trunkline_transfers_by_phone_total[$__rate_interval]))"},
    ),
    Panel("Trunk channels held", "short", {"{{instance}}": "trunkline_claims_held"}),
    Panel(
        "Agents and callers set right",
        "short",
        {
            "{{kind}}": "sum by (kind) (increase(trunkline_acd_repairs_total[$__rate_interval]))",
            "not replicated": "sum(increase(trunkline_acd_unreplicated_total[$__rate_interval]))",
        },
    ),
    Panel(
        "INVITEs at the edges",
        "reqps",
        {"{{route}} {{status}}": "sum by (route, status) (rate(trunkline_edge_calls_total[$__rate_interval]))"},
    ),
    Panel("Registered contacts", "short", {"{{instance}}": "trunkline_edge_registrations"}),
    Panel(
        "Messages refused before they were read",
        "reqps",
        {"{{reason}}": "sum by (reason) (rate(trunkline_edge_refused_total[$__rate_interval]))"},
    ),
    Panel(
        "Connections of strangers closed",
        "cps",
        {
            "SIP {{reason}}": "sum by (reason) (rate(trunkline_edge_closed_total[$__rate_interval]))",
            "HTTP {{reason}}": "sum by (reason) (rate(trunkline_listener_cut_total[$__rate_interval]))",
        },
    ),
]

BACKSTAGE = [
    Panel("Facts not handled yet", "short", {"{{group}}": "max by (group) (trunkline_facts_behind)"}),
    Panel("Facts put aside", "short", {"buried": "max(trunkline_facts_buried)"}),
    Panel("Facts that Redis does not have", "short", {"{{instance}}": "trunkline_outbox_waiting"}),
    Panel("Jobs that wait", "short", {"{{queue}}": "max by (queue) (trunkline_jobs_waiting)"}),
    Panel("Oldest job", "s", {"{{queue}}": "max by (queue) (trunkline_jobs_oldest_seconds)"}),
    Panel("Recordings that did not come", "short", {"overdue": "max(trunkline_recordings_overdue)"}),
    Panel(
        "Spans that nobody took",
        "cps",
        {"{{job}} {{reason}}": "sum by (job, reason) (rate(trunkline_telemetry_dropped_total[$__rate_interval]))"},
    ),
]

DASHBOARDS = {"calls": ("Trunkline: calls", CALLS), "backstage": ("Trunkline: backstage", BACKSTAGE)}


def dashboard(uid: str, title: str, panels: list[Panel]) -> dict[str, Any]:
    """Return a dashboard as Grafana imports it."""
    variable = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "uid": f"trunkline-{uid}",
        "title": title,
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [variable]},
        "panels": [_panel(place, panel) for place, panel in enumerate(panels)],
    }


def _panel(place: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${source}"}
    across = COLUMNS // WIDTH
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": place % across * WIDTH, "y": place // across * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(65 + n), "expr": query, "legendFormat": legend, "datasource": source}
            for n, (legend, query) in enumerate(panel.queries.items())
        ],
    }


def files() -> dict[str, str]:
    """Return what each file holds, by its name."""
    return {
        f"{uid}.json": json.dumps(dashboard(uid, title, panels), indent=2) + "\n"
        for uid, (title, panels) in DASHBOARDS.items()
    }


if __name__ == "__main__":
    for name, text in files().items():
        (HERE / name).write_text(text, encoding="utf-8")
