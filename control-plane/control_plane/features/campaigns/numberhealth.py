"""How well the numbers that a tenant's campaigns show are answered, and which of them rest."""

from callmodel.campaigns.document import Campaign
from callmodel.campaigns.health import Tally
from callmodel.ids import E164, TenantId
from control_plane.features.campaigns.live_schemas import NumberHealthView, NumbersHealthView, SlotView, TallyView
from control_plane.features.campaigns.store import CampaignStore
from control_plane.inventory.references import require_tenant
from control_plane.web import Context, NotFoundError
from hotstate.leads import CallerNumbers, CampaignKey
from hotstate.leads.numbers import tallies_in
from hotstate.leads.shapes import key_of

DAY_MS = 86_400_000


async def health_of(context: Context, tenant_id: TenantId) -> NumbersHealthView:
    """Return the numbers that campaigns name, by number.  Raises NotFoundError, redis errors."""
    await require_tenant(context.store, tenant_id)
    found: list[NumberHealthView] = []
    for key, by_number in (await _named(context, tenant_id)).items():
        found += await _of_pool(context, key, by_number)
    return NumbersHealthView(items=sorted(found, key=lambda each: each.number))


async def wake(context: Context, tenant_id: TenantId, number: E164) -> NumbersHealthView:
    """Have a number be shown again; again is harmless.  Raises NotFoundError for one that no campaign names."""
    await require_tenant(context.store, tenant_id)
    pools = [key for key, by_number in (await _named(context, tenant_id)).items() if number in by_number]
    if not pools:
        raise NotFoundError()
    for key in pools:
        await CallerNumbers(context.redis).wake(key, number, context.now_ms())
    return await health_of(context, tenant_id)


async def _named(context: Context, tenant_id: TenantId) -> dict[CampaignKey, dict[E164, list[str]]]:
    """Return by pool which campaigns name a number.  Health lies by pool: any of its campaigns stands for all."""
    keys: dict[str, CampaignKey] = {}
    found: dict[CampaignKey, dict[E164, list[str]]] = {}
    async for record in CampaignStore(context.store).each(tenant_id):
        campaign = record.campaign
        key = keys.setdefault(campaign.pool, key_of(campaign))
        for number in _numbers_of(campaign):
            found.setdefault(key, {}).setdefault(number, []).append(campaign.campaign_id)
    return found


def _numbers_of(campaign: Campaign) -> set[E164]:
    return {*campaign.callers.numbers, *(one for some in campaign.callers.regions.values() for one in some)}


async def _of_pool(context: Context, key: CampaignKey, by_number: dict[E164, list[str]]) -> list[NumberHealthView]:
    numbers, at_ms, callers = CallerNumbers(context.redis), context.now_ms(), list(by_number)
    history = await numbers.history(key, callers, at_ms)
    shown = await numbers.shown(key, callers, at_ms - DAY_MS)
    resting = await numbers.resting(key, at_ms)
    tallies = {caller: tallies_in(slots, at_ms) for caller, slots in history.items()}
    return [
        NumberHealthView(
            number=each,
            campaigns=sorted(by_number[each]),
            shown_day=shown[each],
            recent=_tally(tallies[each][0]),
            before=_tally(tallies[each][1]),
            slots=[SlotView(at_ms=began, **vars(tally)) for began, tally in history[each].items()],
            rests_until_ms=resting[each][0] if each in resting else None,
            why=resting[each][1].value if each in resting else None,
        )
        for each in callers
    ]


def _tally(tally: Tally) -> TallyView:
    return TallyView(attempts=tally.attempts, answered=tally.answered, short=tally.short)
