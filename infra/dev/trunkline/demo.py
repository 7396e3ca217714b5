"""`trunkline demo`: the whole system on this machine, agents who dial, and an honest word at the end."""

import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack
from typing import Any

from rich.console import Console

from simulators.carrier import Carrier
from simulators.phone import RegistrationError, Softphone, answer_after
from trunkline.apiclient import Api, ApiError
from trunkline.children import StackError
from trunkline.customers import customers
from trunkline.diagnosis import Level
from trunkline.dialling import AGENT_TONES_HZ, Agent, Attempt
from trunkline.engines import check_asterisk, check_engines
from trunkline.introduction import introduce
from trunkline.livetable import CallView
from trunkline.machine import check_loopback
from trunkline.plan import REPOSITORY, AddressPlan
from trunkline.progress import Steps
from trunkline.seed import CARRIER_ACCOUNT, CARRIER_REALM, Seed, SeededStation, sow
from trunkline.stack import Stack
from trunkline.summary import Books, Summary, summarise

# A colleague at HQ takes calls, from the softphone of whoever watches.
COLLEAGUE_TONE_HZ = 440
COLLEAGUE_RINGS_SECONDS = 1.0
PLAIN: Any = {"highlight": False, "soft_wrap": True, "markup": False}


class Demo:
    """One run: `seconds` None is until Ctrl-C."""

    def __init__(self, plan: AddressPlan, seconds: float | None, agents: int, console: Console) -> None:
        self._plan = plan
        self._seconds = seconds
        self._agents = agents
        self._console = console
        self.stop = asyncio.Event()
        self.steps = Steps(console)
        self.stack = Stack(plan, REPOSITORY / "var" / "run" / f"demo-{plan.block}", report=self.steps)

    async def run(self) -> Summary | None:
        """Start, dial, stop dialling, check; None when it was ended by hand.  Raises StackError, ApiError."""
        async with AsyncExitStack() as parts:
            await parts.enter_async_context(self.stack)
            carrier = await parts.enter_async_context(
                Carrier(self._plan.carrier, 5060, accounts=dict([CARRIER_ACCOUNT]), realm=CARRIER_REALM)
            )
            api = await parts.enter_async_context(Api(self._plan.api_url, "admin", self.stack.admin_password))
            self.steps("filling in a tenant, stations, numbers and a trunk")
            seed = await sow(api, self._plan, self._agents)
            await self.stack.start_branch(seed.enrolment_token)
            self.steps("registering phones")
            phones = [
                await parts.enter_async_context(self._agents_phone(seed, index)) for index in range(self._agents)
            ]
            colleague = await parts.enter_async_context(self._colleague(seed))
            await asyncio.gather(*(phone.register() for phone in (*phones, colleague)))
            self.steps.done("all is up")
            introduce(self._console, self._plan, self.stack, seed, may_join=self._seconds is None)
            books = Books(api, seed.tenant_id)
            async with CallView(self._console, api, seed.tenant_id) as view:
                attempts = await self._dial(phones, carrier, view)
            if self._seconds is None:
                return None
            self.steps("calls are over; waiting for their records and recordings")
            await books.settle(attempts)
            self.steps("listening to every recording")
            return await summarise(attempts, books, set(seed.numbers))

    def _agents_phone(self, seed: Seed, index: int) -> Softphone:
        tone_hz = AGENT_TONES_HZ[index % len(AGENT_TONES_HZ)]
        return self._phone(
            seed, seed.branch_stations[index], self._plan.branch, self._plan.branch_phone(index), tone_hz
        )

    def _colleague(self, seed: Seed) -> Softphone:
        phone = self._phone(seed, seed.hq_stations[0], self._plan.edge, self._plan.hq_phone(0), COLLEAGUE_TONE_HZ)
        phone.on_invite = answer_after(COLLEAGUE_RINGS_SECONDS)
        return phone

    @staticmethod
    def _phone(seed: Seed, station: SeededStation, edge: str, address: str, tone_hz: int) -> Softphone:
        return Softphone(
            station.extension, seed.domain, station.password, proxy=(edge, 5060), bind=address, tone_hz=tone_hz
        )

    async def _dial(self, phones: list[Softphone], carrier: Carrier, view: CallView) -> list[Attempt]:
        """Let the agents work until the time is over or somebody says stop; return what they tried."""
        attempts: list[Attempt] = []

        def told(attempt: Attempt) -> None:
            attempts.append(attempt)
            view.told(attempt)

        deck = customers()
        agents = [
            Agent(phone, AGENT_TONES_HZ[index % len(AGENT_TONES_HZ)], [carrier], told)
            for index, phone in enumerate(phones)
        ]
        work = asyncio.gather(*(agent.work(deck, self.stop) for agent in agents))
        death = self.stack.death
        assert death is not None
        try:
            parts: set[asyncio.Future[Any]] = {work, death}
            await asyncio.wait(parts, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            if death.done():
                raise StackError(death.result())
            self.stop.set()
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        return attempts


async def _run(plan: AddressPlan, seconds: float | None, agents: int, console: Console) -> int:
    demo = Demo(plan, seconds, agents, console)
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None
    asked = 0

    def on_signal() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            demo.steps.hint = "Ctrl-C again kills everything"
            main.cancel()
        else:
            console.print("killing what still runs", highlight=False)
            demo.stack.kill_all()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        summary = await demo.run()
    except asyncio.CancelledError:
        demo.steps.done()
        console.print(f"stopped; logs and recordings stay in {demo.stack.run_dir} until the next start", **PLAIN)
        return 130 if seconds is not None else 0
    except (StackError, ApiError, RegistrationError) as error:
        demo.steps.done()
        console.print(f"\nthe demo failed: {error}", **PLAIN)
        console.print("'trunkline doctor' (make doctor) looks for the cause on this machine", **PLAIN)
        return 1
    demo.steps.done()
    if summary is None:
        return 0
    for problem in summary.problems:
        print(f"problem: {problem}")
    print(json.dumps(summary.to_json()), flush=True)
    return 0 if summary.ok else 1


def main(*, seconds: float | None, block: int, agents: int) -> int:
    """Run the demo to its exit code: 0 fine, 1 something is not as it should be, 130 ended by hand."""
    console = Console(file=sys.stdout, soft_wrap=True)
    plan = AddressPlan(block)
    missing = [
        finding
        for finding in (*check_engines(), *check_asterisk(), *check_loopback(plan))
        if finding.level is Level.BLOCKS
    ]
    if missing:
        console.print("the demo can not start on this machine:", **PLAIN)
        for finding in missing:
            console.print(f"  {finding.subject} {finding.text}\n    to mend: {finding.mend}", **PLAIN)
        return 1
    return asyncio.run(_run(plan, seconds, agents, console))
