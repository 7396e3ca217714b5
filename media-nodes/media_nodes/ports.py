"""What conducting calls needs from the world outside, named by role."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from callmodel.callstate import Call
from callmodel.dtmf import Dtmf
from callmodel.endings import Ending
from callmodel.facts import Fact
from callmodel.handdialling import Asked
from callmodel.ids import CallId, LegId, NodeId, RecordingId, TenantId, TrunkId
from callmodel.orders import (
    AskVip,
    ChangeAgent,
    ClaimTrunk,
    CloseOffer,
    DetectMachine,
    DialLink,
    DialStation,
    DialTrunk,
    HoldChannel,
    JoinQueue,
    KeepPlace,
    LeaveQueue,
    Listen,
    LookAtQueue,
    LookUp,
    OptOut,
    Play,
    TakeLead,
)
from callmodel.prompts import Prompt
from callmodel.rooms import Music, Room
from callmodel.seats import SeatChange
from callmodel.spend import Bill
from callmodel.vips import Vip
from callmodel.wire import CallOrder, Envelope


class LegGoneError(Exception):
    """An order was for a leg that is no more."""

    def __init__(self, leg_id: LegId) -> None:
        super().__init__(leg_id)
        self.leg_id = leg_id


class SwitchAwayError(ConnectionError):
    """The switch does not answer."""


class RecordingRefusedError(Exception):
    """The switch would not record; the call goes on without."""


class LegProgress(Enum):
    SETTING_UP = "setting-up"
    RINGING = "ringing"
    ANSWERED = "answered"


@dataclass(frozen=True)
class SwitchState:
    """What a switch holds.  `instance` is another after each of its restarts; `bridges` are named by their call."""

    instance: str
    legs: dict[LegId, LegProgress]
    bridges: tuple[str, ...]


class Switch(Protocol):
    """Legs and rooms.  Every order may raise LegGoneError or SwitchAwayError; given twice it does no harm."""

    async def dial_trunk(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialTrunk) -> None:
        """Dial out; rings at most `ring_timeout_seconds`, even if nobody listens any more."""

    async def dial_station(
        self, call_id: CallId, tenant_id: TenantId, domain: str, origin: LegId | None, order: DialStation
    ) -> None: ...

    async def dial_link(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialLink) -> None:
        """Ask every node for the call that the link names, until one has it."""

    async def dialog_of(self, leg_id: LegId) -> str:
        """Return the Call-ID by which the party knows a leg.  Raises LegGoneError, SwitchAwayError."""

    async def set_dtmf(self, leg_id: LegId, dtmf: Dtmf) -> None:
        """Say how keys go to and from a leg that is not answered yet."""

    async def answer(self, leg_id: LegId) -> None: ...

    async def can_be_heard(self, leg_id: LegId) -> bool:
        """Say whether an unanswered leg has agreed on media: a 183 without a description brings no sound."""

    async def may_pause(self, leg_id: LegId) -> bool:
        """Say whether the party told, as the call was set up, that it sends nothing while it is silent (RFC 3389)."""

    async def play(self, leg_id: LegId, play_id: str, files: Sequence[Path]) -> None:
        """Play sound files one after the other, in place of what this leg is played now; `Played` follows.

        A leg that holds hears its music again afterwards.  One that talks does not hear the others meanwhile.
        """

    async def plays(self, leg_id: LegId, play_id: str) -> bool:
        """Say whether a leg is played this, or will be next."""

    async def stop_playing(self, leg_id: LegId, play_id: str) -> None:
        """Play no more of it; what is over already stays over."""

    async def tap(self, leg_id: LegId, to: str, name: str = "") -> None:
        """Send what a leg says as RTP, mu-law of 8 kHz, to `host:port`.  name: of one tap among several."""

    async def untap(self, leg_id: LegId, name: str = "") -> None:
        """Send it no more; twice is harmless.  Raises SwitchAwayError only."""

    async def set_room(self, call_id: CallId, room: Room) -> None:
        """Let the call's legs hear each other as the room says; what was there and is not in the room ends."""

    async def start_recording(self, recording_id: RecordingId, customer_leg: LegId) -> None:
        """Record a leg in two channels, what it says first, until it ends.  Raises RecordingRefusedError only."""

    async def pause_recording(self, customer_leg: LegId, *, paused: bool) -> None:
        """Record silence of the same length in both channels, or sound again.  Raises RecordingRefusedError only."""

    async def hang_up(self, leg_id: LegId, sip_code: int) -> None:
        """End a leg; one from outside that was not answered gets `sip_code` as its final response."""

    async def decline(self, leg_id: LegId) -> None:
        """Refuse a leg from outside so that another node is asked for it."""

    async def report_transfer(self, leg_id: LegId, sip_code: int) -> None:
        """Tell the phone that asked for a transfer what came of it: 200, or why the target was not reached."""

    async def end_call(self, call_id: CallId) -> None:
        """Forget the call's room."""

    async def state(self) -> SwitchState:
        """Return all that is there.  Raises SwitchAwayError."""


class PromptMissingError(Exception):
    """A prompt can not be played: nobody knows it, it can not be fetched, no voice speaks.  The text says which."""


class PromptFiles(Protocol):
    """Prompts as sound files that the switch can play."""

    async def files_of(self, tenant_id: TenantId, prompts: Sequence[Prompt], language: str) -> list[Path]:
        """Return a file for each prompt; they stay where they are for some seconds.  Raises PromptMissingError."""


class MusicOnHold(Protocol):
    """What callers hear who wait."""

    async def class_of(self, music: Music | None) -> str:
        """Return by what name the switch knows it; at once, if need be with the name of other music."""


class Player(Protocol):
    """Prompts played to legs, beside the call's own task."""

    def play(self, tenant_id: TenantId, order: Play, tell: Callable[[Fact], None]) -> None:
        """Play when the sound is there; `tell` hears of what the switch does not tell itself."""

    async def stop(self, leg_id: LegId, play_id: str) -> None:
        """Play no more of it, or not at all.  Raises LegGoneError, SwitchAwayError."""

    async def plays(self, leg_id: LegId, play_id: str) -> bool:
        """Say whether its end is still to come.  Raises SwitchAwayError."""


class WordEar(Protocol):
    """Words that legs say, recognised beside the call's own task."""

    def listen(self, order: Listen, tell: Callable[[Fact], None]) -> None:
        """Listen; another order for the leg takes its place.  `tell` hears what was said."""


class MachineEar(Protocol):
    """Machines that answer, told from people beside the call's own task."""

    def detect(self, order: DetectMachine, tell: Callable[[Fact], None]) -> None:
        """Hear what a leg says; again, it changes nothing.  `tell` hears of a machine, and of its beep."""


@dataclass(frozen=True)
class Grant:
    """A channel of a trunk; `rotation` counts the tenant's claims."""

    trunk_id: TrunkId
    rotation: int


@dataclass(frozen=True)
class Full:
    """No channel: the trunks are full, or a limit of the tenant's is reached; `ending` says which."""

    ending: Ending


class Claims(Protocol):
    """Who holds which trunk channel, counted over all nodes."""

    async def claim(self, tenant_id: TenantId, order: ClaimTrunk) -> Grant | Full: ...

    async def hold(self, tenant_id: TenantId, order: HoldChannel) -> bool:
        """Hold the channel by which a call came, if there is one left for it; never raises."""

    async def release(self, tenant_id: TenantId, leg_id: LegId, trunk_id: TrunkId, bill: Bill) -> None:
        """Give back, and settle what it cost; twice is harmless."""


class Recordings(Protocol):
    """The spool of recordings that are owed."""

    def expect(self, call: Call, recording_id: RecordingId, at_ms: int) -> bool:
        """Note that a recording begins.  False: there is no room for it; its loss is told, and the call goes on."""

    def close(self, recording_id: RecordingId, refused: str | None = None) -> None:
        """Say that the recorded call is over, or that the switch refused to record it."""


class Lines(Protocol):
    """Who waits and who is free, over all nodes."""

    async def join(self, call: Call, order: JoinQueue) -> list[Fact]:
        """Get in line, or hear how things stand there: a place, an offer, or why not."""

    async def leave(self, call: Call, order: LeaveQueue) -> None: ...

    async def close(self, call: Call, order: CloseOffer) -> list[Fact]:
        """Tell what came of an offer, and hear what the caller has now."""

    async def change_agent(self, order: ChangeAgent) -> Fact: ...

    async def look(self, call: Call, order: LookAtQueue) -> Fact: ...

    def tell(self, call: Call, changes: Iterable[SeatChange]) -> None:
        """Say what the call's legs do at stations; returns at once."""


class Leads(Protocol):
    """Campaigns' leads, whose calls live here."""

    async def ask(self, call: Call, order: TakeLead | OptOut) -> list[Fact]:
        """Take the claim of a call for good, before its number is dialled; or have it not be called any more."""

    def tell(self, before: Call | None, after: Call) -> None:
        """Say how far a call has come, if further than before; returns at once."""

    async def tell_last(self, before: Call | None, after: Call) -> None:
        """Tell how a call ended, and wait a moment until it is known."""


class LookUps(Protocol):
    """Tenants' own systems."""

    async def ask(self, order: LookUp) -> tuple[dict[str, str], str | None]:
        """Return the wanted parts of the answer, and a word for what went wrong.  Never raises."""


class Vips(Protocol):
    """Who is a VIP by the tenants' own systems."""

    async def ask(self, call: Call, order: AskVip) -> Vip | None:
        """Return what the tenant's system says of the caller, or said last.  Never raises."""


class HandDialling(Protocol):
    """What people may dial by hand."""

    async def allows(self, tenant_id: TenantId, asked: Asked) -> bool:
        """Say whether a number is on a list or approved, as is asked.  Never raises."""


class CallBacks(Protocol):
    """Places in line that are kept for customers who are called back."""

    async def keep(self, call: Call, order: KeepPlace) -> Fact:
        """Keep a caller's place; `PlaceKept` says whether that was possible."""

    async def end(self, call: Call, *, reached: bool) -> None:
        """Say what came of a call back.  Never raises."""


class Neighbours(Protocol):
    """The other media nodes."""

    async def tell(self, node_id: NodeId, message: CallOrder) -> None:
        """Let a node's call know something.  Never raises: a word that is lost leaves a record poorer, no more."""


class Outbox(Protocol):
    """Facts on their way to the stream."""

    def put(self, envelope: Envelope) -> None:
        """Keep the fact on disk until the stream has it; returns at once."""
