"""ARI out: the `Switch` on Asterisk.  Legs are channels under our own names.

Legs are created and then dialled, not originated: only a created one can be heard before it answers.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from callmodel.dtmf import Dtmf
from callmodel.ids import CallId, LegId, RecordingId, TenantId
from callmodel.links import link_text
from callmodel.orders import DialLink, DialStation, DialTrunk
from callmodel.rooms import Room
from callmodel.vouched import HEADER, PAUSES, from_header, to_header
from media_nodes import mixmonitor, notices
from media_nodes.ami import Ami
from media_nodes.ari import Ari, AriAwayError, AriError
from media_nodes.edges import EdgeChoice
from media_nodes.ports import LegGoneError, LegProgress, MusicOnHold, SwitchAwayError, SwitchState
from media_nodes.rooms import Rooms
from media_nodes.stasis import APP, WANTED_EVENTS, endpoint_of, playback_of
from media_nodes.taps import Taps, is_tap
from servicekit import tracing

AUTO_ANSWER = MappingProxyType(
    {
        "Call-Info": "<sip:trunkline.invalid>;answer-after=0",
        "Alert-Info": "<http://trunkline.invalid>;info=alert-autoanswer",
    }
)
"""What phones know as the wish to be answered by themselves: there is no standard, and most know one of the two."""
CREATION_SECONDS = 3.0
OURS = "~"
"""In the names of channels that are no legs: snoops, and what sends sound to us."""
# The edge takes it, as from a node without a conductor, to mean that nobody has tried the call yet.
DECLINED_CAUSE = 42
GONE = (404,)
# Not in Stasis any more, or its origin is not: for a leg of ours that means it is on its way out.
LEAVING = (400, 409, 412, 422)

# The Q.850 cause for which Asterisk sends just this response to an INVITE that it has not answered.
_CAUSES = {200: 16, 403: 21, 404: 1, 408: 18, 410: 22, 480: 19, 484: 28, 486: 17, 487: 16, 488: 58, 500: 38}
_CAUSES |= {501: 29, 502: 27, 503: 34, 603: 16}
_DTMF_MODE = "PJSIP_DTMF_MODE()"
_PROGRESS = {"Up": LegProgress.ANSWERED, "Ringing": LegProgress.RINGING}


class AriSwitch:
    """Orders to one Asterisk, which sends outbound legs to the edge that `edges` names."""

    def __init__(self, ari: Ari, ami: Ami, edges: EdgeChoice, live_dir: Path, music: MusicOnHold) -> None:
        self._ari, self._ami, self._edges = ari, ami, edges
        self._live = live_dir
        self._created: dict[LegId, asyncio.Future[None]] = {}
        self._playing: dict[LegId, str] = {}
        self._found: frozenset[LegId] | None = None
        """Legs that were there when this process first looked."""
        self._taps = Taps(APP, self._command, self._on_leg, self._made)
        self._rooms = Rooms(self._command, self._on_leg, self._snoop, self._quiet, music)

    def leg_arrived(self, leg_id: LegId, endpoint: str) -> None:
        """Hear from the event side which edge a leg came in by."""
        self._edges.came(leg_id, endpoint)

    def leg_created(self, leg_id: LegId) -> None:
        """Hear from the event side that a leg may be dialled."""
        waiting = self._created.get(leg_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def play_ended(self, leg_id: LegId, play_id: str) -> None:
        """Hear from the event side that a leg is played something no more."""
        if self._playing.get(leg_id) == play_id:
            del self._playing[leg_id]

    async def dial_trunk(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialTrunk) -> None:
        vouched = {"target": "trunk", "trunk": order.trunk_id, "caller": order.caller_number}
        edge = self._edges.best(origin)
        to = f"{edge.endpoint}/sip:{order.number}@{edge.address}"
        shown = f"<{order.caller_number}>"
        dtmf = {_DTMF_MODE: order.dtmf.value} if order.dtmf is not Dtmf.AUTO else {}
        await self._dial(call_id, tenant_id, origin, order, to, shown, vouched, variables=dtmf)

    async def dial_station(
        self, call_id: CallId, tenant_id: TenantId, domain: str, origin: LegId | None, order: DialStation
    ) -> None:
        to = f"{self._edges.best(origin).endpoint}/sip:{order.extension}@{domain}"
        shown = f'"{order.shown}" <{order.shown}>'
        more = AUTO_ANSWER if order.answers else {}
        await self._dial(call_id, tenant_id, origin, order, to, shown, {"target": "station"}, more)

    async def dial_link(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialLink) -> None:
        edge, extension = self._edges.best(origin), order.link.extension
        vouched = {"target": "link", "link": link_text(order.link)}
        to = f"{edge.endpoint}/sip:{extension}@{edge.address}"
        await self._dial(call_id, tenant_id, origin, order, to, f"<{extension}>", vouched)

    async def dialog_of(self, leg_id: LegId) -> str:
        channel = await self._command("GET", f"/channels/{leg_id}")
        return str(channel.get("protocol_id") or "")

    async def _dial(
        self,
        call_id: CallId,
        tenant_id: TenantId,
        origin: LegId | None,
        order: DialTrunk | DialStation | DialLink,
        to: str,
        shown: str,
        vouched: dict[str, str],
        headers: Mapping[str, str] = MappingProxyType({}),
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        leg_id = order.leg_id
        vouched = vouched | {"tenant": tenant_id, "call": call_id}
        if said := tracing.traceparent():
            vouched["traceparent"] = said
        set_before = {
            f"PJSIP_HEADER(add,{HEADER})": to_header(vouched.items()),
            "CONNECTEDLINE(all,i)": shown,
            "PJSIP_TRANSFER_HANDLING()": "ari-only",
            **{f"PJSIP_HEADER(add,{name})": value for name, value in headers.items()},
            **variables,
        }
        query = {"endpoint": f"PJSIP/{to}", "app": APP, "appArgs": "out", "channelId": leg_id}
        # The origin's codec first: two legs with the same one need no transcoding.
        query |= {"originator": origin} if origin is not None else {"formats": "ulaw,alaw"}
        create = self._on_leg(leg_id, "POST", "/channels/create", query, {"variables": set_before})
        # Dialling before its first event gets 409.
        await self._made(leg_id, create)
        seconds = {"timeout": str(order.ring_timeout_seconds)}
        # The bridge is needed with the first sound, and the INVITE shall not wait for it.
        dial = self._on_leg(leg_id, "POST", f"/channels/{leg_id}/dial", seconds)
        await asyncio.gather(dial, self._rooms.prepare(call_id))

    async def _snoop(self, of: LegId, name: LegId, how: dict[str, str]) -> None:
        query = how | {"app": APP, "appArgs": "out"}
        await self._made(name, self._on_leg(of, "POST", f"/channels/{of}/snoop/{name}", query))

    async def _made(self, leg_id: LegId, create: Awaitable[None]) -> None:
        """Make a channel, and wait until it takes orders.  Raises LegGoneError."""
        created = self._created[leg_id] = asyncio.get_running_loop().create_future()
        try:
            await create
            if not created.done():
                async with asyncio.timeout(CREATION_SECONDS):
                    await created
        except TimeoutError:
            raise LegGoneError(leg_id) from None
        finally:
            self._created.pop(leg_id, None)

    async def set_dtmf(self, leg_id: LegId, dtmf: Dtmf) -> None:
        query = {"variable": _DTMF_MODE, "value": dtmf.value}
        await self._on_leg(leg_id, "POST", f"/channels/{leg_id}/variable", query)

    async def answer(self, leg_id: LegId) -> None:
        await self._on_leg(leg_id, "POST", f"/channels/{leg_id}/answer")

    async def play(self, leg_id: LegId, play_id: str, files: Sequence[Path]) -> None:
        former = self._playing.get(leg_id)
        if former == play_id or (leg_id in (self._found or ()) and await self.plays(leg_id, play_id)):
            self._playing[leg_id] = play_id
            return
        self._playing[leg_id] = play_id
        # Asterisk finds the format by itself, where it is told none.
        media = ",".join(f"sound:{file.with_suffix('')}" for file in files)
        query = {"playbackId": playback_of(leg_id, play_id), "media": media}
        await self._on_leg(leg_id, "POST", f"/channels/{leg_id}/play", query)
        if former is not None:
            await self._end_playback(leg_id, former)
        # A leg does one thing after the other: what it is told of now begins with the playback's end.
        await self._rooms.resume(leg_id)

    async def stop_playing(self, leg_id: LegId, play_id: str) -> None:
        self.play_ended(leg_id, play_id)
        await self._end_playback(leg_id, play_id)

    async def tap(self, leg_id: LegId, to: str, name: str = "") -> None:
        await self._taps.open(leg_id, to, name)

    async def untap(self, leg_id: LegId, name: str = "") -> None:
        await self._taps.close(leg_id, name)

    async def plays(self, leg_id: LegId, play_id: str) -> bool:
        try:
            await self._command("GET", f"/playbacks/{playback_of(leg_id, play_id)}")
        except AriError as error:
            if error.status not in GONE:
                raise
            return False
        return True

    async def _quiet(self, leg_id: LegId) -> None:
        if (play_id := self._playing.get(leg_id)) is not None:
            await self.stop_playing(leg_id, play_id)

    async def _end_playback(self, leg_id: LegId, play_id: str) -> None:
        try:
            await self._command("DELETE", f"/playbacks/{playback_of(leg_id, play_id)}")
        except AriError as error:
            # It came to its end just before, or its leg did.
            if error.status not in (*GONE, *LEAVING):
                raise

    async def set_room(self, call_id: CallId, room: Room) -> None:
        await self._rooms.arrange(call_id, room)

    async def start_recording(self, recording_id: RecordingId, customer_leg: LegId) -> None:
        self._rooms.keep_time_of(customer_leg)
        live = self._live / f"{recording_id}.raw"
        if live.exists():
            return
        await mixmonitor.start(self._ami, customer_leg, live)

    async def pause_recording(self, customer_leg: LegId, *, paused: bool) -> None:
        await mixmonitor.pause(self._ami, customer_leg, paused=paused)

    async def can_be_heard(self, leg_id: LegId) -> bool:
        try:
            await self._command("GET", f"/channels/{leg_id}/rtp_statistics")
        except AriError as error:
            if error.status not in GONE:
                raise
            return False
        return True

    async def may_pause(self, leg_id: LegId) -> bool:
        for read in ("PJSIP_HEADER", "PJSIP_RESPONSE_HEADER"):
            query = {"variable": f"{read}(read,{HEADER})"}
            try:
                said = await self._command("GET", f"/channels/{leg_id}/variable", query)
            except AriError:
                continue  # no such header, no such leg, or not of that direction
            if from_header(said["value"]).get(PAUSES) == "1":
                return True
        return False

    async def hang_up(self, leg_id: LegId, sip_code: int) -> None:
        cause = _CAUSES.get(sip_code, 16)
        await self._on_leg(leg_id, "DELETE", f"/channels/{leg_id}", {"reason_code": str(cause)})

    async def decline(self, leg_id: LegId) -> None:
        await self._on_leg(leg_id, "DELETE", f"/channels/{leg_id}", {"reason_code": str(DECLINED_CAUSE)})

    async def report_transfer(self, leg_id: LegId, sip_code: int) -> None:
        # ARI knows three words: 200, 603, and 503 for all else.
        states = {200: "channel_answered", 603: "channel_declined"}.get(sip_code, "channel_unavailable")
        if states == "channel_unavailable":
            # Asterisk has to be told besides, or it tells of the same REFER again; the phone takes the first word.
            await notices.tell_failed(self._ami, leg_id, sip_code)
        await self._on_leg(leg_id, "POST", f"/channels/{leg_id}/transfer_progress", {"states": states})

    async def end_call(self, call_id: CallId) -> None:
        await self._rooms.end(call_id)

    async def state(self) -> SwitchState:
        paths = ("/asterisk/info", "/channels", "/bridges")
        info, legs, bridges = await asyncio.gather(*(self._command("GET", path) for path in paths))
        if self._found is None:
            await self._taps.clear((leg["id"] for leg in legs), (bridge["id"] for bridge in bridges))
        legs = [leg for leg in legs if OURS not in leg["id"]]
        bridges = [bridge for bridge in bridges if not is_tap(bridge["id"])]
        known = {LegId(leg["id"]): _PROGRESS.get(leg["state"], LegProgress.SETTING_UP) for leg in legs}
        self._found = frozenset(known) if self._found is None else self._found & known.keys()
        self._playing = {leg_id: play_id for leg_id, play_id in self._playing.items() if leg_id in known}
        self._edges.learn({LegId(leg["id"]): endpoint_of(leg["name"]) for leg in legs})
        return SwitchState(info["status"]["startup_time"], known, self._rooms.learn(bridges))

    async def subscribe(self) -> None:
        """Ask for the events that we read, and no others."""
        wanted = [{"type": kind} for kind in WANTED_EVENTS]
        await self._command("PUT", f"/applications/{APP}/eventFilter", body={"allowed": wanted})

    async def ping(self) -> None:
        """Raises SwitchAwayError when Asterisk does not answer."""
        await self._command("GET", "/asterisk/ping")

    async def _on_leg(
        self, leg_id: LegId, method: str, path: str, query: dict[str, str] | None = None, body: Any = None
    ) -> None:
        try:
            await self._command(method, path, query, body)
        except AriError as error:
            if error.status in GONE or error.status in LEAVING or error.status >= 500:
                raise LegGoneError(leg_id) from error
            raise

    async def _command(self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> Any:
        try:
            return await self._ari.command(method, path, query, body)
        except AriAwayError as error:
            raise SwitchAwayError(str(error)) from error
