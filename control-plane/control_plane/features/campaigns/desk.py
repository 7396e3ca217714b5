"""What agents of a campaign have on their desk: the script, and the form that they fill in.  No node needs it."""

import datetime
from typing import Any, Literal

from pydantic import Field

from control_plane.fields import DisplayName
from control_plane.web import Shape


class FormField(Shape):
    """A field of the form."""

    name: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$")
    label: DisplayName
    kind: Literal["text", "number", "choice", "date", "yes-no"] = "text"
    choices: list[DisplayName] = Field(default_factory=list, max_length=200)
    required: bool = Field(False, description="whatever the disposition")


def problem_of(field: FormField, value: Any) -> str | None:
    """Return why a value does not fit a field, None where it does."""
    match field.kind:
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case "yes-no":
            fits = isinstance(value, bool)
        case "choice":
            fits = value in field.choices
        case "date":
            fits = isinstance(value, str) and _is_date(value)
        case _:
            fits = isinstance(value, str)
    expected = f"one of {', '.join(field.choices)}" if field.kind == "choice" else f"a {field.kind}"
    return None if fits else f"{field.name}: expected {expected}"


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
