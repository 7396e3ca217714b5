"""Dialler processes beside a node, and customers who behave by their numbers."""

import asyncio
import base64
import sys
from collections import Counter

from leads_harness import CIPHER, KEY, KEY_BYTES, queue_of
from lines_harness import ANA_HZ, VOICES, now_ms
from media_harness import CUSTOMER_HZ, Node, Process, until

from callmodel.campaigns.leads import Lead
from hotstate.dnc import DoNotCall
from hotstate.leads.shapes import Figures
from simulators.call import PhoneCall
from simulators.phone import answer_after


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


class Floor:
    """What the edge brings calls to: customers, who behave by the last digit of their number, and agents' phones.

    0 to 5 answer, and talk for a while once they hear an agent; 6 and 7 are busy; 8 does not answer; 9 is vacant.
    rung: how often each number was.  spoke, left: who answered and heard an agent, and who heard none.
    """

    def __init__(self, *, rings_seconds: float = 0.1, talks_seconds: float = 0.5) -> None:
        self._rings, self._talks = rings_seconds, talks_seconds
        self.rung: Counter[str] = Counter()
        self.spoke: set[str] = set()
        self.left: set[str] = set()
        self.at_once = self.most_at_once = 0

    async def __call__(self, call: PhoneCall) -> None:
        assert call.invite is not None
        number = call.invite.uri.partition(":")[2].partition("@")[0]
        if not number.startswith("+"):
            call.play_tone(ANA_HZ)
            await answer_after(0.0)(call)
            return
        call.play_tone(CUSTOMER_HZ)
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
                await call.wait_for("ended", 60)
            case 9:
                call.reject(404)
            case _:
                call.ring()
                await asyncio.sleep(self._rings)
                if not call.ended:
                    call.answer()
                    await self._talk(call, number)

    async def _talk(self, call: PhoneCall, number: str) -> None:
        if not await hears_agent(call):
            self.left.add(number)
            return
        self.spoke.add(number)
        try:
            await call.wait_for("ended", self._talks)
        except TimeoutError:
            await call.hang_up()


async def hears_agent(call: PhoneCall) -> bool:
    """Say whether a customer hears an agent before the call is over.  Speech may sound like one for a moment."""
    heard = 0
    while not call.ended and heard < 4:
        heard = heard + 1 if call.heard_tones(VOICES, 0.5) == {ANA_HZ} else 0
        try:
            await call.wait_for("ended", 0.1)
        except TimeoutError:
            continue
    return heard >= 4 and not call.ended


async def fill(node: Node, leads: list[Lead]) -> None:
    """Enter leads, as a control plane that has the do-not-call lists in place."""
    await DoNotCall(node.redis, CIPHER).complete()
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
