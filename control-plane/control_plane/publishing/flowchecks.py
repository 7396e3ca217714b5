"""What is wrong with a flow, and what flows name: asked before one is published, or what it names is archived."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from callmodel.codec import from_wire
from callmodel.flows.document import DEFAULT_LANGUAGE, Flow
from callmodel.flows.known import Known
from callmodel.flows.reading import Problem as Fault
from callmodel.flows.validating import check_document
from callmodel.ids import FlowId, TenantId
from control_plane.inventory.archive import living_rows
from servicekit.stores import Store

NAMED = {"queue_id": "queue", "calendar_id": "calendar", "prompt_id": "prompt"}
"""Fields of nodes that name something of the tenant's, and what it is."""
ANY = "any"
"""The language of audio that fits every call, where a prompt's languages are listed."""


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
    known = Known(
        queues=tuple([row["queue_id"] async for row in living_rows(store, "queues", {"tenant_id": tenant_id})]),
        calendars=tuple(
            [row["calendar_id"] async for row in living_rows(store, "calendars", {"tenant_id": tenant_id})]
        ),
        audio={
            row["prompt_id"]: _languages_of(row["audio"], document)
            async for row in living_rows(store, "prompts", {"tenant_id": tenant_id})
        },
    )
    _, found = check_document({**document, "flow_id": flow_id, "version": 1}, known)
    return [_told(problem) for problem in found]


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


def _told(problem: Fault) -> Problem:
    node = f"nodes.{problem.node}" if problem.node else ""
    return Problem(".".join(part for part in (node, problem.field) if part), problem.text)


def _languages_of(audio: dict[str, Any], document: dict[str, Any]) -> tuple[str, ...]:
    """Return in which languages a prompt can be heard: with audio that fits every call, in all of the flow's."""
    spoken = document.get("languages", [DEFAULT_LANGUAGE])
    is_list = isinstance(spoken, list) and all(isinstance(each, str) for each in spoken)
    return (*audio, *(spoken if ANY in audio and is_list else ()))


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
