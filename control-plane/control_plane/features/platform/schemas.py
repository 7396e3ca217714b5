"""Wire shapes of the platform's state and audit trail."""

from typing import Any

from pydantic import Field

from control_plane.web import Shape


class NodeView(Shape):
    """A media node by its last heartbeat; null figures: it is silent."""

    node_id: str
    alive: bool
    sip: str | None = None
    capacity: int | None = None
    calls: int | None = None
    draining: bool | None = None
    at_ms: int | None = None
    spool: str | None = Field(default=None, description="`room`, `filling`, or `full`: its calls go on unrecorded")
    spool_bytes: int | None = Field(default=None, description="recordings that wait there to be archived")
    spool_max_bytes: int | None = None


class EdgeView(Shape):
    """An edge of HQ's by what its agent last told; null figures: it is silent."""

    edge_id: str
    alive: bool
    at_ms: int | None = None
    bans: int | None = Field(default=None, description="addresses and accounts that it does not listen to")
    registrations: int | None = Field(default=None, description="bindings that it holds at carriers")


class SnapshotView(Shape):
    """A snapshot that edges and media nodes run on."""

    name: str
    version: int | None


class TrunkFailure(Shape):
    """A call that the carrier failed: its final SIP response, 5xx or one that asks for credentials or money."""

    at_ms: int
    sip_code: int


class TrunkHealth(Shape):
    """How a trunk does. Counts are of the last hour, and of 500 calls at most; others of the last day."""

    trunk_id: str
    enabled: bool
    channels: int = Field(description="calls over it now")
    max_channels: int
    registered: bool | None = Field(description="whether an edge is registered there; null where none is to be")
    edge_id: str | None = Field(description="the edge that is registered, or tries to be")
    attempts: int
    answered: int
    answer_rate: float | None = Field(description="answered by attempts; null without attempts")
    last_answer_ms: int | None
    last_failures: list[TrunkFailure] = Field(description="the newest first")
    media_refused: list[str] = Field(
        description="addresses that the carrier named for its media, and that the trunk does not allow"
    )
    name_troubles: list[str] = Field(
        description="gateways' names that lead nowhere, or to where no carrier may be; calls go where they led before"
    )


class PlatformStatus(Shape):
    """What the control plane sees of the platform."""

    store: bool
    redis: bool
    snapshots: list[SnapshotView]
    edges: list[EdgeView]
    nodes: list[NodeView]
    trunks: list[TrunkHealth]


class Change(Shape):
    """What a field was and is. A secret's values are `withheld`; a value that is too long is told by its size."""

    old: Any
    new: Any


class AuditEntry(Shape):
    """One thing that somebody did. `subject`: what it was done to. `changes`: its fields that changed, by name."""

    audit_id: str
    at_ms: int
    actor: str
    action: str
    subject: dict[str, Any]
    changes: dict[str, Change]
    address: str
    request_id: str
