"""Who hears whom: the wanted state of a call's room, as values.  The switch adapter brings bridges to it."""

from dataclasses import dataclass
from enum import Enum

from callmodel.ids import LegId, PromptId, TenantId


class Mode(Enum):
    """What a party of a room does.

    `TALKING`: hears and is heard by all who talk.  `HOLDING`: hears music, and it again after what is played to it.
    `RINGBACK`: hears a phone ring.  `HEARING`: hears nothing but what is played to it.
    `LISTENING`: hears what the party `to` says and hears.  `WHISPERING`: that too, and only `to` hears it.
    """

    TALKING = "talking"
    HOLDING = "holding"
    RINGBACK = "ringback"
    HEARING = "hearing"
    LISTENING = "listening"
    WHISPERING = "whispering"

    @property
    def takes_part(self) -> bool:
        """Whether the call is this party's own talk: one who listens or whispers attends somebody else's."""
        return self not in (Mode.LISTENING, Mode.WHISPERING)


@dataclass(frozen=True)
class Music:
    """Audio of the tenant's that is played over and over to who holds."""

    tenant_id: TenantId
    prompt_id: PromptId


@dataclass(frozen=True)
class Party:
    """One leg and what it does.  `unanswered`: it called us, and up to our answer it hears by 180 and 183.

    music: what it hears while HOLDING; None for the platform's own.
    """

    leg_id: LegId
    mode: Mode = Mode.TALKING
    to: LegId | None = None
    unanswered: bool = False
    music: Music | None = None


@dataclass(frozen=True)
class Room:
    """All who hear something.  A leg that is in no room hears nothing."""

    parties: tuple[Party, ...] = ()

    def of(self, mode: Mode) -> tuple[LegId, ...]:
        return tuple(party.leg_id for party in self.parties if party.mode is mode)
