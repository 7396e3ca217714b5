"""Names of everything in Redis.  A tenant's keys start with its hash tag: Redis Cluster keeps them together."""

from callmodel.ids import CallId, Extension, NodeId, SiteId, TenantId, TrunkId

DIRECTORY = "platform:{directory}"
"""Published parts (`callmodel.directory.tables_of`) for media nodes."""

EDGE = "platform:{edge}"
"""Published parts (`callmodel.edgesnapshot.tables_of`) for HQ's edges."""

CONFIGURATION_TURN = "platform:configuration-turn"
"""Held for a while by the API process that compared all that is published with the store."""

NODES = "platform:nodes"
"""Set of the ids of all media nodes that ever reported; the living ones have a heartbeat."""

EDGES = "platform:edges"
"""Set of the ids of all of HQ's edges that ever reported; the living ones have a list of bans."""

BAN_LIFTS = "platform:ban-lifts"
"""Stream of orders to every edge to listen again (`edgebans.LiftBan`)."""

LADDER_QUESTIONS = "platform:ladder-questions"
"""Stream of questions to every edge about the SIP messages of a call (`ladder.LadderQuestion`)."""


def ladder_answers(question_id: str) -> str:
    """List of what edges answer (`ladder.LadderAnswer`); expires at once."""
    return f"platform:ladder-answers:{question_id}"


def edge_bans(edge_id: str) -> str:
    """Whom an edge does not listen to (`edgebans.EdgeBans`); expires when its agent falls silent."""
    return f"platform:edge:{edge_id}:bans"


def edge_carriers(edge_id: str) -> str:
    """What an edge sees of carriers (`edgecarriers.EdgeCarriers`); expires when its agent falls silent."""
    return f"platform:edge:{edge_id}:carriers"


def facts(tenant_id: TenantId) -> str:
    """Stream of what happened (`wire.Envelope`)."""
    return f"{{{tenant_id}}}:facts"


def events(tenant_id: TenantId) -> str:
    """Stream of what becomes of calls in progress, as browsers may see it: `kind`, and `m`: JSON or a call's id."""
    return f"{{{tenant_id}}}:events"


def told_vip(tenant_id: TenantId, caller: str) -> str:
    """What the tenant's system said last of a caller (`vips.Vip`, empty for nobody in particular), by keyed hash."""
    return f"{{{tenant_id}}}:told-vip:{caller}"


def live_calls(tenant_id: TenantId) -> str:
    """Hash of call id to the `cdr.Cdr` of a call in progress."""
    return f"{{{tenant_id}}}:live-calls"


def live_order(tenant_id: TenantId) -> str:
    """Sorted set of the ids in `live_calls`, all of one score: in their own order, which is that of time."""
    return f"{{{tenant_id}}}:live-calls:order"


def heartbeat(node_id: NodeId) -> str:
    """A media node's health (`edgesnapshot.NodeHealth`) as JSON; expires when the node falls silent."""
    return f"platform:node:{node_id}"


def held_calls(node_id: NodeId) -> str:
    """The calls that a media node holds (`wire.HeldCalls`) as JSON, told and forgotten like its heartbeat."""
    return f"platform:node:{node_id}:calls"


def node_orders(node_id: NodeId) -> str:
    """Stream of orders to one media node (`wire.NodeOrder`)."""
    return f"platform:node:{node_id}:orders"


def site_link(site_id: SiteId) -> str:
    """Hash of a branch's last link report; expires when its gateway falls silent."""
    return f"platform:site:{site_id}:link"


# Trunks are HQ's and shared by tenants: one script counts a trunk's channels and a tenant's, so all of these keys
# share the tag `{trunks}`.


def trunk_channels(trunk_id: TrunkId) -> str:
    """Sorted set: call id, scored by when its claim lapses (milliseconds since 1970)."""
    return f"{{trunks}}:trunk:{trunk_id}"


def trunk_outcomes(trunk_id: TrunkId) -> str:
    """Sorted set of what became of a trunk's last calls: leg id, time of the answer, SIP code; scored by the end."""
    return f"{{trunks}}:outcomes:{trunk_id}"


def tenant_channels(tenant_id: TenantId) -> str:
    """Sorted set: call id, scored by when its claim lapses."""
    return f"{{trunks}}:tenant:{tenant_id}"


def spend(tenant_id: TenantId, day: str) -> str:
    """Hash of what a tenant's calls of a UTC day cost, in millionths: `total`, and what is booked for each claim."""
    return f"{{trunks}}:spend:{tenant_id}:{day}"


def call_rate(tenant_id: TenantId, extension: Extension | None = None) -> str:
    """Sorted set of the calls over trunks of a tenant's last minute, or of one station's, scored by their time."""
    return f"{{trunks}}:rate:{tenant_id}:{extension or ''}"


def rotation(tenant_id: TenantId) -> str:
    """Counter that turns a tenant's pool of caller numbers."""
    return f"{{trunks}}:rotation:{tenant_id}"


def report_sums(tenant_id: TenantId) -> str:
    """Held by the request that makes sums for a tenant's reports."""
    return f"{{{tenant_id}}}:reports:summing"


def call_asked_at(tenant_id: TenantId, call_id: CallId) -> str:
    """The station at which a call was asked for, for as long as no news of the call may have told it."""
    return f"{{{tenant_id}}}:call:{call_id}:asked-at"


def call_owner(tenant_id: TenantId, call_id: CallId) -> str:
    """The node that holds a call: where orders for it go."""
    return f"{{{tenant_id}}}:call:{call_id}:node"
