"""`trunkline cluster`: two of everything here, agents who dial over all of it, and commands to break it."""

import asyncio
import sys
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console

from devstack.clusterhand import NobodyThereError, ask, hand
from devstack.clusterintro import introduce
from devstack.desks import sow_desks
from devstack.dialling import Attempt
from devstack.foreground import PLAIN, can_start, run_in_foreground
from devstack.freshstack import open_stack
from devstack.livetable import CallView
from devstack.seed import Seed
from devstack.stack import Stack
from devstack.summary import Books, Summary, callee_of, summarise
from devstack.workforce import dial_until, phone_of, tone_of_agent
from simulators.phone import Softphone
from trunkline.leftovers import stack_lives
from trunkline.plan import REPOSITORY, AddressPlan
from trunkline.progress import Steps
from trunkline.shape import CLUSTER

BRANCH_AGENTS = 1


def run_dir_of(block: int) -> Path:
    """Return the run folder of the cluster on a block of addresses."""
    return REPOSITORY / "var" / "run" / f"cluster-{block}"


class Cluster:
    """One run: `seconds` None is until Ctrl-C.  `agents` sit at HQ, each at the next edge; one more at the branch."""

    def __init__(self, plan: AddressPlan, seconds: float | None, agents: int, console: Console) -> None:
        self._plan = plan
        self._seconds = seconds
        self._agents = agents
        self._console = console
        self.steps = Steps(console)
        self.stack = Stack(plan, run_dir_of(plan.block), shape=CLUSTER, report=self.steps)

    async def run(self) -> Summary | None:
        """Start, dial, stop dialling, check; None when it was ended by hand.  Raises StackError, ApiError."""
        async with AsyncExitStack() as parts:
            carrier, api, seed = await open_stack(
                parts, self.stack, self.steps, branch_agents=BRANCH_AGENTS, hq_stations=self._agents
            )
            logins = await sow_desks(api, with_queues=False)
            self.steps("registering phones")
            phones = [await parts.enter_async_context(phone) for phone in self._phones(seed)]
            await asyncio.gather(*(phone.register() for phone in phones))
            await parts.enter_async_context(hand(self.stack))
            self.steps.done("all is up")
            introduce(self._console, self.stack, seed, logins)
            books = Books(api, seed.tenant_id)
            async with CallView(self._console, api, seed.tenant_id) as view:
                attempts = await dial_until(self._seconds, self.stack.death, phones, carrier, view.told)
            if self._seconds is None:
                return None
            self.steps("calls are over; waiting for their records and recordings")
            await books.settle(attempts)
            self.steps("listening to every recording")
            summary = await summarise(attempts, books, set(seed.numbers))
            await self._count_ways(summary, attempts, phones, books)
            return summary

    def _phones(self, seed: Seed) -> list[Softphone]:
        """The branch's agent, and HQ's, each at the next edge."""
        branch = self._plan.branch
        phones = [phone_of(seed, seed.branch_stations[0], branch, self._plan.branch_phone(0), tone_of_agent(0))]
        for index, station in enumerate(seed.hq_stations):
            edge = self._plan.edge_at(1 + index % self.stack.shape.edges)
            phones.append(phone_of(seed, station, edge, self._plan.hq_phone(index), tone_of_agent(1 + index)))
        return phones

    async def _count_ways(
        self, summary: Summary, attempts: list[Attempt], phones: list[Softphone], books: Books
    ) -> None:
        """Count answered calls by the edge that the agent's phone called and by the node that held them."""
        edges = {self._plan.edge_at(index): f"edge-{index}" for index in range(1, self.stack.shape.edges + 1)}
        by_phone = {phone.user: edges.get(phone.proxy[0], "branch") for phone in phones}
        answered = [attempt for attempt in attempts if attempt.answered]
        nodes = {callee_of(cdr): str(cdr["node_id"]) for cdr in await books.cdrs()}
        summary.calls_by_edge = dict(Counter(by_phone[attempt.extension] for attempt in answered))
        summary.calls_by_node = dict(Counter(nodes.get(attempt.customer.e164, "none") for attempt in answered))
        wanted = set(edges.values()), {f"node-{index}" for index in range(1, self.stack.shape.nodes + 1)}
        for counted, names in zip((summary.calls_by_edge, summary.calls_by_node), wanted, strict=True):
            summary.problems += [f"no answered call went over {name}" for name in sorted(names - counted.keys())]


def main(*, seconds: float | None, block: int, agents: int) -> int:
    """Run the cluster to its exit code: 0 fine, 1 something is not as it should be, 130 ended by hand."""
    console = Console(file=sys.stdout, soft_wrap=True)
    plan = AddressPlan(block)
    if not can_start(plan, console, "cluster", CLUSTER):
        return 1

    async def run() -> int:
        show = Cluster(plan, seconds, agents, console)
        return await run_in_foreground(show, console, name="cluster", ends=seconds is not None)

    return asyncio.run(run())


def command(do: str, name: str, *, block: int) -> int:
    """Give the running cluster a command; return the exit code: 0 done, 1 refused, 2 no cluster runs, or not yet."""
    console = Console(file=sys.stdout, soft_wrap=True)
    try:
        return 0 if asyncio.run(ask(run_dir_of(block), do, name, lambda line: console.print(line, **PLAIN))) else 1
    except NobodyThereError:
        if stack_lives(run_dir_of(block)):
            console.print(f"the cluster on block {block} is starting; its terminal says how far it is", **PLAIN)
        else:
            console.print(
                f"no cluster runs on block {block}: start one with 'make cluster' in another terminal", **PLAIN
            )
        return 2
