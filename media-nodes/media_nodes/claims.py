"""Trunk channels, claimed in Redis by one script: no two nodes take the last channel, nor a tenant's last money.

While Redis is away a node goes by the snapshot alone and counts what it holds and spends itself: a trunk may then
carry more than its limit over all nodes, which the carrier answers with 503, and that beats calling nobody; and each
node may spend what was left of a tenant's limit when it last heard of it.  Such claims and bookings, and those that
a dying master may have taken along, are entered as soon as Redis takes them.  Only the first calls wait for a Redis
that does not answer: until it does again, the node asks no more.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.callstate import Call
from callmodel.endings import Ending
from callmodel.ids import CallId, Extension, LegId, TenantId, TrunkId
from callmodel.limits import SpendLevel, cost_micros, spend_day_of
from callmodel.orders import ClaimTrunk, HoldChannel
from callmodel.spend import Bill, bill_so_far
from media_nodes.ports import Full, Grant
from media_nodes.spending import Claim, Spending
from servicekit import meters
from servicekit.redisio import ALONE, LuaScripts, NotReplicatedError, Replicas

LEASE_MS = 60_000
RENEW_SECONDS = 20.0
RENEW_AGAIN_SECONDS = 0.5
RENEW_WAIT_SECONDS = 2.0
CLAIM_SECONDS = 1.0
MINUTE_MS = 60_000
UNSETTLED_MOST = 10_000

CLAIMS = meters.Counter("trunkline.claims", "{claim}", "trunk channels asked for")

REFUSALS = {
    0: Ending.TRUNK_CHANNELS_EXHAUSTED,
    -1: Ending.TENANT_CHANNELS_EXHAUSTED,
    -2: Ending.SPEND_LIMIT_REACHED,
    -3: Ending.CALL_RATE_EXCEEDED,
}
"""What the script says in place of a trunk."""
RESULTS = {
    Ending.TRUNK_CHANNELS_EXHAUSTED: "trunks-full",
    Ending.TENANT_CHANNELS_EXHAUSTED: "tenant-full",
    Ending.SPEND_LIMIT_REACHED: "spend-limit",
    Ending.CALL_RATE_EXCEEDED: "call-rate",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Held:
    """`bill` is the first minute's, None for what was adopted: the leg itself knows better as soon as it lives."""

    tenant_id: TenantId
    trunk_id: TrunkId
    bill: Bill | None = None


@dataclass(frozen=True)
class Kept:
    """One claim as the script writes it: `lapse_ms` is 0 for one that was given back, and without a bill none is
    booked."""

    tenant_id: TenantId
    leg_id: LegId
    trunk_id: TrunkId
    lapse_ms: int
    bill: Bill | None


class RedisClaims:
    """Claims of this node's calls.  `run` renews them; a node that dies loses its claims after LEASE_MS."""

    def __init__(self, redis: Redis, replicas: Replicas = ALONE, spending: Spending | None = None) -> None:
        self.spending = spending or Spending(lambda: None)
        self._calls: Callable[[], Iterable[Call]] = tuple
        self._stop: Callable[[CallId], None] = lambda call_id: None
        self._replicas = replicas
        self._unsure = asyncio.Event()
        self._alone = False
        # Given back without Redis, and until when: what was sent before the release may still arrive after it.
        self._gone: dict[Claim, tuple[Kept, int]] = {}
        self._scripts = LuaScripts(redis)
        for name, file in (("claim", "claims.lua"), ("hold", "hold.lua"), ("keep", "keep.lua")):
            self._scripts.register(name, (Path(__file__).with_name(file)).read_text(encoding="utf-8"))
        self._held: dict[LegId, Held] = {}
        self._turns: dict[TenantId, int] = {}
        self._recent: deque[tuple[int, TenantId, Extension | None, LegId]] = deque()

    def attend(self, calls: Callable[[], Iterable[Call]], stop: Callable[[CallId], None]) -> None:
        """Ask the living calls what they have cost from now on, and end those that a hard stop has caught up with."""
        self._calls, self._stop = calls, stop

    @property
    def held(self) -> int:
        """How many channels calls of this node hold."""
        return len(self._held)

    async def claim(self, tenant_id: TenantId, order: ClaimTrunk) -> Grant | Full:
        """Return the grant, or what is full.  Never raises for Redis: see above."""
        day = spend_day_of(order.started_ms)
        # An emergency call waits for nobody's word; it is entered at once by the next renewal.
        answer = None if self._alone or order.emergency else await self._ask(tenant_id, order)
        (place, turn, spent), sure = answer or ((*self._claim_alone(tenant_id, order), None), False)
        source = "alone" if answer is None else "redis"
        if place <= 0:
            ending = REFUSALS[place]
            CLAIMS.add(result=RESULTS[ending], source=source)
            if ending is Ending.SPEND_LIMIT_REACHED:
                self.spending.warn(tenant_id, day, SpendLevel.REACHED)
            return Full(ending)
        CLAIMS.add(result="granted", source=source)
        offer = order.offers[place - 1]
        first_minute = Bill(day, cost_micros(offer.cost_per_minute, MINUTE_MS))
        self._held[order.leg_id] = Held(tenant_id, offer.trunk_id, first_minute)
        self._note_recent(tenant_id, order)
        self.spending.book(tenant_id, (order.leg_id, offer.trunk_id), first_minute)
        if spent is not None:
            self.spending.hear(tenant_id, day, spent)
        if not sure:
            self._unsure.set()
        return Grant(offer.trunk_id, turn)

    async def hold(self, tenant_id: TenantId, order: HoldChannel) -> bool:
        """Hold the channel by which a call came; False where the tenant has as many as it may.

        Never raises for Redis: while that is away, this node's own channels are counted.
        """
        names = [keys.tenant_channels(tenant_id), keys.trunk_channels(order.trunk_id)]
        values: list[str | int | float] = [order.leg_id, _now_ms(), LEASE_MS, order.most]
        try:
            if self._alone:
                raise TimeoutError
            async with asyncio.timeout(CLAIM_SECONDS):
                held, sure = await self._scripts.run_replicated("hold", names, values, self._replicas)
        except (RedisError, OSError, TimeoutError):
            self._alone = True
            held, sure = sum(each.tenant_id == tenant_id for each in self._held.values()) < order.most, False
        if held:
            self._held[order.leg_id] = Held(tenant_id, order.trunk_id)
        if not sure:
            self._unsure.set()
        return bool(held)

    async def _ask(self, tenant_id: TenantId, order: ClaimTrunk) -> tuple[tuple[int, int, int], bool] | None:
        """Return Redis's answer and whether enough replicas have it; None while Redis does not answer."""
        limits = order.limits
        names = [keys.tenant_channels(tenant_id), keys.rotation(tenant_id)]
        names += [keys.spend(tenant_id, spend_day_of(order.started_ms))]
        names += [keys.call_rate(tenant_id), keys.call_rate(tenant_id, order.extension)]
        names += [keys.trunk_channels(offer.trunk_id) for offer in order.offers]
        most = -1 if limits.spend_micros is None else limits.spend_micros
        station_rate = limits.station_calls_per_minute if order.extension is not None else None
        values: list[str | int | float] = [order.leg_id, _now_ms(), LEASE_MS, order.tenant_max_channels, most]
        values += [limits.calls_per_minute or 0, station_rate or 0, order.attempt]
        for offer in order.offers:
            values += [offer.trunk_id, offer.max_channels, cost_micros(offer.cost_per_minute, MINUTE_MS)]
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                (place, turn, spent), sure = await self._scripts.run_replicated(
                    "claim", names, values, self._replicas
                )
                return (place, turn, spent), sure
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("trunks are claimed without redis", extra={"error": type(error).__name__})
            self._alone = True
            self._unsure.set()
            return None

    def adopt(self, call: Call) -> None:
        """Renew from now on what a former conductor claimed."""
        for leg in call.legs:
            if leg.trunk_held and leg.trunk_id is not None:
                self._held[leg.leg_id] = Held(call.tenant_id, leg.trunk_id)

    async def release(self, tenant_id: TenantId, leg_id: LegId, trunk_id: TrunkId, bill: Bill) -> None:
        """Give back, and settle what it cost; twice is harmless."""
        held = self._held.get(leg_id)
        if held is not None and held.trunk_id == trunk_id:
            del self._held[leg_id]
        self.spending.settle(tenant_id, (leg_id, trunk_id), bill)
        gone = Kept(tenant_id, leg_id, trunk_id, 0, bill)
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                await self._keep([gone], self._replicas)
        except (RedisError, OSError, TimeoutError) as error:
            # The claim would lapse by itself, its cost would not be booked: the next renewal does both.
            self._gone[(leg_id, trunk_id)] = gone, _now_ms() + LEASE_MS
            while len(self._gone) > UNSETTLED_MOST:
                del self._gone[next(iter(self._gone))]
            self._unsure.set()
            logger.warning("trunk not released", extra={"trunk_id": trunk_id, "error": type(error).__name__})

    async def run(self) -> None:
        """Renew until cancelled: now and then, and again and again while Redis may lack a claim."""
        away = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_SECONDS):
                    await self._unsure.wait()
            self._unsure.clear()
            try:
                async with asyncio.timeout(RENEW_WAIT_SECONDS):
                    await self.renew()
            except (RedisError, OSError, TimeoutError) as error:
                if not away:
                    logger.warning("claims not renewed", extra={"error": type(error).__name__})
                away = True
                self._unsure.set()
                await asyncio.sleep(RENEW_AGAIN_SECONDS)
                continue
            if self._alone:
                logger.info("trunks are claimed in redis again", extra={"held_count": len(self._held)})
                # Once more, after whatever was on its way all the while.
                self._unsure.set()
                await asyncio.sleep(RENEW_AGAIN_SECONDS)
            away = self._alone = False

    async def renew(self) -> None:
        """Move the lapse of every claim held here to LEASE_MS from now, book what each has cost so far, take out the
        gone, and end the calls that may go on no longer.

        Raises RedisError, NotReplicatedError.
        """
        now = _now_ms()
        calls = list(self._calls())
        legs = {leg.leg_id: (call, leg) for call in calls for leg in call.legs if leg.trunk_held}
        kept = [gone for gone, _ in self._gone.values()]
        for leg_id, held in self._held.items():
            call, leg = legs.get(leg_id, (None, None))
            # A leg that was granted its trunk just now is not in its call yet.
            bill = bill_so_far(call, leg, now) if call is not None and leg is not None else held.bill
            if bill is not None:
                self.spending.book(held.tenant_id, (leg_id, held.trunk_id), bill)
            kept.append(Kept(held.tenant_id, leg_id, held.trunk_id, now + LEASE_MS, bill))
        try:
            await self._keep(kept, self._replicas if kept else ALONE)
            self._gone = {claim: gone for claim, gone in self._gone.items() if gone[1] > now}
        finally:
            for call in self.spending.to_stop(calls):
                self._stop(call.call_id)

    async def _keep(self, kept: list[Kept], replicas: Replicas) -> None:
        names: list[str] = []
        values: list[str | int | float] = []
        today = spend_day_of(_now_ms())
        for each in kept:
            names += [keys.trunk_channels(each.trunk_id), keys.tenant_channels(each.tenant_id)]
            names.append(keys.spend(each.tenant_id, each.bill.day if each.bill is not None else today))
            values += [each.leg_id, each.trunk_id, each.lapse_ms, each.bill.micros if each.bill is not None else -1]
        totals, sure = await self._scripts.run_replicated("keep", names, values, replicas)
        for each, total in zip(kept, totals, strict=True):
            if each.bill is not None:
                self.spending.hear(each.tenant_id, each.bill.day, total)
        if not sure:
            raise NotReplicatedError("claims and bills")

    def _claim_alone(self, tenant_id: TenantId, order: ClaimTrunk) -> tuple[int, int]:
        if order.emergency:
            return 1, 0
        if self._is_too_fast(tenant_id, order):
            return -3, 0
        held = list(self._held.values())
        if sum(each.tenant_id == tenant_id for each in held) >= order.tenant_max_channels:
            return -1, 0
        refusal, most = 0, order.limits.spend_micros
        spent = self.spending.known(tenant_id, spend_day_of(order.started_ms))
        for place, offer in enumerate(order.offers, start=1):
            if sum(each.trunk_id == offer.trunk_id for each in held) >= offer.max_channels:
                continue
            if most is not None and spent + cost_micros(offer.cost_per_minute, MINUTE_MS) > most:
                refusal = -2
                continue
            turn = self._turns[tenant_id] = self._turns.get(tenant_id, -1) + 1
            return place, turn
        return refusal, 0

    def _note_recent(self, tenant_id: TenantId, order: ClaimTrunk) -> None:
        now = _now_ms()
        self._recent.append((now, tenant_id, order.extension, order.attempt))
        while self._recent[0][0] <= now - MINUTE_MS:
            self._recent.popleft()

    def _is_too_fast(self, tenant_id: TenantId, order: ClaimTrunk) -> bool:
        since = _now_ms() - MINUTE_MS
        theirs = {
            attempt: station for at, tenant, station, attempt in self._recent if tenant == tenant_id and at > since
        }
        if order.attempt in theirs:
            return False
        limits, station_s = order.limits, sum(station == order.extension for station in theirs.values())
        too_many = limits.calls_per_minute is not None and len(theirs) >= limits.calls_per_minute
        rate = limits.station_calls_per_minute
        return too_many or (rate is not None and order.extension is not None and station_s >= rate)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
