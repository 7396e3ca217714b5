"""Calls of leads, as the media node that places them tells of them: it sees no queue, and opens no number."""

from redis.asyncio import Redis

from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import AgentId, CallId, NodeId
from hotstate.leads.forbidding import forbid
from hotstate.leads.running import Runner, tenant_key
from hotstate.leads.shapes import CampaignKey
from servicekit.redisio import ALONE, Replicas


class LeadCalls:
    """A node's side.  Both methods raise redis.exceptions.RedisError, within about a second, while Redis is away."""

    def __init__(self, redis: Redis, replicas: Replicas = ALONE) -> None:
        """redis: as of `redisio.connect`.  replicas: how many must have a claim before its number is dialled."""
        self._runner = Runner(redis, replicas)

    async def take(self, key: CampaignKey, call_id: CallId, node_id: NodeId, at_ms: int) -> bool:
        """Take the claim of a call for good, right before its number is dialled; again, it answers the same.

        False: the claim has lapsed, or its number may not be called any more, or too few replicas know: do not dial.
        """
        taken, sure = await self._runner.run_surely("take", key, [at_ms, call_id, node_id])
        return bool(taken) and sure

    async def forbid(self, key: CampaignKey, token: str, at_ms: int) -> None:
        """Have a number not be called from now on by anybody of the tenant."""
        await forbid(self._runner.redis, tenant_key(key), token, at_ms)

    async def note(
        self,
        key: CampaignKey,
        call_id: CallId,
        node_id: NodeId,
        state: LeadState,
        at_ms: int,
        *,
        answered_ms: int = 0,
        connected_ms: int = 0,
        ended_ms: int = 0,
        result: AttemptResult | None = None,
        agent_id: AgentId | None = None,
    ) -> bool:
        """Say how a call stands.  Older news than what is known changes nothing.  False: the call is not known."""
        times = (answered_ms, connected_ms, ended_ms)
        said = (result.value if result is not None else "", agent_id or "")
        return bool(await self._runner.run("note", key, [at_ms, call_id, node_id, state.value, *times, *said]))
