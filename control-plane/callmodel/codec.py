"""Values to and from plain JSON shapes.  A reader forgives a newer writer: keys it does not know are passed over."""

import dataclasses
import functools
import types
import typing
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


class ShapeError(ValueError):
    """A document lacks what its type needs, or holds something else in that place."""

    error_id = "wrong-shape"


def to_wire(value: Any) -> Any:
    """Return dataclasses, enums, tuples and dictionaries as what `json.dumps` takes."""
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: to_wire(getattr(value, name)) for name in _fields_of(type(value))}
    if isinstance(value, dict):
        return {str(to_wire(key)): to_wire(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return [to_wire(item) for item in value]
    return value


def from_wire(cls: type[T], document: Any) -> T:
    """Return the `cls` that a document describes.

    Raises ShapeError, naming the place, when a needed key is missing or a value is of another type.
    """
    return typing.cast(T, _read(cls, document, cls.__name__))


@functools.cache
def _fields_of(cls: type) -> dict[str, tuple[Any, bool]]:
    """Return each field's type and whether a document may leave it out."""
    hints = typing.get_type_hints(cls)
    return {
        field.name: (
            hints[field.name],
            field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
    }


def _read(kind: Any, value: Any, where: str) -> Any:
    if isinstance(kind, typing.NewType):
        return _read(kind.__supertype__, value, where)
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_optional(kind, value, where)
    if origin is tuple:
        item = typing.get_args(kind)[0]
        return tuple(_read(item, each, f"{where}[{n}]") for n, each in enumerate(_expect(list, value, where)))
    if origin is dict:
        item = typing.get_args(kind)[1]
        return {key: _read(item, each, f"{where}.{key}") for key, each in _expect(dict, value, where).items()}
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, _expect(dict, value, where), where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise ShapeError(f"{where}: {value!r} is no {kind.__name__}") from None
    if kind is Any:
        return value
    if kind is float and isinstance(value, int):
        return float(value)
    return _expect(kind, value, where)


def _read_optional(kind: Any, value: Any, where: str) -> Any:
    choices = [choice for choice in typing.get_args(kind) if choice is not type(None)]
    if value is None:
        return None
    if len(choices) != 1:
        raise ShapeError(f"{where}: only `X | None` can be read, not {kind}")
    return _read(choices[0], value, where)


def _read_dataclass(kind: Any, document: dict[str, Any], where: str) -> Any:
    values = {}
    for name, (hint, optional) in _fields_of(kind).items():
        if name in document:
            values[name] = _read(hint, document[name], f"{where}.{name}")
        elif not optional:
            raise ShapeError(f"{where}.{name} is missing")
    return kind(**values)


def _expect(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ShapeError(f"{where}: expected {kind.__name__}, not {type(value).__name__}")
    return value
