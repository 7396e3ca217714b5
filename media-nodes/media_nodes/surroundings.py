"""What every call needs of the world outside."""

from collections.abc import Callable
from dataclasses import dataclass

from callmodel.directory import Lookups
from media_nodes.journal import Journal
from media_nodes.ports import (
    CallBacks,
    Claims,
    HandDialling,
    Leads,
    Lines,
    LookUps,
    MachineEar,
    Neighbours,
    Outbox,
    Player,
    Recordings,
    Switch,
    Vips,
    WordEar,
)


@dataclass(frozen=True)
class Surroundings:
    """The ports that a call works with."""

    switch: Switch
    claims: Claims
    outbox: Outbox
    recordings: Recordings
    player: Player
    ear: WordEar
    machines: MachineEar
    lines: Lines
    neighbours: Neighbours
    leads: Leads
    call_backs: CallBacks
    look_ups: LookUps
    vips: Vips
    hand_dialling: HandDialling
    journal: Journal
    directory: Callable[[], Lookups | None]
