"""Holds the connection to Asterisk: after each (re)connect the calls are compared, then events are read."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator

import orjson

from callmodel.facts import LegHungUp, Played
from callmodel.ids import LegId
from callmodel.voice.figures import Reading
from media_nodes.ari import Ari, AriAwayError, AriError
from media_nodes.asterisk import AriSwitch
from media_nodes.conductor import Conductor
from media_nodes.journal import Entry
from media_nodes.ports import SwitchAwayError, SwitchState
from media_nodes.running import now_ms
from media_nodes.stasis import APP, Arrived, Created, Superseded, to_news
from media_nodes.voicereadings import last_reading

RETRY_SECONDS = 0.2
SURVEY_SECONDS = 10.0
PING_SECONDS = 1.0
PINGS_MISSED = 3
DEAD_SECONDS = 2.0
"""A port that refuses for so long belongs to no Asterisk any more: whatever comes next holds none of its calls."""

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """Raise what one task of a group broke off with as itself: no `except` but `except*` knows a group."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from group


class SupersededError(Exception):
    """Another conductor serves this Asterisk now; this one must go."""


class Listener:
    """`connected` is set while events come in.  `found` gives a former conductor's calls, asked for once.

    on_leg_end: takes what a leg's media came to, just before its call hears that the leg is gone.
    """

    def __init__(
        self,
        ari: Ari,
        switch: AriSwitch,
        conductor: Conductor,
        found: Callable[[], list[Entry]],
        on_adopted: Callable[[], None],
        on_leg_end: Callable[[LegId, Reading], None],
    ) -> None:
        self._ari, self._switch, self._conductor = ari, switch, conductor
        self._found, self._on_adopted, self._on_leg_end = found, on_adopted, on_leg_end
        self._adopted = False
        self._away_ms: int | None = None
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled.  Raises SupersededError."""
        quiet, clock = False, asyncio.get_running_loop().time
        refused_since: float | None = None
        while True:
            try:
                await self._listen()
                quiet, refused_since = False, None
            except (AriAwayError, AriError, SwitchAwayError) as error:
                if not quiet:
                    logger.warning("asterisk is away", extra={"error": str(error)})
                quiet = True
                refused_since = (refused_since or clock()) if getattr(error, "refused", False) else None
                if refused_since is not None and clock() - refused_since > DEAD_SECONDS:
                    self._count_as_dead()
            finally:
                if self.connected.is_set():
                    self._away_ms = now_ms()
                self.connected.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        async with self._ari.events(APP) as events:
            await self._switch.subscribe()
            await self._survey()
            self.connected.set()
            logger.info("asterisk is connected", extra={"instance": self._conductor.instance})
            with _plainly():
                async with asyncio.TaskGroup() as group:
                    watch = group.create_task(self._watch(), name="switch-watch")
                    async for text in events:
                        self._hear(text)
                    watch.cancel()
        logger.warning("asterisk went away")

    def _count_as_dead(self) -> None:
        """End the calls of an Asterisk that does not come back: nobody's phone counts as busy with them."""
        self._compare(SwitchState("", {}, ()))

    async def _survey(self) -> None:
        self._compare(await self._switch.state())

    def _compare(self, state: SwitchState) -> None:
        found = [] if self._adopted else self._found()
        self._conductor.survey(state, found=found, away_ms=self._away_ms)
        self._away_ms = None
        self._adopted = True
        self._on_adopted()

    def _hear(self, text: str) -> None:
        event = orjson.loads(text)
        news = to_news(event, now_ms())
        if news is None:
            return
        if isinstance(news, Superseded):
            raise SupersededError
        if isinstance(news, Created):
            self._switch.leg_created(news.leg_id)
        else:
            if isinstance(news, Arrived):
                self._switch.leg_arrived(news.leg_id, news.edge)
            elif isinstance(news, Played):
                self._switch.play_ended(news.leg_id, news.play_id)
            elif isinstance(news, LegHungUp) and (reading := last_reading(event["channel"])) is not None:
                self._on_leg_end(news.leg_id, reading)
            self._conductor.hear(news)

    async def _watch(self) -> None:
        """Survey now and then, and break off with an Asterisk that does not answer any more."""
        missed, rounds = 0, 0
        while True:
            await asyncio.sleep(PING_SECONDS)
            rounds += 1
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await self._switch.ping()
                missed = 0
                if rounds % int(SURVEY_SECONDS / PING_SECONDS) == 0:
                    await self._survey()
            except (SwitchAwayError, TimeoutError):
                missed += 1
                if missed >= PINGS_MISSED:
                    raise SwitchAwayError("no answer to pings") from None
