"""What the audit trail says of a change: which thing, and which of its fields were what before and after.  Pure.

What is compared is how the API shows the thing, which holds no secret.  Of secrets that were sent, only the names of
their fields are told.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

MOST_CHARACTERS = 2000
"""Of a value as JSON.  A longer one, such as a carrier's list of rates, is told by its size."""
WITHHELD = "withheld"

Changes = dict[str, dict[str, Any]]
"""By name of the field, `limits.spend_per_day` inside of nested settings: `old` and `new`."""


def changes_between(before: BaseModel | None, after: BaseModel | None) -> Changes:
    """Return the fields that differ.  None stands for a thing that is not there: each of its fields is null."""
    old, new = _flat(before), _flat(after)
    return {
        name: {"old": _told(old.get(name)), "new": _told(new.get(name))}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def secrets_in(body: BaseModel | None) -> Changes:
    """Return the secrets that a body gives, by name and without their values."""
    names = _secret_names(body) if body is not None else ()
    return {name: {"old": WITHHELD, "new": WITHHELD} for name in names}


def named_in(names: tuple[str, ...], *shapes: Any) -> dict[str, str]:
    """Return the fields of these names, each from the first of the shapes that has it."""
    found = {}
    for name in names:
        values = [getattr(shape, name) for shape in shapes if hasattr(shape, name)]
        if values:
            found[name] = str(values[0])
    return found


def _flat(shape: BaseModel | None) -> dict[str, Any]:
    return dict(_fields("", shape.model_dump(mode="json"))) if shape is not None else {}


def _fields(prefix: str, document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict) and value:
            yield from _fields(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value


def _told(value: Any) -> Any:
    size = len(json.dumps(value))
    return value if size <= MOST_CHARACTERS else {"too_long": True, "characters": size}


def _secret_names(shape: BaseModel, prefix: str = "") -> Iterator[str]:
    for name, field in type(shape).model_fields.items():
        value = getattr(shape, name)
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("writeOnly") and value is not None:
            yield f"{prefix}{name}"
        elif isinstance(value, BaseModel):
            yield from _secret_names(value, f"{prefix}{name}.")
