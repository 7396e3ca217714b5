"""The cluster under test, with phones that dial steadily."""

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from simulators.carrier import Carrier
from simulators.phone import Softphone
from trunkline.apiclient import Api
from trunkline.cluster import run_dir_of
from trunkline.conditions import until
from trunkline.floor import phone_of, tone_of_agent
from trunkline.plan import AddressPlan
from trunkline.seed import CARRIER_ACCOUNT, CARRIER_REALM, Seed, sow
from trunkline.shape import LEAN
from trunkline.stack import Stack
from trunkline.summary import Books

PHONES = 4


@dataclass
class ClusterWorld:
    stack: Stack
    api: Api
    seed: Seed
    books: Books
    carrier: Carrier
    phones: list[Softphone] = field(default_factory=list)

    async def live_by_node(self) -> Counter[str]:
        """How many calls each media node holds now."""
        page = await self.api.get(f"/tenants/{self.seed.tenant_id}/calls", state="live")
        return Counter(item["node_id"] for item in page["items"])

    async def idle(self) -> bool:
        """Whether nobody holds a call."""
        return not await self.live_by_node()


async def build_cluster(parts: AsyncExitStack, block: int) -> ClusterWorld:
    """Start everything, in order, to be ended by `parts`."""
    plan = AddressPlan(block)
    stack = await parts.enter_async_context(Stack(plan, run_dir_of(block), shape=LEAN))
    carrier = Carrier(plan.carrier, 5060, accounts=dict([CARRIER_ACCOUNT]), realm=CARRIER_REALM)
    await parts.enter_async_context(carrier)
    api = await parts.enter_async_context(Api(plan.api_url, "admin", stack.admin_password))
    seed = await sow(api, plan, 1, PHONES)
    world = ClusterWorld(stack, api, seed, Books(api, seed.tenant_id), carrier)
    for index, station in enumerate(seed.hq_stations):
        edge = plan.edge_at(1 + index % LEAN.edges)
        phone = phone_of(seed, station, edge, plan.hq_phone(index), tone_of_agent(index))
        world.phones.append(await parts.enter_async_context(phone))

        async def registered(phone: Softphone = phone) -> bool:
            await phone.register()
            return True

        assert await until(registered, 10)
    return world
