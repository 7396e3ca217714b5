"""Agents who ask for a lead to be dialled, and what they are told: between the API and who paces the campaign."""

import asyncio
import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from redis.asyncio import Redis

from callmodel.campaigns.called import CallingAgent
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.ids import CallId, LeadId
from hotstate.leads.running import campaign_key
from hotstate.leads.shapes import CampaignKey

ASK_SECONDS = 5
"""How long whoever asks waits; who paces passes over what is older."""
MOST_ASKED = 100
_KEPT_SECONDS = 30
_LOOK_SECONDS = 0.04


class NotDialled(Enum):
    """Why a lead was not dialled.

    `GONE`: it is no longer to be called now.  `FORBIDDEN`: it is on a do-not-call list.  `BUSY`: its number is in
    another call.  `CAPPED`: it was called too often.  `HOURS`: it is not time, where the customer is or for the team.
    `NO_CALLER`: no number of ours may be shown now.  `NO_NODE`: no media node, or no channel, takes the call.
    """

    GONE = "gone"
    FORBIDDEN = "forbidden"
    BUSY = "busy"
    CAPPED = "capped"
    HOURS = "hours"
    NO_CALLER = "no-caller"
    NO_NODE = "no-node"


@dataclass(frozen=True)
class Asked:
    """An agent's wish.  asked_by: its name.  at_ms: milliseconds since 1970."""

    asked_by: str
    lead_id: LeadId
    agent: CallingAgent
    at_ms: int


@dataclass(frozen=True)
class Told:
    """The call that was ordered, or why there is none, and when it may be tried again (0: nobody knows)."""

    call_id: CallId | None = None
    refused: NotDialled | None = None
    next_ms: int = 0


class LeadAsks:
    """Wishes of any campaign.  All methods raise redis.exceptions.RedisError."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    async def is_paced(self, key: CampaignKey) -> bool:
        """Say whether anybody would hear a wish."""
        return bool(await self._redis.exists(f"{campaign_key(key)}:lease"))

    async def ask(self, key: CampaignKey, asked: Asked) -> Told | None:
        """Return what became of a wish; None where nobody answers in time: nothing will be dialled then."""
        name = f"{campaign_key(key)}:asked"
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.rpush(name, json.dumps(to_wire(asked)))
            pipeline.expire(name, _KEPT_SECONDS)
            await pipeline.execute()
        try:
            # One second more than a wish is good for: whoever took it at the last moment still answers.
            async with asyncio.timeout(ASK_SECONDS + 1):
                while True:
                    told = await self._redis.lpop(_answer(key, asked.asked_by))
                    if told is not None:
                        return from_wire(Told, json.loads(told))
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            return None

    async def next(self, key: CampaignKey, at_ms: int) -> list[Asked]:
        """Return the wishes that nobody has heard yet, oldest first."""
        found: list[str] = await self._redis.lpop(f"{campaign_key(key)}:asked", MOST_ASKED) or []
        wishes = []
        for text in found:
            try:
                asked = from_wire(Asked, json.loads(text))
            except (ShapeError, ValueError):
                continue
            if at_ms - asked.at_ms < ASK_SECONDS * 1000:
                wishes.append(asked)
        return wishes

    async def tell(self, key: CampaignKey, asked: Asked, told: Told) -> None:
        """Answer a wish."""
        name = _answer(key, asked.asked_by)
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.rpush(name, json.dumps(to_wire(told)))
            pipeline.expire(name, _KEPT_SECONDS)
            await pipeline.execute()


def _answer(key: CampaignKey, asked_by: str) -> str:
    return f"{campaign_key(key)}:answer:{asked_by}"
