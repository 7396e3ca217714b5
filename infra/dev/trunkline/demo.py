"""`trunkline demo`: the whole system on this machine, agents who dial, and an honest word at the end."""

import asyncio
import contextlib
import json
import signal
import sys
from contextlib import AsyncExitStack

from rich.console import Console

from simulators.carrier import Carrier
from simulators.phone import RegistrationError, Softphone
from trunkline.apiclient import Api, ApiError
from trunkline.children import StackError
from trunkline.customers import customers
from trunkline.dialling import AGENT_TONES_HZ, Agent, Attempt
from trunkline.livetable import CallView
from trunkline.plan import BRANCH_SITE, REPOSITORY, AddressPlan
from trunkline.seed import CARRIER_ACCOUNT, CARRIER_REALM, Seed, sow
from trunkline.stack import Stack
from trunkline.summary import Books, Summary, summarise


class Demo:
    """One run: `seconds` None is until Ctrl-C."""

    def __init__(self, plan: AddressPlan, seconds: float | None, agents: int, console: Console) -> None:
        self._plan = plan
        self._seconds = seconds
        self._agents = agents
        self._console = console
        self.stop = asyncio.Event()
        self.stack = Stack(plan, REPOSITORY / "var" / "run" / f"demo-{plan.block}", report=self._say)

    def _say(self, line: str) -> None:
        self._console.print(f"[dim]{line}[/dim]", highlight=False)

    async def run(self) -> Summary | None:
        """Start, dial, stop dialling, check; None when it was ended by hand.  Raises StackError, ApiError."""
        async with AsyncExitStack() as parts:
            await parts.enter_async_context(self.stack)
            carrier = await parts.enter_async_context(
                Carrier(self._plan.carrier, 5060, accounts=dict([CARRIER_ACCOUNT]), realm=CARRIER_REALM)
            )
            api = await parts.enter_async_context(Api(self._plan.api_url, "admin", self.stack.admin_password))
            seed = await sow(api, self._plan, self._agents)
            await self.stack.start_branch(seed.enrolment_token)
            phones = [await parts.enter_async_context(self._phone(seed, index)) for index in range(self._agents)]
            await asyncio.gather(*(phone.register() for phone in phones))
            self._introduce(seed)
            books = Books(api, seed.tenant_id)
            async with CallView(self._console, api, seed.tenant_id) as view:
                attempts = await self._dial(phones, carrier, view)
            if self._seconds is None:
                return None
            self._say("calls are over; waiting for their records and recordings")
            await books.settle(attempts)
            return await summarise(attempts, books, set(seed.numbers))

    def _phone(self, seed: Seed, index: int) -> Softphone:
        station = seed.branch_stations[index]
        return Softphone(
            station.extension,
            seed.domain,
            station.password,
            proxy=(self._plan.branch, 5060),
            bind=self._plan.branch_phone(index),
            tone_hz=AGENT_TONES_HZ[index % len(AGENT_TONES_HZ)],
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
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._death(), self._seconds)
        self.stop.set()
        await work
        return attempts

    async def _death(self) -> None:
        """Wait for the death of a process that nobody asked for.  Raises StackError."""
        assert self.stack.death is not None
        raise StackError(await asyncio.shield(self.stack.death))

    def _introduce(self, seed: Seed) -> None:
        spare, colleague = seed.branch_stations[-1], seed.hq_stations[-1]
        out = self._console
        out.rule("Trunkline runs")
        out.print(f"API       {self._plan.api_url}/api/v1   (document: {self._plan.api_url}/api/v1/openapi.json)")
        out.print(f"login     admin / {self.stack.admin_password}   (HQ administrator)", highlight=False)
        for name, password, role in seed.logins:
            out.print(f"login     {name} / {password}   ({role})", highlight=False)
        out.print(f"logs      {self.stack.run_dir}/*.log", highlight=False, soft_wrap=True)
        if self._seconds is None:
            out.print(
                f"\nYour own softphone: user {spare.extension}, domain {seed.domain}, password {spare.password},"
            )
            out.print(f"proxy {self._plan.branch}:5060 (UDP or TCP; the branch {BRANCH_SITE}).", highlight=False)
            out.print("Dial any mobile number, such as 13800000123, or a colleague:", highlight=False)
            out.print(
                f"{seed.branch_stations[0].extension} in the branch, {colleague.extension} at HQ.", highlight=False
            )
        out.print()


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
            console.print("\nstopping (again to kill)", highlight=False)
            main.cancel()
        else:
            demo.stack.kill_all()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        summary = await demo.run()
    except asyncio.CancelledError:
        return 130 if seconds is not None else 0
    except (StackError, ApiError, RegistrationError) as error:
        console.print(f"\nthe demo failed: {error}", highlight=False, soft_wrap=True, markup=False)
        return 1
    if summary is None:
        return 0
    for problem in summary.problems:
        print(f"problem: {problem}")
    print(json.dumps(summary.to_json()), flush=True)
    return 0 if summary.ok else 1


def main(*, seconds: float | None, block: int, agents: int) -> int:
    """Run the demo to its exit code: 0 fine, 1 something is not as it should be, 130 ended by hand."""
    console = Console(file=sys.stdout, soft_wrap=True)
    return asyncio.run(_run(AddressPlan(block), seconds, agents, console))
