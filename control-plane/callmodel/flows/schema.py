"""The JSON schema of flows (draft 2020-12), drawn from the code: `docs/flow.schema.json` is its print."""

import dataclasses
import types
import typing
from enum import Enum
from typing import Any

from callmodel.codec import kind_of
from callmodel.flows.bounds import BOUNDS, KEYS, LANGUAGE, MOST_ITEMS, NODE_NAME, PATTERNS
from callmodel.flows.checks import CHECKS
from callmodel.flows.conditions import MEASURES
from callmodel.flows.document import MOST_NODES, Flow
from callmodel.flows.texts import LONGEST_TEXT

Schema = dict[str, Any]

FILLED_IN = frozenset({"tenant_id"})
"""Fields that nobody writes: they are filled in as a flow is published."""
_FIELDS: dict[str, Schema] = {
    "measure": {"enum": list(MEASURES)},
    "check": {"enum": list(CHECKS)},
    "text": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    "terminator": {"type": "string", "pattern": "^[*#A-D]?$"},
}


def schema() -> Schema:
    """Return the schema of a flow's document."""
    shapes: dict[str, Schema] = {}
    root = _shape_of(Flow, shapes)
    root["properties"]["nodes"] |= {
        "minProperties": 1,
        "maxProperties": MOST_NODES,
        "propertyNames": {"pattern": f"^{NODE_NAME.pattern}$"},
    }
    root["properties"]["languages"]["items"] = {"type": "string", "pattern": f"^{LANGUAGE.pattern}$"}
    root["properties"]["languages"]["minItems"] = 1
    for name in ("MenuNode", "ListenNode"):
        shapes[name]["properties"]["keys"]["propertyNames"] = {"pattern": f"^{KEYS.pattern}$"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow of Trunkline",
        **root,
        "$defs": dict(sorted(shapes.items())),
    }


def _shape_of(cls: Any, shapes: dict[str, Schema]) -> Schema:
    hints = typing.get_type_hints(cls)
    properties, required = {}, []
    for field in dataclasses.fields(cls):
        if field.name in FILLED_IN:
            continue
        properties[field.name] = _of_field(cls, field.name, hints[field.name], shapes)
        missing = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if missing or field.name == "kind":
            required.append(field.name)
        elif isinstance(field.default, str | int | float) and field.name != "kind":
            properties[field.name] = {**properties[field.name], "default": field.default}
    return {
        "type": "object",
        "description": " ".join((cls.__doc__ or "").split()),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of_field(cls: Any, name: str, kind: Any, shapes: dict[str, Schema]) -> Schema:
    if name == "kind":
        return {"const": kind_of(cls)}
    found = _FIELDS.get(name) or _of_kind(kind, shapes)
    if name in BOUNDS:
        least, most = BOUNDS[name]
        found = _numbers(found, least, most)
    if name in PATTERNS:
        found = {**found, "pattern": f"^{PATTERNS[name]}$"} if "anyOf" not in found else found
    return found


def _numbers(found: Schema, least: float, most: float) -> Schema:
    if "anyOf" in found:
        return {
            "anyOf": [each if each == {"type": "null"} else _numbers(each, least, most) for each in found["anyOf"]]
        }
    return {**found, "minimum": least, "maximum": most}


def _of_kind(kind: Any, shapes: dict[str, Schema]) -> Schema:
    if isinstance(kind, typing.NewType):
        return _of_kind(kind.__supertype__, shapes)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of_kind(each, shapes) for each in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _of_kind(arguments[0], shapes), "maxItems": MOST_ITEMS}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of_kind(arguments[1], shapes), "maxProperties": MOST_ITEMS}
    if dataclasses.is_dataclass(kind):
        name = getattr(kind, "__name__", "")
        if name not in shapes:
            shapes[name] = {}
            shapes[name] = _shape_of(kind, shapes)
        return {"$ref": f"#/$defs/{name}"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [each.value for each in kind]}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}[kind]}
