"""All boards of a portal process: brings the streams' entries to them, and what no stream tells."""

import asyncio
import logging
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel.ids import ProviderId, QueueId, TenantId
from hotstate.acd import Acd
from hotstate.acd.changes import AgentChange, LinesChange, change_of, changes_key
from servicekit.problems import Problem
from tenant_portal.controlplane import Caller, ControlPlane
from tenant_portal.live.board import Board
from tenant_portal.live.feed import Entry, Feed
from tenant_portal.live.listener import Listener
from tenant_portal.live.pictures import Pictures
from tenant_portal.live.scope import PLATFORM, Place, Scope

FIGURES_SECONDS = 0.02
"""A match moves several queues at once: their figures are looked up together."""
LOOK_SECONDS = 2.0
ROSTER_SECONDS = 60.0
POOLS_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Hub:
    """`now_ms`: milliseconds since 1970.  `run_*` are to be run for ever."""

    def __init__(self, redis: Redis, api: ControlPlane, acd: Acd) -> None:
        self._acd = acd
        self.feed = Feed(redis, self._told)
        self.pictures = Pictures(api, self.feed.now)
        self._boards: dict[str | None, Board] = {}
        self._pools: dict[str, ProviderId] = {}
        self._moved: dict[tuple[ProviderId, TenantId, QueueId], Place] = {}
        self._moving = asyncio.Event()
        self._looked: dict[str | None, float] = {}

    async def enter(self, listener: Listener) -> Board:
        """Have a browser hear what is told from now on.  Raises redis errors."""
        tenant_id = listener.scope.tenant_id
        # Where somebody follows already, a pool that is not known began since the last look: they miss none of it.
        await self._follow_pools(new=bool(self._boards))
        board = self._boards.setdefault(tenant_id, Board(tenant_id))
        board.listeners.add(listener)
        board.reasons = listener.scope.reasons or board.reasons
        if board.stream is not None:
            try:
                await self.feed.follow(board.stream)
            except BaseException:
                self.leave(board, listener)
                raise
        return board

    def leave(self, board: Board, listener: Listener) -> None:
        """Let a browser go; a board that nobody looks at is taken down."""
        board.listeners.discard(listener)
        if board.listeners or self._boards.get(board.tenant_id) is not board:
            return
        del self._boards[board.tenant_id]
        self.pictures.forget({tenant for tenant in self._boards if tenant is not None})
        if board.stream is not None:
            self.feed.leave(board.stream)
        if not self._boards:
            self.feed.leave(*self._pools)
            self._pools.clear()

    def streams_of(self, board: Board) -> list[str]:
        """Return where what a board shows is told."""
        return [*self._pools, *([board.stream] if board.stream is not None else [])]

    def take_in(self, board: Board, place: Place, topics: dict[str, object]) -> None:
        """Have a board know what a snapshot showed."""
        queues, agents = topics.get("queues"), topics.get("agents")
        if isinstance(queues, list):
            board.queue_names = {each["queue_id"]: each["name"] for each in queues}
        if isinstance(agents, list):
            board.tell(board.roster_told(place, agents))
        if isinstance(platform := topics.get(PLATFORM), dict):
            board.tell(board.platform_told(place, platform))

    async def furnish(self, board: Board, scope: Scope, caller: Caller) -> None:
        """Have a board know whom its streams name, where nobody has asked for a snapshot yet."""
        for topic, known in (("agents", board.agents), ("queues", board.queue_names)):
            if topic in scope.topics and not known:
                place, value = await self.pictures.topic(board.tenant_id, topic, caller)
                self.take_in(board, place, {topic: value})

    def tell_again(self, board: Board, listener: Listener, entries: Iterable[Entry]) -> None:
        """Tell a browser that came back what it missed."""
        alone = board.for_one(listener)
        for entry in entries:
            self._told_to([alone], entry)

    async def run_figures(self) -> None:
        """Look up the figures of queues that moved, and tell them."""
        while True:
            await self._moving.wait()
            await asyncio.sleep(FIGURES_SECONDS)
            self._moving.clear()
            moved, self._moved = self._moved, {}
            for (pool, tenant_id, queue_id), place in moved.items():
                board = self._boards.get(tenant_id)
                if board is None:
                    continue
                try:
                    seen = await self._acd.see(pool, tenant_id, queue_id, place.ms)
                except RedisError as error:
                    logger.warning("queue not seen", extra={"error": type(error).__name__})
                    continue
                board.tell(board.queue_told(place, queue_id, seen))

    async def run_looks(self) -> None:
        """Look at what no stream tells: who the agents are, the queues' names, and the platform."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for board in list(self._boards.values()):
                for topic in self._due(board):
                    await self._look(board, topic)

    async def run_pools(self) -> None:
        """Follow the pools in which somebody signs in."""
        while True:
            await asyncio.sleep(POOLS_SECONDS)
            if self._boards:
                try:
                    await self._follow_pools(new=True)
                except RedisError as error:
                    logger.warning("pools not looked at", extra={"error": type(error).__name__})

    async def _follow_pools(self, *, new: bool = False) -> None:
        """Follow the pools that there are; new: those that are not followed yet have just come."""
        pools = {changes_key(pool): pool for pool in await self._acd.pools()}
        await self.feed.follow(*pools.keys() - self._pools.keys(), whole=new)
        self._pools |= pools

    def _due(self, board: Board) -> list[str]:
        topics = [PLATFORM] if board.follows(PLATFORM) else []
        now = asyncio.get_running_loop().time()
        if board.doubtful or now - self._looked.get(board.tenant_id, now) > ROSTER_SECONDS:
            self._looked[board.tenant_id] = now
            topics += [topic for topic in ("agents", "queues") if board.follows(topic)]
        self._looked.setdefault(board.tenant_id, now)
        return topics

    async def _look(self, board: Board, topic: str) -> None:
        """Fetch a topic with the rights of somebody who follows it."""
        listener = next((each for each in board.listeners if topic in each.scope.topics), None)
        if listener is None:
            return
        try:
            place, value = await self.pictures.topic(board.tenant_id, topic, await listener.caller())
        except (Problem, RedisError) as error:
            logger.warning("topic not looked at", extra={"topic": topic, "error": type(error).__name__})
            return
        self.take_in(board, place, {topic: value})

    def _told(self, entry: Entry) -> None:
        self._told_to(list(self._boards.values()), entry)

    def _told_to(self, boards: list[Board], entry: Entry) -> None:
        pool = self._pools.get(entry.stream)
        if pool is None:
            for board in boards:
                if board.stream == entry.stream and board.follows("calls"):
                    board.tell(board.call_told(entry.place, entry.fields))
            return
        match change_of(entry.fields):
            case AgentChange() as change:
                for board in boards:
                    if board.follows("agents"):
                        board.tell(board.agent_told(entry.place, change))
                    board.tell_of_me(entry.place, change)
            case LinesChange(lines):
                for tenant_id, queue_id in lines:
                    if tenant_id in self._boards and self._boards[tenant_id].follows("queues"):
                        self._moved[pool, tenant_id, queue_id] = entry.place
                        self._moving.set()
