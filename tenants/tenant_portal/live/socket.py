"""`/events`: one WebSocket a browser.  First a snapshot or what was missed, then each event as it comes."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from redis.exceptions import RedisError

from servicekit.problems import InvalidRequestError, Problem, UnavailableError
from tenant_portal.controlplane import Caller
from tenant_portal.desk import Desk
from tenant_portal.live.board import Board
from tenant_portal.live.hub import Hub
from tenant_portal.live.listener import Listener, event
from tenant_portal.live.outbox import Message
from tenant_portal.live.scope import Place, Scope, place_after, scope_of, topics_asked
from tenant_portal.problems import SignedOutError, TooManySocketsError
from tenant_portal.sessions import Session

SIGNED_OUT, TENANT_CHANGED = 4401, 4409
"""Close codes (RFC 6455, 7.4.2: 4000-4999 are an application's own)."""
LONGEST_MESSAGE = 4096
MOST_MESSAGES, MESSAGES_SECONDS = 20, 10.0
HEARTBEAT_SECONDS = 20.0
SEND_SECONDS = 20.0
"""A browser that takes nothing for so long is gone, or may as well be."""
WATCH_SECONDS = 5.0
SCOPE_LOOKS = 6
"""Rights are looked at anew with every so manieth look at the session."""
AGAIN_SECONDS = (0.5, 5.0)

logger = logging.getLogger(__name__)


@dataclass
class _Socket:
    """One open socket.  `asked`: the topics that its page named."""

    web: web.WebSocketResponse
    session: Session
    address: str
    asked: frozenset[str]
    listener: Listener
    board: Board


class EventRoutes:
    def __init__(self, desk: Desk, hub: Hub) -> None:
        self._desk = desk
        self._hub = hub
        self._open: set[web.WebSocketResponse] = set()
        self._of_session: Counter[str] = Counter()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/events", self._desk.with_session(self.serve), allow_head=False)
        app.on_shutdown.append(self._close_all)

    async def serve(self, request: web.Request, session: Session) -> web.StreamResponse:
        """Serve a browser until it leaves.

        Raises OriginError, InvalidRequestError, TooManySocketsError, UnavailableError.
        """
        self._desk.require_own_origin(request, always=True)
        asked = topics_asked(request.query.get("topics"))
        if asked is None:
            raise InvalidRequestError("topics are calls, queues, agents, me, platform, by commas")
        if not web.WebSocketResponse().can_prepare(request):
            raise InvalidRequestError("this is a WebSocket")
        name = session.key.name
        if self._of_session[name] >= self._desk.settings.portal_sockets_per_session:
            raise TooManySocketsError()
        self._of_session[name] += 1
        try:
            return await self._serve(request, session, asked)
        finally:
            self._of_session[name] -= 1
            if not self._of_session[name]:
                del self._of_session[name]

    async def _serve(self, request: web.Request, session: Session, asked: frozenset[str]) -> web.StreamResponse:
        address = self._desk.address_of(request)

        async def caller() -> Caller:
            current = await self._desk.sign_ins.current(session.key, address)
            return Caller(current.tokens.access, address)

        scope = await self._scope(session, asked, await caller())
        listener = Listener(scope, caller)
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, max_msg_size=LONGEST_MESSAGE, compress=False, timeout=2.0
        )
        board = await self._hub.enter(listener)
        try:
            await socket.prepare(request)
            self._open.add(socket)
            one = _Socket(socket, session, address, asked, listener, board)
            await self._run(one, place_after(request.query.get("after"), scope.tenant_id))
        finally:
            self._hub.leave(board, listener)
            self._open.discard(socket)
        return socket

    async def _run(self, one: _Socket, after: Place | None) -> None:
        parts = (self._send(one, after), self._watch(one), _receive(one.web))
        tasks: list[asyncio.Task[None]] = []
        try:
            async with asyncio.TaskGroup() as group:
                tasks += [group.create_task(part) for part in parts]
                # Whoever ends first ends the others: the browser left, or is to leave.
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
        except* (ConnectionError, TimeoutError):
            logger.debug("browser is gone")

    async def _send(self, one: _Socket, after: Place | None) -> None:
        """Send what the browser is to know, for ever."""
        if after is None or not await self._missed(one, after):
            one.listener.outbox.fall_behind()
        while True:
            messages = await one.listener.outbox.take()
            if one.listener.outbox.behind:
                await self._snapshot(one)
                continue
            for message in messages:
                await self._write(one.web, await self._text_of(one, message))

    async def _missed(self, one: _Socket, after: Place) -> bool:
        """Tell what the browser missed; False where that is not known any more."""
        scope = one.listener.scope
        try:
            entries = await self._hub.feed.again(self._hub.streams_of(one.board), after)
            if entries is None:
                return False
            await self._hub.furnish(one.board, scope, await one.listener.caller())
            place = await self._hub.feed.now()
        except (Problem, RedisError):
            return False
        await self._write(one.web, event("resumed", scope.tenant_id, place, topics=sorted(scope.topics)))
        self._hub.tell_again(one.board, one.listener, entries)
        return True

    async def _snapshot(self, one: _Socket) -> None:
        """Send everything anew, as soon as it can be had."""
        listener, delay = one.listener, AGAIN_SECONDS[0]
        while True:
            listener.outbox.begin_anew()
            try:
                place, topics = await self._hub.pictures.of(listener.scope, await listener.caller())
                break
            except (Problem, RedisError) as error:
                logger.warning("snapshot waits", extra={"error": type(error).__name__})
                await asyncio.sleep(delay)
                delay = min(delay * 2, AGAIN_SECONDS[1])
        listener.since = place
        self._hub.take_in(one.board, place, topics)
        offer = (topics.get("me") or {}).get("offer")
        listener.knows_call(offer["call_id"] if offer is not None else None)
        await self._write(one.web, event("snapshot", listener.scope.tenant_id, place, topics=topics))

    async def _text_of(self, one: _Socket, message: Message) -> str:
        """Return a message as it is sent; the call that is on the way to the user is looked up with their rights."""
        if message.fetch is None:
            return message.text
        scope = one.listener.scope
        try:
            call = await self._hub.pictures.call(scope, message.fetch, await one.listener.caller())
        except (Problem, RedisError):
            call = None
        offer = {"call_id": message.fetch, "queue_id": call and call["queue_id"], "call": call}
        return event("me.offer", scope.tenant_id, message.place, offer=offer)

    async def _watch(self, one: _Socket) -> None:
        """Return when the session is over, or shows another tenant; have the browser know of new rights."""
        looks = 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            looks += 1
            try:
                session = await self._desk.sign_ins.current(one.session.key, one.address)
                if session.tenant_id != one.session.tenant_id:
                    await one.web.close(code=TENANT_CHANGED, message=b"tenant-changed")
                    return
                if looks % SCOPE_LOOKS == 0:
                    caller = Caller(session.tokens.access, one.address)
                    self._see_with(one, await self._scope(session, one.asked, caller))
            except SignedOutError:
                await one.web.close(code=SIGNED_OUT, message=b"signed-out")
                return
            except (Problem, RedisError) as error:
                # Nobody can say that the session is over: the browser keeps what it has.
                logger.warning("session not looked at", extra={"error": type(error).__name__})

    def _see_with(self, one: _Socket, scope: Scope) -> None:
        if scope == one.listener.scope:
            return
        one.listener.scope = scope
        one.board.reasons = scope.reasons
        one.listener.outbox.fall_behind()

    async def _scope(self, session: Session, asked: Iterable[str], caller: Caller) -> Scope:
        """Return what the session's user may see now.  Raises SignedOutError, UnavailableError."""
        me = await self._asked("/auth/me", caller)
        if me is None:
            raise SignedOutError()
        tenant = None
        if session.tenant_id is not None:
            tenant = await self._asked(f"/tenants/{session.tenant_id}", caller)
        return scope_of(me, tenant, asked)

    async def _asked(self, path: str, caller: Caller) -> dict[str, Any] | None:
        answer = await self._desk.api.ask("GET", path, caller)
        if answer.status in (401, 403, 404):
            return None
        if answer.status != 200:
            raise UnavailableError()
        found: dict[str, Any] = answer.body
        return found

    async def _write(self, socket: web.WebSocketResponse, text: str) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await socket.send_str(text)

    async def _close_all(self, _app: web.Application) -> None:
        for socket in list(self._open):
            with contextlib.suppress(ConnectionError, TimeoutError):
                await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")


async def _receive(socket: web.WebSocketResponse) -> None:
    """Return when the browser leaves, or talks too much: there is nothing that it has to say."""
    loop = asyncio.get_running_loop()
    began, count = loop.time(), 0
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            return
        if loop.time() - began > MESSAGES_SECONDS:
            began, count = loop.time(), 0
        count += 1
        if count > MOST_MESSAGES:
            logger.warning("browser cut: too many messages")
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"too-many-messages")
            return
