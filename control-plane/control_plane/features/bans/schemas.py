"""Wire shapes of bans."""

from pydantic import Field

from control_plane.web import Shape

_ADDRESS = r"^[0-9a-f.:]{2,45}$"
_ACCOUNT = r"^[^\x00-\x20\x7f|]{0,100}$"


class BanView(Shape):
    """An address that is banned, or an account that is locked out there."""

    address: str
    account: str | None = Field(description="`extension@domain`; null: the address as a whole")
    reason: str = Field(description="`scanner`, `flood` or `guessing`")
    since_ms: int
    until_ms: int
    edges: list[str] = Field(description="the edges that hold it")


class BanList(Shape):
    """All bans and locks, the newest first.  `silent_edges`: what these hold is not known."""

    items: list[BanView]
    silent_edges: list[str]


class Lift(Shape):
    """Whom to listen to again."""

    address: str = Field(pattern=_ADDRESS, examples=["203.0.113.7"])
    account: str = Field(default="", pattern=_ACCOUNT, description="`extension@domain`; empty: the whole address")
