"""The table of calls that the demo shows while it runs; plain lines where nobody looks at a terminal."""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from callmodel.privacy import mask_number
from trunkline.apiclient import Api, ApiError
from trunkline.dialling import Attempt

REFRESH_SECONDS = 0.5
FINISHED_SHOWN = 12
STYLES = {"talking": "green", "ringing": "yellow", "dialling": "cyan", "claiming": "cyan"}


class CallView:
    """Shows live calls from the API, and what became of the agents' last ones."""

    def __init__(self, console: Console, api: Api, tenant_id: str) -> None:
        self._console = console
        self._api = api
        self._tenant_id = tenant_id
        self._finished: deque[Attempt] = deque(maxlen=FINISHED_SHOWN)
        self._live: list[dict[str, Any]] = []
        self._problem = ""
        self._attempted = self._answered = 0
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
            self._console.print(f"{extension} -> {number}  {outcome_of(attempt)}", highlight=False)

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
        live = Table(title="Calls now", title_justify="left", expand=True)
        for heading in ("agent", "customer", "shown number", "trunk", "state", "seconds"):
            live.add_column(heading)
        for call in self._live:
            state = str(call.get("state", ""))
            since = call.get("answered_ms") or call.get("started_ms") or time.time() * 1000
            live.add_row(
                str(call.get("extension") or ""),
                str(call.get("number") or call.get("dialled") or ""),
                str(call.get("caller_number") or ""),
                str(call.get("trunk_id") or "on the net"),
                Text(state, style=STYLES.get(state, "")),
                f"{max(time.time() - since / 1000, 0):.0f}",
            )
        done = Table(title="Last calls", title_justify="left", expand=True)
        for heading in ("agent", "customer", "what happened"):
            done.add_column(heading)
        for attempt in self._finished:
            style = "green" if attempt.answered else "dim"
            done.add_row(
                attempt.extension, mask_number(attempt.customer.e164), Text(outcome_of(attempt), style=style)
            )
        line = Text(f"{self._attempted} calls attempted, {self._answered} answered.  Ctrl-C ends.  {self._problem}")
        return Group(live, done, line)


def outcome_of(attempt: Attempt) -> str:
    """Say in words what became of a call."""
    name = attempt.customer.behaviour.name.partition(":")[0]
    delay = attempt.invite_to_invite_ms
    set_up = f", {delay:.0f} ms to the carrier" if delay is not None else ", never seen by the carrier"
    if attempt.answered:
        heard = "both heard each other" if attempt.connected else "NOT both heard each other"
        return f"answered ({name}), {heard}{set_up}"
    return f"{attempt.call.final_code} ({name}){set_up}"
