"""Wire shapes of hand-over and supervision."""

from typing import Literal

from pydantic import Field

from callmodel.facts import ConsultStep
from control_plane.features.calls.schemas import EXTENSION
from control_plane.web import Shape


class Target(Shape):
    """Whom to bring to the call."""

    to: str = Field(
        min_length=1,
        max_length=40,
        description="an extension of the tenant, or a number as people write it: it is called by a trunk, within the "
        "tenant's limits, like any call; a transfer may also go to a queue of the tenant: `queue:<queue id>`",
    )
    by: str | None = Field(
        None,
        pattern=EXTENSION,
        description="the station of the party that asks; null is your own, or the agent's where you have none",
    )


class NextStep(Shape):
    step: ConsultStep = Field(
        description="`swap`: who holds talks, and the other way round.  `complete`: leave the others to each other.  "
        "`cancel`: the consulted party leaves.  `conference`: all talk."
    )


class Hold(Shape):
    held: bool = Field(description="true: the others hear music; false: they hear you again")
    by: str | None = Field(None, pattern=EXTENSION, description="the station that holds; null is your own")


class PickUp(Shape):
    extension: str = Field(pattern=EXTENSION, description="the station that is to ring instead")


class Rejoin(Shape):
    extension: str = Field(pattern=EXTENSION, description="your station, which is in the call")


class Supervision(Shape):
    extension: str = Field(
        pattern=EXTENSION, description="your station: it is rung, unless it is in the call already"
    )
    mode: Literal["listening", "whispering", "talking"] = Field(
        description="`listening`: nobody hears you.  `whispering`: only the agent does.  `talking`: everybody does."
    )
    of: str | None = Field(None, pattern=EXTENSION, description="the agent's station; null where only one is in it")


class TakeOver(Shape):
    extension: str = Field(pattern=EXTENSION, description="your station, which supervises the call")


class Pause(Shape):
    paused: bool = Field(description="true: silence is recorded, of the same length; false: voices again")
