"""Each piece of work once: a key in Redis for (tenant, task, what it is about), held while the work is done.

The key also counts how often the work was begun and not ended: work that kills its worker would come back for ever.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.redisio import LuaScripts

LEASE_MS = 60_000
KEEP_SECONDS = 15.0
DEATHS = 5
DEATHS_MS = 3_600_000

# KEYS: claim, deaths, running.  ARGV: task id, lease ms, how long deaths are counted ms, what is shown of it.
# Returns how often it was begun and not ended, this time included; 0: another has it, or did it just now.
_BEGIN = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[2])
local begun = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return begun
"""

# KEYS: claim, running.  ARGV: task id, lease ms.
_KEEP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
"""

# KEYS: claim, deaths, running.  ARGV: task id, how long it stays done in ms (0: it may be done again at once).
_END = """
redis.call('DEL', KEYS[3])
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return end
redis.call('DEL', KEYS[2])
if ARGV[2] == '0' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[1] .. ' done', 'PX', ARGV[2]) end
"""

logger = logging.getLogger(__name__)


class Turn(Enum):
    """What a worker that was handed a task does with it."""

    DO = auto()
    SKIP = auto()
    """Another does the same, or did it just now."""
    BURY = auto()
    """It killed each worker that began it."""


@dataclass(frozen=True)
class Piece:
    """One piece of work.  tenant_id: `platform` for work that is no tenant's.  about: what tells it from others."""

    tenant_id: str
    task: str
    about: Mapping[str, str]
    task_id: str

    @property
    def claim(self) -> str:
        """The key that the work holds; `<claim>:deaths` counts."""
        # What it is about came over the wire: as a digest it can not reach into other keys.
        digest = hashlib.sha256(json.dumps(self.about, sort_keys=True).encode()).hexdigest()[:32]
        return f"{{{self.tenant_id}}}:job:{self.task}:{digest}"

    @property
    def running(self) -> str:
        """The key that shows who does it since when, for `trunkline jobs`."""
        return running_key(self.tenant_id, self.task_id)


def running_key(tenant_id: str, task_id: str) -> str:
    """Name the key that exists while a task runs."""
    return f"{{{tenant_id}}}:job:running:{task_id}"


class Once:
    """The claims.  Every method raises redis errors when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._scripts = LuaScripts(redis)
        self._scripts.register("begin", _BEGIN)
        self._scripts.register("keep", _KEEP)
        self._scripts.register("end", _END)

    async def begin(self, piece: Piece, worker: str, now_ms: int) -> Turn:
        """Claim the piece for its task id.  The same id may begin again: its first worker died."""
        shown = json.dumps({"worker": worker, "since_ms": now_ms})
        args: list[Any] = [piece.task_id, LEASE_MS, DEATHS_MS, shown]
        begun = await self._scripts.run("begin", _keys_of(piece), args)
        if begun > DEATHS:
            return Turn.BURY
        return Turn.DO if begun else Turn.SKIP

    async def end(self, piece: Piece, done_seconds: float = 0) -> None:
        """Let go of it; for done_seconds nobody does it again."""
        await self._scripts.run("end", _keys_of(piece), [piece.task_id, int(done_seconds * 1000)])

    @asynccontextmanager
    async def kept(self, piece: Piece) -> AsyncIterator[None]:
        """Keep the claim from lapsing while the block runs; the lease of a worker that dies ends by itself."""

        async def keep() -> None:
            while True:
                await asyncio.sleep(KEEP_SECONDS)
                try:
                    await self._scripts.run("keep", [piece.claim, piece.running], [piece.task_id, LEASE_MS])
                except RedisError as error:
                    logger.warning(
                        "claim of a job not kept", extra={"task": piece.task, "error": type(error).__name__}
                    )

        # No group: a failure of the block must come out as it is.
        keeper = asyncio.get_running_loop().create_task(keep(), name="job-claim")
        try:
            yield
        finally:
            keeper.cancel()


def _keys_of(piece: Piece) -> list[str]:
    return [piece.claim, f"{piece.claim}:deaths", piece.running]
