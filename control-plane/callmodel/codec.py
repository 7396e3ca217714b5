"""Values to and from plain JSON shapes.  A reader forgives a newer writer: keys it does not know are passed over."""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")
_Place = Any
"""Where in a document: a name, or a place and what lies there.  Put into words only for an error."""
_Reader = Callable[[Any, _Place], Any]
_PLAIN = frozenset({str, int, float, bool, type(None)})
"""What nearly every value is: looked for first, as facts come by the hundred a second."""


class ShapeError(ValueError):
    """A document lacks what its type needs, or holds something else in that place."""

    error_id = "wrong-shape"


def to_wire(value: Any) -> Any:
    """Return dataclasses, enums, tuples and dictionaries as what `json.dumps` takes."""
    if type(value) in _PLAIN:
        return value
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
    kind: Any = cls  # a type that can be hashed, as every class
    return typing.cast(T, _reader_of(kind)(document, cls.__name__))


@functools.cache
def _fields_of(cls: type) -> dict[str, tuple[frozenset[type], _Reader, bool]]:
    """Return of each field the types that are taken as they are, what reads others, and whether it may be missing."""
    hints = typing.get_type_hints(cls)
    return {
        field.name: (
            _taken_as_they_are(hints[field.name]),
            _reader_of(hints[field.name]),
            field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
    }


def _taken_as_they_are(kind: Any) -> frozenset[type]:
    choices = typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)
    plain = frozenset(getattr(choice, "__supertype__", choice) for choice in choices)
    return plain if plain <= _PLAIN else frozenset()


@functools.cache
def _reader_of(kind: Any) -> _Reader:
    """Return what reads values of a kind.  A type is looked into once: facts come by the hundred a second."""
    if isinstance(kind, typing.NewType):
        return _reader_of(kind.__supertype__)
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _optional_reader(kind)
    if origin is tuple:
        return _tuple_reader(_reader_of(typing.get_args(kind)[0]))
    if origin is dict:
        return _dict_reader(_reader_of(typing.get_args(kind)[1]))
    if dataclasses.is_dataclass(kind):
        return lambda value, where: _read_dataclass(kind, _expect(dict, value, where), where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_reader(kind)
    if kind is Any:
        return lambda value, where: value
    if kind is float:
        return lambda value, where: float(value) if isinstance(value, int) else _expect(float, value, where)
    return lambda value, where: _expect(kind, value, where)


def _optional_reader(kind: Any) -> _Reader:
    choices = [choice for choice in typing.get_args(kind) if choice is not type(None)]
    read = _reader_of(choices[0]) if len(choices) == 1 else _choosing_reader(kind, choices)
    if type(None) not in typing.get_args(kind):
        return read
    return lambda value, where: None if value is None else read(value, where)


def _choosing_reader(kind: Any, choices: list[Any]) -> _Reader:
    """Tell dataclasses apart by their `kind`, else by the names that only they need.

    Raises ShapeError where that is not possible.
    """
    if not all(dataclasses.is_dataclass(choice) for choice in choices):
        raise ShapeError(f"only `X | None` and unions of dataclasses can be read, not {kind}")
    tagged = {tag: choice for choice in choices if (tag := kind_of(choice)) is not None}
    if len(tagged) == len(choices):
        return _tagged_reader(tagged)
    needed = {
        choice: {name for name, (_, _, optional) in _fields_of(choice).items() if not optional} for choice in choices
    }
    if any(needed[one] <= needed[other] for one in choices for other in choices if one is not other):
        raise ShapeError(f"the shapes of {kind} can not be told apart")

    names = ", ".join(choice.__name__ for choice in choices)

    def read(value: Any, where: _Place) -> Any:
        document = _expect(dict, value, where)
        choice = next((choice for choice in choices if needed[choice] <= document.keys()), None)
        if choice is None:
            raise ShapeError(f"{_text_of(where)}: neither of {names}")
        return _read_dataclass(choice, document, where)

    return read


def kind_of(shape: type) -> str | None:
    """Return what the `kind` of a dataclass always is; None for one that has none."""
    fields: dict[str, Any] = getattr(shape, "__dataclass_fields__", {})
    field = fields.get("kind")
    return field.default if field is not None and isinstance(field.default, str) else None


def _tagged_reader(tagged: dict[str, Any]) -> _Reader:
    def read(value: Any, where: _Place) -> Any:
        document = _expect(dict, value, where)
        choice = tagged.get(_expect(str, document.get("kind"), (where, "kind")))
        if choice is None:
            raise ShapeError(f"{_text_of((where, 'kind'))}: {document['kind']!r} is none of {', '.join(tagged)}")
        return _read_dataclass(choice, document, where)

    return read


def _tuple_reader(read: _Reader) -> _Reader:
    return lambda value, where: tuple(
        [read(each, (where, number)) for number, each in enumerate(_expect(list, value, where))]
    )


def _dict_reader(read: _Reader) -> _Reader:
    return lambda value, where: {key: read(each, (where, key)) for key, each in _expect(dict, value, where).items()}


def _enum_reader(kind: type[Enum]) -> _Reader:
    def read(value: Any, where: _Place) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise ShapeError(f"{_text_of(where)}: {value!r} is no {kind.__name__}") from None

    return read


def _read_dataclass(kind: Any, document: dict[str, Any], where: _Place) -> Any:
    values = {}
    for name, (plain, read, optional) in _fields_of(kind).items():
        if name in document:
            value = document[name]
            values[name] = value if type(value) in plain else read(value, (where, name))
        elif not optional:
            raise ShapeError(f"{_text_of((where, name))} is missing")
    return kind(**values)


def _expect(kind: Any, value: Any, where: _Place) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ShapeError(f"{_text_of(where)}: expected {kind.__name__}, not {type(value).__name__}")
    return value


def _text_of(where: _Place) -> str:
    if isinstance(where, str):
        return where
    outer, inner = where
    return f"{_text_of(outer)}[{inner}]" if isinstance(inner, int) else f"{_text_of(outer)}.{inner}"
