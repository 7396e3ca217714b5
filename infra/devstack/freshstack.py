"""What demo, cluster and faults begin with: a stack, a carrier, and a tenant whose agents can dial."""

from contextlib import AsyncExitStack

from devstack.seed import CARRIER_ACCOUNT, CARRIER_REALM, HQ_STATIONS, Seed, sow
from devstack.stack import Report, Stack
from simulators.carrier import Carrier
from trunkline.apiclient import Api


async def open_stack(
    parts: AsyncExitStack, stack: Stack, report: Report, *, branch_agents: int, hq_stations: int = HQ_STATIONS
) -> tuple[Carrier, Api, Seed]:
    """Start a stack and its carrier, fill it in, and start its branch; all is ended by `parts`.

    Raises StackError, ApiError.
    """
    await parts.enter_async_context(stack)
    carrier = Carrier(stack.plan.carrier, 5060, accounts=dict([CARRIER_ACCOUNT]), realm=CARRIER_REALM)
    await parts.enter_async_context(carrier)
    api = await parts.enter_async_context(Api(stack.plan.api_url, "admin", stack.admin_password))
    report("filling in a tenant, stations, numbers and a trunk")
    seed = await sow(api, stack.plan, branch_agents, hq_stations)
    await stack.start_branch(seed.enrolment_token)
    return carrier, api, seed
