"""Wire shapes of agents."""

from typing import Annotated

from pydantic import Field

from control_plane.fields import QueueIdText, SkillText
from control_plane.web import Shape

Proficiency = Annotated[int, Field(ge=1, le=10)]


class AgentPatch(Shape):
    """What is to change; what is absent or null stays. Skills and queues are replaced whole.

    Skills are the person's, whichever tenant the caller is of: of a user who is not the tenant's own, HQ sets them.
    Queues are the tenant's, and of the agent's own pool.
    """

    skills: dict[SkillText, Proficiency] | None = Field(
        None, max_length=100, description="proficiency from 1 to 10", examples=[{"english": 7}]
    )
    queues: list[QueueIdText] | None = Field(None, max_length=200)


class AgentView(Shape):
    """An agent of the tenant: a user with that role."""

    user_id: str
    name: str
    belongs_here: bool = Field(description="whether they are the tenant's own, and its managers set their skills")
    pool: str = Field(description="whose agent they are: `hq` or an outsourcing firm")
    skills: dict[str, int]
    queues: list[str] = Field(description="the tenant's queues that they serve")
    teams: list[str]
    enabled: bool
