"""The table of calls that the demo shows while it runs; plain lines where nobody looks at a terminal."""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any, Protocol, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from callmodel.privacy import mask_number
from devstack.dialling import Attempt
from devstack.inbound import Visit
from simulators.behaviours import ORDINARY
from trunkline.apiclient import Api, ApiError

REFRESH_SECONDS = 0.5
FINISHED_SHOWN = 12
# What the two tables take besides their rows: titles, headings, rules, the last lines.
FRAME_LINES = 12
WORDS_WIDTH, FIGURES_WIDTH = 66, 40
GAVE_UP = 487
STATE_WORDS = {"calling-agent": "ringing agent", "claiming": "starting"}
SIGNED_OUT = "signed-out"
AGENT_STYLES = {"ready": "green", "talking": "cyan", "ringing": "yellow", "wrap-up": "dim", "paused": "red"}
FLOOR_LINES = 8
STYLES = {"talking": "green", "ringing": "yellow", "dialling": "cyan", "claiming": "cyan"}


class Floor(Protocol):
    """Queues and agents as the API last told of them."""

    queues: list[dict[str, Any]]
    agents: list[dict[str, Any]]


class CallView:
    """Shows live calls from the API, and what became of the agents' last ones."""

    def __init__(self, console: Console, api: Api, tenant_id: str, floor: Floor | None = None) -> None:
        self._console = console
        self._api = api
        self._tenant_id = tenant_id
        self._finished: deque[Attempt] = deque(maxlen=FINISHED_SHOWN)
        self._live: list[dict[str, Any]] = []
        self._problem = ""
        self._attempted = self._answered = 0
        self._floor = floor
        self._rang = self._put_through = 0
        self._task: asyncio.Task[None] | None = None
        self._screen: Live | None = None

    async def __aenter__(self) -> Self:
        if self._console.is_terminal:
            self._screen = Live(self._draw(), console=self._console, refresh_per_second=4)
            self._screen.start()
            self._task = asyncio.get_running_loop().create_task(self._follow(), name="call view")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._screen is not None:
            self._screen.stop()

    def told(self, attempt: Attempt) -> None:
        """Hear of a call that is over."""
        self._attempted += 1
        self._answered += attempt.answered
        self._finished.append(attempt)
        if self._screen is None:
            extension, number = attempt.extension, mask_number(attempt.customer.e164)
            line = f"{extension} -> {number}  {outcome_of(attempt)}  (to carrier: {delay_of(attempt)})"
            self._console.print(line, highlight=False, markup=False)

    def rang(self, visit: Visit) -> None:
        """Hear of a customer whose call to us is over."""
        self._rang += 1
        self._put_through += visit.put_through_at is not None
        if self._screen is None:
            waited = visit.waited_seconds
            what = "gave up" if waited is None else f"heard an agent after {waited:.1f} s"
            line = f"{mask_number(visit.number)} -> us  pressed {visit.key}, {what}"
            self._console.print(line, highlight=False, markup=False)

    async def _follow(self) -> None:
        while True:
            try:
                page = await self._api.get(f"/tenants/{self._tenant_id}/calls", state="live")
                self._live, self._problem = page["items"], ""
            except (ApiError, OSError, TimeoutError) as error:
                # Faults are part of the show: the view says so, and goes on when the API is back.
                self._problem = str(error)
            assert self._screen is not None
            self._screen.update(self._draw())
            await asyncio.sleep(REFRESH_SECONDS)

    def _draw(self) -> Group:
        live = _table(
            "Calls now",
            (("agent", 6), ("customer", 15), ("customer sees", 15), ("through", 11), ("state", 10)),
            "seconds",
        )
        for call in self._live:
            state = str(call.get("state", ""))
            since = call.get("answered_ms") or call.get("started_ms") or time.time() * 1000
            live.add_row(
                str(call.get("extension") or ""),
                str(call.get("number") or call.get("dialled") or ""),
                str(call.get("caller_number") or ""),
                way_of(call),
                Text(STATE_WORDS.get(state, state), style=STYLES.get(state, "")),
                f"{max(time.time() - since / 1000, 0):.0f}",
            )
        done = _table("Last calls", (("agent", 6), ("customer", 15), ("what happened", self._words())), "to carrier")
        for attempt in list(self._finished)[-self._room() :]:
            done.add_row(
                attempt.extension,
                mask_number(attempt.customer.e164),
                Text(outcome_of(attempt), style=style_of(attempt)),
                delay_of(attempt),
            )
        words = f" {self._attempted} calls, {self._answered} answered."
        if self._floor is not None:
            words += f"  {self._rang} customers rang, {self._put_through} were put through."
        line = Text(f"{words}  Ctrl-C ends.", style="bold")
        problem = [Text(f" {self._problem}", style="red")] if self._problem else []
        return Group(*self._draw_floor(), live, done, line, *problem)

    def _draw_floor(self) -> list[Table]:
        if self._floor is None:
            return []
        queues = _table("Queues", (("queue", 10), ("waiting", 7), ("free", 5), ("signed in", 9)), "longest wait")
        for queue in self._floor.queues:
            counts = (str(queue[name]) for name in ("waiting", "ready", "signed_in"))
            queues.add_row(queue["queue_id"], *counts, f"{queue['longest_wait_seconds']:.0f} s")
        agents = _table("Agents", (("agent", 16), ("phone", 6), ("state", 10), ("queue", 10)), "for")
        for agent in self._floor.agents:
            if agent["state"] == SIGNED_OUT:
                continue
            since = agent["since_ms"] or time.time() * 1000
            state = Text(agent["state"], style=AGENT_STYLES.get(agent["state"], ""))
            seconds = f"{max(time.time() - since / 1000, 0):.0f} s"
            agents.add_row(agent["name"], agent["extension"], state, agent["queue_id"] or "", seconds)
        return [queues, agents]

    def _words(self) -> int:
        """How wide the one column of words may be, so that none of figures is squeezed out."""
        return max(20, min(WORDS_WIDTH, self._console.width - FIGURES_WIDTH))

    def _room(self) -> int:
        """How many finished calls fit under the live ones on this screen."""
        floor = 0 if self._floor is None else FLOOR_LINES + len(self._floor.queues) + len(self._floor.agents)
        return max(3, min(FINISHED_SHOWN, self._console.height - len(self._live) - FRAME_LINES - floor))


def _table(title: str, columns: tuple[tuple[str, int], ...], last: str) -> Table:
    """A table whose columns keep their width, whatever is in them: `last` holds figures."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title_style="bold")
    for heading, width in columns:
        table.add_column(heading, min_width=width, max_width=width, no_wrap=True, overflow="ellipsis")
    table.add_column(last, justify="right", min_width=len(last), no_wrap=True)
    return table


def way_of(call: dict[str, Any]) -> str:
    """Say how a live call goes: through which trunk, or on the net to a colleague; nothing while that is open."""
    if call.get("trunk_id"):
        return str(call["trunk_id"])
    on_the_net = not call.get("number") and call.get("state") in ("dialling", "ringing", "talking")
    return "on the net" if on_the_net else ""


def style_of(attempt: Attempt) -> str:
    if attempt.answered:
        return "green" if attempt.connected else "" if attempt.seen is None else "red"
    return "red" if attempt.should_answer else "dim"


def outcome_of(attempt: Attempt) -> str:
    """Say in words what became of a call."""
    behaviour = attempt.customer.behaviour
    name = behaviour.name.partition(":")[0]
    if attempt.answered and attempt.seen is None:
        # Somebody has added a trunk to the running demo: that carrier is not ours to look into.
        return "answered, through another carrier"
    if attempt.answered:
        heard = "talked" if attempt.connected else "answered, NOT both heard each other"
        return heard if behaviour.name == ORDINARY.name else f"{heard} ({name})"
    return f"{'gave up' if attempt.call.final_code == GAVE_UP else f'told {attempt.call.final_code}'} ({name})"


def delay_of(attempt: Attempt) -> str:
    """From the agent's INVITE to the carrier's."""
    delay = attempt.invite_to_invite_ms
    return "-" if delay is None else f"{delay:.0f} ms"
