"""What is wrong with a flow, and what flows name: asked before one is published, or what it names is archived."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from callmodel.codec import ShapeError, from_wire
from callmodel.flows.document import Flow
from callmodel.ids import FlowId, TenantId
from control_plane.archive import is_living, living_rows
from servicekit.stores import Store

NAMED = {"queue_id": "queue", "prompt_id": "prompt"}
"""Fields of nodes that name something of the tenant's, and what it is."""
MISSING = " is missing"
_TABLES = {"queue": ("queues", "queue_id"), "prompt": ("prompts", "prompt_id")}


@dataclass(frozen=True)
class Problem:
    """What is wrong: `where` in the document, such as `nodes.menu`, and what to do."""

    where: str
    message: str


@dataclass(frozen=True)
class Reference:
    """A thing of the tenant's that a node names.  `kind`: queue, calendar, prompt."""

    node: str
    kind: str
    id: str


def flow_of(tenant_id: TenantId, flow_id: FlowId, version: int, document: dict[str, Any]) -> Flow:
    """Return the flow that a document describes.  Raises ShapeError."""
    return from_wire(Flow, {**document, "flow_id": flow_id, "version": version, "tenant_id": tenant_id})


async def problems_in(store: Store, tenant_id: TenantId, flow_id: FlowId, document: dict[str, Any]) -> list[Problem]:
    """Return what is wrong with a document, of itself or because what it names is not there."""
    try:
        flow = flow_of(tenant_id, flow_id, 1, document)
    except ShapeError as error:
        return [_told(error)]
    return [problem async for problem in _missing(store, tenant_id, flow)]


async def named_in_flows(store: Store, tenant_id: TenantId) -> AsyncIterator[tuple[FlowId, Reference]]:
    """Yield what the tenant's published flows name, each with the flow."""
    async for row in living_rows(store, "flows", {"tenant_id": tenant_id}):
        if row["published"] is None:
            continue
        flow_id = FlowId(row["flow_id"])
        key = {"tenant_id": tenant_id, "flow_id": flow_id, "version": row["published"]}
        version = await store.get("flow_versions", key)
        if version is not None:
            for reference in references_in(flow_of(tenant_id, flow_id, row["published"], version["document"])):
                yield flow_id, reference


def references_in(flow: Flow) -> Iterator[Reference]:
    """Yield what a flow's nodes name, node by node; what is named twice comes twice."""
    for name, node in flow.nodes.items():
        yield from (Reference(name, kind, named) for kind, named in _named(node))


def _told(error: ShapeError) -> Problem:
    text = str(error).removeprefix("Flow.")
    if text.endswith(MISSING):
        return Problem(text.removesuffix(MISSING), MISSING.strip())
    where, _, message = text.partition(": ")
    return Problem(where, message)


def _named(value: Any) -> Iterator[tuple[str, str]]:
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            held = getattr(value, field.name)
            if field.name not in NAMED:
                yield from _named(held)
            elif held is not None:
                yield NAMED[field.name], held
    elif isinstance(value, dict):
        for each in value.values():
            yield from _named(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _named(each)


async def _missing(store: Store, tenant_id: TenantId, flow: Flow) -> AsyncIterator[Problem]:
    for reference in dict.fromkeys(references_in(flow)):
        table, column = _TABLES[reference.kind]
        if not is_living(await store.get(table, {"tenant_id": tenant_id, column: reference.id})):
            yield Problem(f"nodes.{reference.node}", f"there is no {reference.kind} {reference.id}; create it first")
