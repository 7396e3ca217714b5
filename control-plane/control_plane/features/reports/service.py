"""A report: sums of half hours, those that are missing made now as far as time allows, joined to intervals."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from callmodel import keys
from callmodel.ids import TenantId, UserId
from control_plane.features.reports.counting import ALL, Kind, Subjects, Sums, add, count
from control_plane.features.reports.intervals import Interval, begin_of, next_of
from control_plane.features.reports.store import Summed, SumStore
from control_plane.inventory.references import require_tenant
from control_plane.people.accounts import account_named, account_of
from control_plane.times import DAY_MS, slot_begins_ms, slot_ends_ms, slots_between
from control_plane.web import Context, InvalidRequestError
from servicekit.stores import Store

SETTLE_MS = 2 * 3_600_000
"""So long after a half hour nearly all of its calls are over; who ends later is told of late (`facts`)."""
FRESH_MS = 60_000
"""How old sums of the half hour of now may be."""
AGEING = 4
"""Of one that is over: a part of how long it has been."""
WORK_SECONDS = 5.0
"""How long one request makes sums; what is left is made by the next ones."""
CLAIM_SECONDS = 60
MOST_DAYS = 93
MOST_ROWS = 20_000


class ReportTooBigError(InvalidRequestError):
    error_id = "report-too-big"
    title = "The report has too many rows: ask for a shorter time, or longer intervals"


@dataclass(frozen=True)
class Asked:
    """Times are milliseconds since 1970.  subject: None for all."""

    kind: Kind
    interval: Interval
    since_ms: int
    until_ms: int
    subject: str | None = None


@dataclass(frozen=True)
class Report:
    """rows: by beginning of the interval and subject; those without calls are left out.

    totals: by subject, over the whole time.  names: what subjects are called.  pending: half hours whose sums are yet
    to be made: the figures are of the others.
    """

    asked: Asked
    time_zone: str
    rows: Mapping[tuple[int, str], Sums]
    totals: Mapping[str, Sums]
    names: Mapping[str, str]
    pending: int


async def report(context: Context, tenant_id: TenantId, asked: Asked) -> Report:
    """Return a report whose times are those of whole intervals.

    Raises NotFoundError, InvalidRequestError, ReportTooBigError, StoreUnavailableError, redis errors.
    """
    zone_name = (await require_tenant(context.store, tenant_id)).time_zone
    zone = ZoneInfo(zone_name)
    whole = _whole(asked, zone)
    sums = SumStore(context.store, context.retention)
    until_ms = min(whole.until_ms, context.now_ms() + 1)
    slots = slots_between(whole.since_ms, until_ms) if until_ms > whole.since_ms else []
    kept = await sums.kept(tenant_id, whole.kind, slots)
    stale = [slot for slot in slots if not _serves(kept.get(slot), context.now_ms())]
    made = await _make(context, tenant_id, sums, whole.kind, stale)
    kept.update(made)
    rows = _joined(whole, kept.values(), zone)
    if whole.kind is Kind.AGENT:
        rows = await _as_people(context.store, rows)
    totals: dict[str, Sums] = {}
    for (_, subject), row in rows.items():
        add(totals.setdefault(subject, {}), row)
    names = await _names(context, tenant_id, sums, whole.kind, totals)
    return Report(whole, zone_name, rows, totals, names, len(stale) - len(made))


def _whole(asked: Asked, zone: ZoneInfo) -> Asked:
    """Return the same with whole intervals."""
    if asked.since_ms >= asked.until_ms:
        raise InvalidRequestError("the range of times is empty")
    if asked.until_ms - asked.since_ms > MOST_DAYS * DAY_MS:
        raise InvalidRequestError(f"the range of times is longer than {MOST_DAYS} days")
    since_ms = begin_of(asked.interval, asked.since_ms, zone)
    until_ms = next_of(asked.interval, begin_of(asked.interval, asked.until_ms - 1, zone), zone)
    return Asked(asked.kind, asked.interval, since_ms, until_ms, asked.subject)


def _serves(summed: Summed | None, now_ms: int) -> bool:
    if summed is None:
        return False
    # The longer a half hour is over, the fewer calls of it end yet.
    fresh_ms = max(FRESH_MS, (now_ms - slot_ends_ms(slot_begins_ms(summed.slot))) // AGEING)
    return summed.is_settled(SETTLE_MS) or now_ms - summed.summed_ms < fresh_ms


async def _make(
    context: Context, tenant_id: TenantId, sums: SumStore, kind: Kind, slots: Sequence[str]
) -> dict[str, Summed]:
    """Make sums of half hours, newest first, while there is time; one request of a tenant does at a time."""
    claim = keys.report_sums(tenant_id)
    made: dict[str, Summed] = {}
    if not slots or not await context.redis.set(claim, context.request_id or "1", nx=True, ex=CLAIM_SECONDS):
        return made
    try:
        targets = await sums.targets(tenant_id)
        until = time.monotonic() + WORK_SECONDS
        for slot in slots:
            read_ms = context.now_ms()
            counted: dict[Kind, dict[int, Subjects]] = {each: {} for each in Kind}
            async for records in sums.records(tenant_id, slot):
                for each, quarters in count(records, targets).items():
                    _merge(counted[each], quarters)
            await sums.keep(tenant_id, slot, counted, read_ms)
            made[slot] = Summed(slot, counted[kind], read_ms)
            if time.monotonic() > until:
                break
    finally:
        await context.redis.delete(claim)
    return made


def _merge(into: dict[int, Subjects], more: Mapping[int, Subjects]) -> None:
    for quarter, subjects in more.items():
        for subject, sums in subjects.items():
            add(into.setdefault(quarter, {}).setdefault(subject, {}), sums)


def _joined(asked: Asked, kept: Iterable[Summed], zone: ZoneInfo) -> dict[tuple[int, str], Sums]:
    """Return the quarters of half hours as intervals, in order of time and subject.  Raises ReportTooBigError."""
    rows: dict[tuple[int, str], Sums] = {}
    for summed in kept:
        for quarter, subjects in summed.quarters.items():
            if not asked.since_ms <= quarter < asked.until_ms:
                continue
            begin = begin_of(asked.interval, quarter, zone)
            for subject, sums in subjects.items():
                if asked.subject in (None, subject):
                    add(rows.setdefault((begin, subject), {}), sums)
            if len(rows) > MOST_ROWS:
                raise ReportTooBigError(f"ask for {MOST_ROWS} rows at most")
    return dict(sorted(rows.items()))


async def _as_people(store: Store, rows: Mapping[tuple[int, str], Sums]) -> dict[tuple[int, str], Sums]:
    """Return the rows with calls that somebody placed by click among the others of the same user."""
    users: dict[str, str] = {}
    for subject in {subject for _, subject in rows if subject.startswith("name:")}:
        account = await account_named(store, subject.removeprefix("name:"))
        if account is not None:
            users[subject] = f"user:{account.user_id}"
    found: dict[tuple[int, str], Sums] = {}
    for (begin, subject), sums in rows.items():
        add(found.setdefault((begin, users.get(subject, subject)), {}), sums)
    return found


async def _names(
    context: Context, tenant_id: TenantId, sums: SumStore, kind: Kind, subjects: Iterable[str]
) -> dict[str, str]:
    """Return what subjects are called; each is called something."""
    match kind:
        case Kind.QUEUE:
            queues = await sums.queue_names(tenant_id)
            return {subject: queues.get(subject, subject) for subject in subjects}
        case Kind.AGENT:
            return {subject: await _agent_name(context.store, subject) for subject in subjects}
        case _:
            return {subject: "" if subject == ALL else subject for subject in subjects}


async def _agent_name(store: Store, subject: str) -> str:
    what, _, word = subject.partition(":")
    account = await account_of(store, UserId(word)) if what == "user" else None
    return word if account is None else account.display_name
