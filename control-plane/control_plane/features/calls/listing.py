"""What a caller of the API gets of calls, in progress and ended: one or many."""

from functools import partial

from callmodel.cdr import Cdr
from callmodel.codec import to_wire
from callmodel.ids import CallId, TenantId
from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls import errors
from control_plane.features.calls.filters import OF_A_LEG, OF_THE_CALL, CallFilter
from control_plane.features.calls.finding import CallFinder, Search
from control_plane.features.calls.schemas import CallsQuery, to_view
from control_plane.features.calls.sealing import CallRecord, customer_token
from control_plane.features.calls.store import CallStore, customer_term, extension_term
from control_plane.times import DAY_MS, day_begins_ms, day_of
from control_plane.web import Context, InvalidRequestError
from servicekit.crypto import TenantCipher

SOUGHT_DAYS = 31
"""How long a range of times may be that is gone through; 1,488 half hours."""
LOOKED_UP_DAYS = 366
MOST_LOOKED_UP_DAYS = 3_660
LIVE_ROWS = 500
MOST_LIVE = 5_000
"""How many calls in progress a page goes through for those that fit."""

Found = tuple[list[CallRecord], CallId | None]


def as_seen(cipher: TenantCipher, call: Cdr) -> str:
    """Return a call in progress as the API shows it to those who may see no full number, as JSON."""
    return to_view(CallRecord(call), partial(customer_token, cipher, call.tenant_id)).model_dump_json()


async def one(context: Context, tenant_id: TenantId, call_id: CallId) -> CallRecord:
    """Return a call's record, open or complete.  Raises CallUnknownError."""
    # In this order: a call leaves the live picture once its record is written, and is missed at no moment.
    live = await LiveCalls(context.redis).one(tenant_id, call_id)
    calls = CallStore(context.store, context.cipher)
    ended = await calls.one(tenant_id, call_id)
    if ended is not None:
        return ended
    if live is None:
        raise errors.CallUnknownError()
    return await calls.with_word(tenant_id, live)


async def find(context: Context, tenant_id: TenantId, query: CallsQuery) -> Found:
    """Return a page of calls, and after which call the next one goes on.  Raises InvalidRequestError."""
    after = None if query.after is None else CallId(query.after)
    if query.state == "live":
        if any(given is not None for given in (query.day, query.since_ms, query.until_ms, query.ending)):
            raise InvalidRequestError("calls in progress have no end and no range of times: leave these out")
        return await _in_progress(context, tenant_id, query, after)
    search = search_of(query, context.now_ms())
    return await CallFinder(context.store, context.cipher).page(tenant_id, search, query.limit, after)


def search_of(query: CallsQuery, now_ms: int) -> Search:
    """Return what to look for.  Raises InvalidRequestError for a range that is empty, or longer than is read."""
    term = None
    if query.customer is not None:
        term = customer_term(query.customer)
    elif query.extension is not None:
        term = extension_term(query.extension)
    since_ms, until_ms = _range_of(query, now_ms, looked_up=term is not None)
    most_days = SOUGHT_DAYS if term is None else MOST_LOOKED_UP_DAYS
    if since_ms >= until_ms:
        raise InvalidRequestError("the range of times is empty")
    if until_ms - since_ms > most_days * DAY_MS:
        raise InvalidRequestError(f"the range of times is longer than {most_days} days")
    return Search(since_ms, until_ms, filter_of(query), term)


def _range_of(query: CallsQuery, now_ms: int, *, looked_up: bool) -> tuple[int, int]:
    if query.day is not None:
        if query.since_ms is not None or query.until_ms is not None:
            raise InvalidRequestError("give a day, or the times themselves")
        try:
            begins_ms = day_begins_ms(query.day)
        except ValueError:
            raise InvalidRequestError("this day is in no calendar") from None
        return begins_ms, begins_ms + DAY_MS
    # To the end of the day, not to this moment: the clock of a node may be ahead of ours.
    until_ms = day_begins_ms(day_of(now_ms)) + DAY_MS if query.until_ms is None else query.until_ms
    back_days = LOOKED_UP_DAYS if looked_up else 1
    return (until_ms - back_days * DAY_MS if query.since_ms is None else query.since_ms), until_ms


def filter_of(query: CallsQuery) -> CallFilter:
    """Return what a call must be, apart from its customer and its time."""
    wanted = {name: getattr(query, name) for name in (*OF_THE_CALL, *OF_A_LEG)}
    return CallFilter(**{name: to_wire(value) for name, value in wanted.items()}, recorded=query.recorded)


async def _in_progress(context: Context, tenant_id: TenantId, query: CallsQuery, after: CallId | None) -> Found:
    live, wanted = LiveCalls(context.redis), filter_of(query)
    found: list[CallRecord] = []

    def fits(call: Cdr) -> bool:
        if query.customer is not None and (
            call.number is None or customer_token(context.cipher, tenant_id, call.number) != query.customer
        ):
            return False
        return wanted.fits(to_wire(call))

    for _ in range(MOST_LIVE // LIVE_ROWS):
        calls = await live.page(tenant_id, LIVE_ROWS, after)
        for call in calls:
            if fits(call):
                if len(found) == query.limit:
                    return found, found[-1].cdr.call_id
                found.append(CallRecord(call))
        if len(calls) < LIVE_ROWS:
            return found, None
        after = calls[-1].call_id
    return found, after
