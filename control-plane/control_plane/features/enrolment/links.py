"""Link reports: each lives a few seconds in Redis, one a minute is kept in the store."""

import json
import logging
from typing import Any

from redis.exceptions import RedisError

from callmodel import keys
from callmodel.ids import SiteId
from control_plane.features.enrolment import store as tables
from control_plane.features.enrolment.schemas import Link, LinkReport
from control_plane.web import Context, NotFoundError

LIVE_SECONDS = 15
KEEP_EVERY_MS = 60_000

logger = logging.getLogger(__name__)


async def keep_report(context: Context, site_id: SiteId, report: LinkReport) -> None:
    """Keep a report; the store gets the first after a silence and then one a minute.  Raises redis errors."""
    key, now = keys.site_link(site_id), context.now_ms()
    kept_ms = await context.redis.hget(key, "kept_ms")
    keep = kept_ms is None or now - int(kept_ms) >= KEEP_EVERY_MS
    fields: dict[Any, Any] = {"reported_ms": str(now), "report": report.model_dump_json()}
    if keep:
        await tables.save_link(context.store, site_id, now, report.model_dump())
        fields["kept_ms"] = str(now)
    async with context.redis.pipeline(transaction=True) as both:
        both.hset(key, mapping=fields)
        both.expire(key, LIVE_SECONDS)
        await both.execute()


async def link_of(context: Context, site_id: str) -> Link:
    """Return a site's last report.  Raises NotFoundError when it never sent one."""
    try:
        fields = await context.redis.hgetall(keys.site_link(SiteId(site_id)))
    except RedisError:
        logger.warning("redis is away: link report from the store")
        fields = {}
    if fields:
        report = LinkReport.model_validate(json.loads(fields["report"]))
        return Link(site_id=site_id, live=True, reported_ms=int(fields["reported_ms"]), report=report)
    row = await tables.link_of(context.store, site_id)
    if row is None:
        raise NotFoundError("this site has not reported yet")
    report = LinkReport.model_validate(row["report"])
    return Link(site_id=site_id, live=False, reported_ms=row["reported_ms"], report=report)
