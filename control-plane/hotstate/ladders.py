"""Questions to HQ's edges about the SIP messages of a call, and their answers: a stream, and a short-lived list."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import from_wire, to_wire
from callmodel.ladder import LadderAnswer, LadderQuestion

PATIENCE_SECONDS = 1.5
"""An edge that lives answers in milliseconds."""
WAIT_MS = 2_000
ANSWER_LIFE_SECONDS = 10
QUESTIONS_KEPT = 100


async def ask(
    redis: Redis, call_id: str, sip_call_ids: Sequence[str], accounts: Sequence[str]
) -> tuple[list[LadderAnswer], list[str]]:
    """Ask every edge; return what came, and which edges were silent.  Raises redis errors."""
    client: Any = redis
    edges = sorted(str(name) for name in await client.smembers(keys.EDGES))
    question = LadderQuestion(secrets.token_hex(8), call_id, tuple(sip_call_ids), tuple(accounts))
    await client.xadd(
        keys.LADDER_QUESTIONS, {"m": json.dumps(to_wire(question))}, maxlen=QUESTIONS_KEPT, approximate=True
    )
    answers: list[LadderAnswer] = []
    ends = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while len(answers) < len(edges) and (left := ends - asyncio.get_running_loop().time()) > 0:
        told = await client.blpop([keys.ladder_answers(question.question_id)], timeout=left)
        if told is not None:
            answers.append(from_wire(LadderAnswer, json.loads(told[1])))
    there = {answer.edge_id for answer in answers}
    return answers, [edge for edge in edges if edge not in there]


async def asked(redis: Redis, last: str) -> tuple[str, list[str]]:
    """Wait a while for questions after `last` (`$`: those to come); return the new place, and what is asked.

    Raises redis errors.
    """
    client: Any = redis
    if last == "$":
        newest = await client.xrevrange(keys.LADDER_QUESTIONS, count=1)
        last = newest[0][0] if newest else "0"
    found = await client.xread({keys.LADDER_QUESTIONS: last}, block=WAIT_MS)
    entries = found[0][1] if found else []
    return (entries[-1][0] if entries else last), [fields["m"] for _, fields in entries]


async def tell(redis: Redis, answer: LadderAnswer) -> None:
    """Answer a question.  Raises redis errors."""
    key = keys.ladder_answers(answer.question_id)
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.rpush(key, json.dumps(to_wire(answer)))
        pipeline.expire(key, ANSWER_LIFE_SECONDS)
        await pipeline.execute()
