"""ARI in: the few events that matter to a call, from Asterisk's words into ours."""

from dataclasses import dataclass
from typing import Any

from callmodel.facts import (
    DigitPressed,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LegSentEarlyMedia,
    LegUnheld,
    Played,
)
from callmodel.ids import LegId
from callmodel.vouched import REFUSED, from_header

APP = "trunkline"
PLAYBACK_MARK = "+"
VOUCHED = (
    "origin",
    "tenant",
    "station",
    "site",
    "trunk",
    "caller",
    "traceparent",
    "number",
    "withheld",
    "diverted",
    "link",
    REFUSED,
)
"""What the edge says of a call, see `callmodel.vouched`."""

WANTED_EVENTS = (
    "StasisStart",
    "StasisEnd",
    "ChannelDestroyed",
    "ChannelHangupRequest",
    "Dial",
    "ChannelHold",
    "ChannelUnhold",
    "ChannelTransfer",
    "ChannelDtmfReceived",
    "PlaybackFinished",
    "ApplicationReplaced",
)
"""Asterisk is told to send nothing else: each event costs it and us about as much as a small command."""


@dataclass(frozen=True)
class Arrived:
    """An INVITE from the edge waits for our word.  Empty text where the edge said nothing; `edge`: its endpoint.

    `number`: the caller's, E.164, on a call that a trunk brought; `diverted_by`: whose phone sent it on.
    `link`: what another call of ours says that asks for one of this node (`callmodel.links`).
    `refused`: the edge does not take the description of the caller's media.
    """

    leg_id: LegId
    origin: str
    tenant: str
    station: str
    site: str
    trunk: str
    wanted_caller: str
    dialled: str
    at_ms: int
    traceparent: str = ""
    edge: str = ""
    number: str = ""
    withheld: bool = False
    diverted_by: str = ""
    link: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Created:
    """A leg that we made may now be dialled."""

    leg_id: LegId


@dataclass(frozen=True)
class Departed:
    """A leg left without a word on why; LegHungUp tells it nearly always just after."""

    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class TransferWanted:
    """The phone of this leg sent a REFER (RFC 3515) to `extension`.

    `dialog`: the Call-ID of the other call that it wants joined (RFC 3891), empty for a blind transfer.
    """

    leg_id: LegId
    extension: str
    at_ms: int
    dialog: str = ""


@dataclass(frozen=True)
class Superseded:
    """Another process has taken our place at this Asterisk."""


SOFT_HANGUP_DEVICE = 1
"""AST_SOFTHANGUP_DEV of Asterisk's channel.h.  Of an answered channel only RTP's time-out is told so; a BYE is told
with its own cause and not as soft, even where its Reason header (RFC 3326) names the cause of a time-out."""

LegFact = LegRang | LegSentEarlyMedia | LegAnswered | LegHungUp | LegHeld | LegUnheld | Played | DigitPressed
News = Arrived | Created | Departed | TransferWanted | Superseded | LegFact

# Q.850 cause to the SIP response that it stands for, where no response of the far side is known.
_RESPONSES = {1: 404, 2: 404, 3: 404, 16: 487, 17: 486, 18: 408, 19: 480, 20: 480, 21: 403, 22: 410, 27: 502, 28: 484}
_RESPONSES |= {29: 501, 34: 503, 38: 500, 41: 503, 42: 503, 44: 503, 58: 488, 127: 500}
_FACTS: dict[str, type[LegRang | LegSentEarlyMedia | LegAnswered]] = {
    "RINGING": LegRang,
    "PROGRESS": LegSentEarlyMedia,
    "ANSWER": LegAnswered,
}


def to_news(event: dict[str, Any], at_ms: int) -> News | None:
    """Return what an event means, None for what means nothing to a call."""
    match event.get("type"):
        case "Dial":
            made = _FACTS.get(event.get("dialstatus", ""))
            return made(LegId(event["peer"]["id"]), at_ms) if made else None
        case "StasisStart":
            return _started(event, at_ms)
        case "ChannelDestroyed":
            channel = event["channel"]
            sip_call_id = channel.get("protocol_id") or None
            return LegHungUp(LegId(channel["id"]), _sip_code_of(event), at_ms, sip_call_id=sip_call_id)
        # What Asterisk asks of itself when nothing is heard of a side; no word of a party's makes it say this.
        case "ChannelHangupRequest" if event.get("soft") and event.get("cause") == SOFT_HANGUP_DEVICE:
            channel = event["channel"]
            sip_call_id = channel.get("protocol_id") or None
            return LegHungUp(LegId(channel["id"]), None, at_ms, silent=True, sip_call_id=sip_call_id)
        # A hang-up in the moment of the answer is swallowed by Asterisk's answer routine: its channel stays in the
        # bridge, and of all events only the request tells.
        case "StasisEnd" | "ChannelHangupRequest":
            return Departed(LegId(event["channel"]["id"]), at_ms)
        case "ChannelHold":
            return LegHeld(LegId(event["channel"]["id"]), at_ms)
        case "ChannelUnhold":
            return LegUnheld(LegId(event["channel"]["id"]), at_ms)
        case "ChannelDtmfReceived":
            return DigitPressed(LegId(event["channel"]["id"]), event["digit"], at_ms)
        case "PlaybackFinished":
            return _played(event["playback"], at_ms)
        case "ChannelTransfer":
            return _transfer(event, at_ms)
        case "ApplicationReplaced":
            return Superseded()
        case _:
            return None


def _started(event: dict[str, Any], at_ms: int) -> News | None:
    channel = event["channel"]
    arguments: list[str] = event.get("args", [])
    leg_id = LegId(channel["id"])
    if not arguments or arguments[0] != "in":
        return Created(leg_id)
    said = from_header(arguments[1] if len(arguments) > 1 else "")
    origin, tenant, station, site, trunk, wanted, trace, number, withheld, diverted, link, refused = (
        said.get(name, "") for name in VOUCHED
    )
    # A withheld number stands in no From, which others than we may read.
    shown = channel["caller"]["number"]
    number = number or (shown if shown.startswith("+") else "")
    return Arrived(
        leg_id,
        origin,
        tenant,
        station,
        site,
        trunk,
        wanted,
        channel["dialplan"]["exten"],
        at_ms,
        trace,
        endpoint_of(channel["name"]),
        number,
        withheld == "1",
        diverted,
        link,
        refused == "1",
    )


def playback_of(leg_id: LegId, play_id: str) -> str:
    """Return what a playback is called: unique by leg, so that a call may name what it plays as it likes."""
    return f"{leg_id}{PLAYBACK_MARK}{play_id}"


def _played(playback: dict[str, Any], at_ms: int) -> News | None:
    leg_id, mark, play_id = str(playback["id"]).partition(PLAYBACK_MARK)
    return Played(LegId(leg_id), play_id, at_ms, playback.get("state") == "failed") if mark else None


def endpoint_of(name: str) -> str:
    """Return the endpoint in a channel's name, `PJSIP/edge-2-0000001a`."""
    return name.partition("/")[2].rpartition("-")[0]


def _sip_code_of(event: dict[str, Any]) -> int | None:
    """Return the final response of a leg that was never answered; an answered one has an end, and no code."""
    if event["channel"].get("state") == "Up":
        return None
    code = event.get("tech_cause")
    if isinstance(code, int) and code >= 400:
        return code
    return _RESPONSES.get(event.get("cause", 0), 480)


def _transfer(event: dict[str, Any], at_ms: int) -> News | None:
    refer_to = event.get("refer_to") or {}
    wanted = refer_to.get("requested_destination") or {}
    channel = event.get("channel") or (event.get("referred_by") or {}).get("source_channel") or {}
    # An event with a state is the echo of our own report on a transfer.
    if event.get("state") or not channel.get("id"):
        return None
    to, dialog = str(wanted.get("destination") or ""), str(wanted.get("protocol_id") or "")
    return TransferWanted(LegId(channel["id"]), to, at_ms, dialog) if to or dialog else None
