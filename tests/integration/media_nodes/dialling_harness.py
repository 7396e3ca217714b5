"""Dialler processes beside a node, and customers who behave by their numbers."""

import asyncio
import base64
import sys
from collections import Counter

from leads_harness import KEY, KEY_BYTES, queue_of
from lines_harness import now_ms
from media_harness import Node, Process, until

from callmodel.campaigns.leads import Lead
from hotstate.leads.shapes import Figures
from simulators.call import PhoneCall


class Diallers:
    """Processes that pace the node's campaigns, by name."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._key = node.folder / "leads.key"
        self._key.write_bytes(base64.b64encode(KEY_BYTES) + b"\n")
        self._key.chmod(0o600)
        self.processes: dict[str, Process] = {}

    def start(self, name: str = "dialler-1") -> Process:
        env = self._node.env | {
            "TRUNKLINE_DIALLER_ID": name,
            "TRUNKLINE_LEADS_KEY_FILE": str(self._key),
            "TRUNKLINE_HEALTH_PORT": "0",
        }
        made = Process([sys.executable, "-m", "media_nodes.dialler.app"], env, self._node.folder / f"{name}.log")
        self.processes[name] = made
        return made

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()

    async def leader(self, seconds: float = 10.0) -> str:
        """Wait until one paces, and return its name."""

        async def found() -> str | None:
            holder = await self._node.redis.get("{pool:hq}:acme:campaign:spring:lease")
            return None if holder is None else str(holder).rpartition("-")[0]

        return str(await until(found, seconds))


class Customers:
    """The called: each behaves by the last digit of the number, and remembers when it was rung.

    0 to 5 answer, and listen until the other side hangs up; 6 and 7 are busy; 8 does not answer; 9 is vacant.
    """

    def __init__(self, *, rings_seconds: float = 0.1, talks_seconds: float = 2.0) -> None:
        self.rung: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self._rings, self._talks = rings_seconds, talks_seconds
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self, call: PhoneCall) -> None:
        assert call.invite is not None
        number = call.invite.uri.partition(":")[2].partition("@")[0]
        self.rung[number] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._play(call, number)
        finally:
            self.at_once -= 1

    async def _play(self, call: PhoneCall, number: str) -> None:
        match int(number[-1]):
            case 6 | 7:
                call.reject(486)
            case 8:
                call.ring()
                await call.wait_for("ended", 30)
            case 9:
                call.reject(404)
            case _:
                call.ring()
                await asyncio.sleep(self._rings)
                if call.ended:
                    return
                self.answered[number] += 1
                call.answer()
                try:
                    await call.wait_for("ended", self._talks)
                except TimeoutError:
                    await call.hang_up()


async def fill(node: Node, leads: list[Lead]) -> None:
    size, refused = await queue_of(node).put(KEY, leads, now_ms(), len(leads))
    assert (size, refused) == (len(leads), [])


async def figures(node: Node) -> Figures:
    return await queue_of(node).figures(KEY)


async def is_through(node: Node, count: int, seconds: float) -> Figures:
    """Wait until so many calls are settled, and nothing is on the way."""

    async def over() -> Figures | None:
        seen = await figures(node)
        return seen if seen.calls == 0 and sum(seen.results.values()) >= count else None

    found: Figures = await until(over, seconds)
    return found
