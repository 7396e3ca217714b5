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


class SnapshotView(Shape):
    """A snapshot that edges and media nodes run on."""

    name: str
    version: int | None


class PlatformStatus(Shape):
    """What the control plane sees of the platform."""

    store: bool
    redis: bool
    snapshots: list[SnapshotView]
    nodes: list[NodeView]


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
