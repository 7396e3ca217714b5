"""Wire shapes of what agents do now."""

from typing import Literal

from pydantic import Field

from control_plane.fields import ExtensionText, ReasonText
from control_plane.web import Shape

StateName = Literal["signed-out", "ready", "reserved", "ringing", "talking", "wrap-up", "paused"]


class SignIn(Shape):
    """Where an agent signs in: a station of the tenant that they are seated at."""

    extension: ExtensionText | None = Field(None, description="may be left out where they are seated at one only")
    ready: bool = Field(False, description="take calls at once; else paused, with the reason `signed-in`")


class Pause(Shape):
    """Why an agent pauses: one of the tenant's `pause_reasons`."""

    reason: ReasonText


class AgentStateView(Shape):
    """What an agent does. A call for another tenant shows as a state, without its call and queue."""

    user_id: str
    name: str
    teams: list[str]
    state: StateName
    since_ms: int | None = Field(description="when the state began; null while signed out")
    reason: str | None = Field(description="of the pause, or of one that waits for the end of a call")
    extension: str | None = Field(description="the station of the tenant that they sit at")
    queue_id: str | None = Field(description="the queue that the call came from")
    call_id: str | None
