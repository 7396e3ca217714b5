"""Route declarations: everything about an endpoint in one value, shapes read from the handler's annotations."""

import inspect
import re
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, TypeAdapter

from control_plane.people.permissions import Permission
from servicekit.problems import Problem

Handler = Callable[..., Awaitable[Any]]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Access(Enum):
    """Who may use a route that needs no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    BRANCH = "branch"
    """A branch gateway, known by its client certificate."""


@dataclass(frozen=True)
class Signature:
    """The handler's shapes.  `path`: each placeholder's type; `result` is None for 204.

    file: whether the body is a file, which the handler gets as bytes.
    stream: whether it is one that the handler reads piece by piece, as an iterator of bytes.
    """

    path: dict[str, TypeAdapter[Any]]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    result: type[BaseModel] | None
    file: bool = False
    stream: bool = False


@dataclass(frozen=True)
class Route:
    """One endpoint.  The handler is `async def f(context, <placeholders...>, query?, body? | file? | stream?)`.

    A path with `{tenant_id}` is checked against the user's roles in that tenant before the handler runs.
    `errors`: the problems it raises by itself (the common ones are added).  `configures`: success changes what edges
    and media nodes run on.  `limited`: requests per address are limited.  `shows`: the handler that reads what this
    one changes, so that the audit can say what changed.  `names`: fields of the body or the answer that name the
    thing, beside those of the path.  `of_archived`: whether it may change something of an archived tenant.  `own`:
    the placeholder that names a user; what one does to oneself is then no matter for the audit.
    `most_bytes`: of a file, or of a stream.  `looks`: it changes nothing, though its question comes in a body.
    """

    method: str
    path: str
    handler: Handler
    needs: Permission | Access
    summary: str
    tags: tuple[str, ...]
    status: int = 200
    errors: tuple[type[Problem], ...] = ()
    configures: bool = False
    limited: bool = False
    timeout_seconds: float = 15.0
    shows: Handler | None = None
    names: tuple[str, ...] = ()
    of_archived: bool = False
    own: str = ""
    most_bytes: int = 0
    looks: bool = False
    examples: dict[str, Any] = field(default_factory=dict)
    """Request bodies by name, for the document."""

    @property
    def operation_id(self) -> str:
        """A name that is unique when handlers' names are unique inside their feature."""
        return f"{self.tags[0]}.{self.handler.__name__}"

    @property
    def description(self) -> str:
        """The handler's docstring."""
        return inspect.getdoc(self.handler) or self.summary

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET" and not self.looks

    @cached_property
    def shown_by(self) -> tuple[str, ...]:
        """The ids that `shows` wants."""
        return () if self.shows is None else tuple(inspect.signature(self.shows).parameters)[1:]

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """Names in braces in the path, in order."""
        return tuple(_PLACEHOLDER.findall(self.path))

    @cached_property
    def signature(self) -> Signature:
        """Read the handler's annotations.  Raises TypeError when they do not fit the route."""
        hints = typing.get_type_hints(self.handler, include_extras=True)
        result = hints.pop("return", None)
        names = list(inspect.signature(self.handler).parameters)[1:]
        unknown = set(names) - set(self.placeholders) - {"query", "body", "file", "stream"}
        if unknown or not set(self.placeholders) <= set(names):
            raise TypeError(f"{self.operation_id}: parameters {names} do not fit {self.path}")
        return Signature(
            path={name: TypeAdapter(hints[name]) for name in self.placeholders},
            query=hints.get("query"),
            body=hints.get("body"),
            result=result if result is not type(None) else None,
            file="file" in names,
            stream="stream" in names,
        )
