"""`trunkline demo`: the whole system on this machine, agents who dial, and an honest word at the end."""

import asyncio
import sys
from contextlib import AsyncExitStack

from rich.console import Console

from devstack.desks import sow_desks
from devstack.foreground import can_start, run_in_foreground
from devstack.freshstack import open_stack
from devstack.inbound import Callers, phone_at, register, sign_in, sow_inbound
from devstack.inboundsummary import StateWatch, summarise_inbound
from devstack.introduction import introduce
from devstack.livetable import CallView
from devstack.outbound import Outbound, phone_that_answers, sow_outbound
from devstack.seed import Seed
from devstack.stack import Stack
from devstack.summary import Books, Summary, summarise
from devstack.workforce import dial_until, phone_of, tone_of_agent
from simulators.phone import Softphone, answer_after
from trunkline.plan import REPOSITORY, AddressPlan
from trunkline.progress import Steps

# A colleague at HQ takes calls, from the softphone of whoever watches.
COLLEAGUE_TONE_HZ = 440
COLLEAGUE_RINGS_SECONDS = 1.0


class Demo:
    """One run: `seconds` None is until Ctrl-C."""

    def __init__(self, plan: AddressPlan, seconds: float | None, agents: int, console: Console) -> None:
        self._plan = plan
        self._seconds = seconds
        self._agents = agents
        self._console = console
        self.steps = Steps(console)
        self.stack = Stack(plan, REPOSITORY / "var" / "run" / f"demo-{plan.block}", report=self.steps)

    async def run(self) -> Summary | None:
        """Start, dial, stop dialling, check; None when it was ended by hand.  Raises StackError, ApiError."""
        async with AsyncExitStack() as parts:
            carrier, api, seed = await open_stack(parts, self.stack, self.steps, branch_agents=self._agents)
            self.steps("registering phones")
            phones = [
                await parts.enter_async_context(self._agents_phone(seed, index)) for index in range(self._agents)
            ]
            colleague = await parts.enter_async_context(self._colleague(seed))
            desks = await sow_inbound(api)
            logins = await sow_desks(api, with_queues=True)
            answering = [
                await parts.enter_async_context(phone_at(desk, place, seed, self._plan))
                for place, desk in enumerate(desks)
            ]
            self.steps("importing the list of a campaign")
            called_for = await sow_outbound(api)
            answering += [
                await parts.enter_async_context(phone_that_answers(desk, place, seed, self._plan))
                for place, desk in enumerate(called_for)
            ]
            await asyncio.gather(*(register(phone) for phone in (*phones, colleague, *answering)))
            await sign_in(api, [*desks, *called_for])
            self.steps.done("all is up")
            introduce(self._console, self.stack, seed, logins, may_join=self._seconds is None)
            books = Books(api, seed.tenant_id)
            watch = StateWatch(api)
            async with watch.watching(), CallView(self._console, api, seed.tenant_id, watch) as view:
                callers = Callers(carrier, self._plan.edge, view.rang)
                outbound = Outbound(api, carrier, len(called_for))
                work = (callers.work, outbound.work)
                attempts = await dial_until(self._seconds, self.stack.death, phones, carrier, view.told, *work)
            if self._seconds is None:
                return None
            self.steps("calls are over; waiting for their records and recordings")
            await outbound.settle(books)
            await books.settle(attempts, (visit.number for visit in callers.visits))
            self.steps("listening to every recording")
            summary = await summarise(attempts, books, set(seed.numbers))
            inbound = await summarise_inbound(callers.visits, desks, books, watch)
            summary.inbound = inbound.to_json()
            campaign = await outbound.summarise(books)
            summary.campaign = campaign.to_json()
            summary.problems += [*inbound.problems, *campaign.problems]
            return summary

    def _agents_phone(self, seed: Seed, index: int) -> Softphone:
        address = self._plan.branch_phone(index)
        return phone_of(seed, seed.branch_stations[index], self._plan.branch, address, tone_of_agent(index))

    def _colleague(self, seed: Seed) -> Softphone:
        phone = phone_of(seed, seed.hq_stations[0], self._plan.edge, self._plan.hq_phone(0), COLLEAGUE_TONE_HZ)
        phone.on_invite = answer_after(COLLEAGUE_RINGS_SECONDS)
        return phone


def main(*, seconds: float | None, block: int, agents: int) -> int:
    """Run the demo to its exit code: 0 fine, 1 something is not as it should be, 130 ended by hand."""
    console = Console(file=sys.stdout, soft_wrap=True)
    plan = AddressPlan(block)
    if not can_start(plan, console, "demo"):
        return 1

    async def run() -> int:
        show = Demo(plan, seconds, agents, console)
        return await run_in_foreground(show, console, name="demo", ends=seconds is not None)

    return asyncio.run(run())
