"""What the wire shapes of all features share: strict models, pages, and the words of path and query."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

ItemT = TypeVar("ItemT")

SECRET: JsonDict = {"writeOnly": True}
"""For `Field(json_schema_extra=SECRET)`: goes in and never comes out; the audit tells only that it came."""


class Shape(BaseModel):
    """A document of the API: no unknown keys, no coercion, no infinities."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class NestedPatch(Shape):
    """What is to change of settings inside of a thing: beside the shape of all of them, as its subclass.

    What is absent stays, whatever its default is where a thing is made.  A null is a value.  Lists, and maps with
    keys of their owner's choice, are values too: they are replaced whole.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    def over(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings as a document after the change."""
        return {**before, **self.model_dump(exclude_unset=True)}


class PageQuery(Shape):
    """Which part of a listing."""

    limit: int = Field(100, ge=1, le=500, description="how many items at most")
    after: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,2000}$",
        description="`next` of the page before; leave out for the first page",
    )


class ThingsQuery(PageQuery):
    """Which part of a listing of what can be archived.  A page may hold fewer than `limit` and have a `next`."""

    archived: bool = Field(False, description="those that are archived, and no others")


class DayQuery(Shape):
    """Which day."""

    day: str = Field(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", description="UTC day, `YYYY-MM-DD`"
    )


class NewestPageQuery(PageQuery, DayQuery):
    """Which part of a day's listing, newest first."""


class PageOf(BaseModel, Generic[ItemT]):
    """Items in order; `next` asks for those after them and is null at the end."""

    items: list[ItemT]
    next: str | None = None
