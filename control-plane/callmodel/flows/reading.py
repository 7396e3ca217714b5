"""From the text of a flow to the flow, or to what is wrong with its shape, node by node."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, get_args

from callmodel.codec import ShapeError, from_wire, kind_of, to_wire
from callmodel.flows.document import MOST_BYTES, MOST_NODES, Flow
from callmodel.flows.nodes import Node
from callmodel.flows.schema import FILLED_IN

_KINDS: dict[str, Any] = {kind_of(shape) or "": shape for shape in get_args(Node)}
MOST_PROBLEMS = 200


@dataclass(frozen=True)
class Problem:
    """What is wrong with a flow: at a node, empty for the flow itself, and in a field of it."""

    node: str
    field: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.node, self.field, self.text) if part)


def read_text(text: str) -> tuple[Flow | None, list[Problem]]:
    """Return the flow that a text describes; None, and why, where it describes none."""
    size = len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        return None, [Problem("", "", f"a flow has {MOST_BYTES // 1024} KB at most, and this has {size // 1024 + 1}")]
    twice: list[str] = []
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, twice), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = "too deep" if isinstance(error, RecursionError) else str(error)
        return None, [Problem("", "", f"this is no JSON: {reason}")]
    if twice:
        return None, [Problem("", "", f"`{name}` is there twice in one place") for name in twice[:MOST_PROBLEMS]]
    return read_document(document)


def read_document(document: Any) -> tuple[Flow | None, list[Problem]]:
    """Return the flow that a document describes; None, and why, where it describes none."""
    if not isinstance(document, dict):
        return None, [Problem("", "", "a flow is a JSON object")]
    nodes = document.get("nodes")
    if not isinstance(nodes, dict) or not nodes:
        return None, [Problem("", "nodes", "a flow has nodes, by name")]
    if len(nodes) > MOST_NODES:
        return None, [Problem("", "nodes", f"a flow has {MOST_NODES} nodes at most, and this has {len(nodes)}")]
    problems = [problem for name, node in nodes.items() for problem in _problems_of(name, node)]
    try:
        from_wire(Flow, {**document, "nodes": {}})
    except ShapeError as error:
        problems.append(Problem("", "", _plain(error)))
    else:
        known = {field.name for field in fields(Flow)} - FILLED_IN
        problems += [Problem("", name, "a flow has no such field") for name in document if name not in known]
        if not problems:
            return from_wire(Flow, document), []
    return None, problems[:MOST_PROBLEMS]


def _problems_of(name: str, node: Any) -> Iterator[Problem]:
    if not isinstance(node, dict):
        yield Problem(name, "", "a node is a JSON object")
        return
    shape = _KINDS.get(node["kind"]) if isinstance(node.get("kind"), str) else None
    if shape is None:
        yield Problem(name, "kind", f"{node.get('kind')!r} is none of {', '.join(_KINDS)}")
        return
    try:
        read = from_wire(shape, node)
    except ShapeError as error:
        yield Problem(name, "", _plain(error))
        return
    yield from (Problem(name, path, "there is no such field") for path in _unknown(node, to_wire(read)))


def _unknown(document: Any, read: Any, path: str = "") -> Iterator[str]:
    """Yield the names that were passed over as a document was read."""
    if isinstance(document, dict) and isinstance(read, dict):
        for name, value in document.items():
            here = f"{path}.{name}" if path else name
            if name in read:
                yield from _unknown(value, read[name], here)
            else:
                yield here
    elif isinstance(document, list) and isinstance(read, list):
        for number, (value, item) in enumerate(zip(document, read, strict=False)):
            yield from _unknown(value, item, f"{path}[{number}]")


def _plain(error: ShapeError) -> str:
    """Return what is wrong without the name of our class in front."""
    text = str(error)
    place, _, rest = text.partition(".")
    return rest if place.isidentifier() and rest else text


def _once(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice += sorted({name for name in names if names.count(name) > 1})
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
