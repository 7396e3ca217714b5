"""Wire shapes of VIPs."""

from typing import Literal

from pydantic import Field

from callmodel.ids import E164
from control_plane.fields import DisplayName, E164Text, QueueIdText, UserIdText
from control_plane.web import NestedPatch, Shape


class VipSettings(Shape):
    """How a customer is treated. Null: as everybody is."""

    name: DisplayName | Literal[""] = ""
    level: int = Field(1, ge=1, le=10, description="for the tenant's flows to tell them apart")
    priority: int = Field(9, ge=0, le=10, description="at least, in any queue")
    own_agent: UserIdText | None = Field(None, description="the agent whom a call is offered to first")
    mobile: E164Text | None = Field(None, description="rung where a flow says so, as when every agent talks")
    queue_id: QueueIdText | None = Field(None, description="waited in, in place of whatever queue a flow names")


class NewVip(VipSettings):
    """A customer to be treated so, by the number that they call from."""

    number: E164Text


class VipPatch(NestedPatch, VipSettings):
    """What is to change; what is absent stays. The number stays: another one is another VIP."""


class VipView(VipSettings):
    """A VIP. `number` and `mobile` are masked, unless they were asked for by whoever may see them."""

    vip_id: str
    number: str
    mobile: E164 | None
    created_ms: int


class RevealQuery(Shape):
    """Whether the number is shown in full."""

    reveal: Literal["numbers"] | None = Field(None, description="show the full number; each look is audited")
