"""Leads shared out, shared anew, and taken back from who leaves."""

from typing import Any

from callmodel.campaigns.sharing import SLOTS, Share, ShareKind, Taker, share_out, without
from callmodel.codec import to_wire
from callmodel.ids import AgentId, CampaignId, ListId, TenantId, UserId
from control_plane.features.campaigns import service
from control_plane.features.campaigns.marks import mark_key
from control_plane.features.campaigns.store import LEAVERS, CampaignRecord, CampaignStore, shares_of
from control_plane.features.campaigns.work_schemas import LeaverOrder, PartOfShare, ShareOrder, ShareView, TakerShape
from control_plane.inventory.named import require_agent
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError
from hotstate.leads.shapes import key_of


class TakerNotSoundError(InvalidRequestError):
    error_id = "taker-not-sound"
    title = "Leads can not be shared out so"


class NobodyLeftError(ConflictError):
    error_id = "nobody-left"
    title = "Nobody would be left to have the leads"


async def share(
    context: Context, tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId, order: ShareOrder
) -> ShareView:
    """Share a list's leads out; who had some before keeps them as far as is due.

    Raises NotFoundError, ArchivedError, TakerNotSoundError, AgentUnknownError, CampaignChangedError, redis errors.
    """
    record = await _record(context, tenant_id, campaign_id, list_id)
    takers = [await _taker(context, tenant_id, each) for each in order.takers]
    if len({each.name for each in takers}) < len(takers):
        raise TakerNotSoundError("name each once")
    kind = ShareKind(order.kind)
    if kind is ShareKind.REGION and not any(each.prefixes for each in takers):
        raise TakerNotSoundError("say which prefixes are whose")
    if kind is ShareKind.OWNER and not any(each.owners for each in takers):
        raise TakerNotSoundError("say by which names files have them")
    made = share_out(kind, takers, shares_of(record).get(list_id))
    # Whoever is given leads again has left no more.
    back = {each.agent_id for each in takers}
    leavers = [each for each in record.shares.get(LEAVERS, ()) if each not in back]
    await _write(context, tenant_id, record, {**record.shares, list_id: to_wire(made), LEAVERS: leavers})
    return view_of(list_id, made)


async def unshare(context: Context, tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId) -> None:
    """Let anybody have a list's leads; doing it again is fine.  Raises as `share` does."""
    record = await _record(context, tenant_id, campaign_id, list_id)
    if list_id in record.shares:
        await _write(context, tenant_id, record, {key: each for key, each in record.shares.items() if key != list_id})


async def shown(context: Context, tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId) -> ShareView:
    """Return how a list's leads are shared out.  Raises NotFoundError."""
    record = await service.find(context, tenant_id, campaign_id)
    if list_id not in {each.list_id for each in record.campaign.lists}:
        raise NotFoundError()
    return view_of(list_id, shares_of(record).get(list_id))


async def take_back(context: Context, tenant_id: TenantId, campaign_id: CampaignId, leaver: LeaverOrder) -> int:
    """Give what somebody has to the others of each share; return how many shares changed.

    Raises NotFoundError, ArchivedError, TakerNotSoundError, NobodyLeftError, CampaignChangedError, redis errors.
    """
    record = await service.find_living(context, tenant_id, campaign_id)
    agent_id = None if leaver.user_id is None else AgentId(leaver.user_id)
    if (agent_id is None) is (leaver.team is None):
        raise TakerNotSoundError("name an agent or a team")
    name = Taker(agent_id, leaver.team).name
    shares: dict[str, Any] = dict(record.shares)
    changed = 0
    for list_id, each in shares_of(record).items():
        if any(taker.name == name for taker in each.takers):
            try:
                shares[list_id] = to_wire(without(each, name))
            except ValueError:
                raise NobodyLeftError(f"share {list_id} out to somebody else first") from None
            changed += 1
    if agent_id is not None:
        shares[LEAVERS] = sorted({*shares.get(LEAVERS, ()), agent_id})
    await _write(context, tenant_id, record, shares)
    return changed


def view_of(list_id: ListId, made: Share | None) -> ShareView:
    """Return a share as the API shows it."""
    if made is None:
        return ShareView(list_id=list_id, kind=None, takers=[])
    takers = [
        PartOfShare(
            user_id=each.agent_id,
            team=each.team,
            percent=round(100 * made.slots.count(each.name) / SLOTS, 1) if made.slots else None,
        )
        for each in made.takers
    ]
    return ShareView(list_id=list_id, kind=made.kind.value, takers=takers)


async def _record(context: Context, tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId) -> CampaignRecord:
    record = await service.find_living(context, tenant_id, campaign_id)
    if list_id not in {each.list_id for each in record.campaign.lists}:
        raise NotFoundError()
    return record


async def _taker(context: Context, tenant_id: TenantId, each: TakerShape) -> Taker:
    if (each.user_id is None) is (each.team is None):
        raise TakerNotSoundError("each is an agent or a team")
    if each.user_id is not None:
        await require_agent(context.store, tenant_id, UserId(each.user_id))
    agent_id = None if each.user_id is None else AgentId(each.user_id)
    return Taker(agent_id, each.team, each.weight, tuple(each.prefixes), tuple(each.owners))


async def _write(context: Context, tenant_id: TenantId, record: CampaignRecord, shares: dict[str, Any]) -> None:
    """Keep the shares, and have ready leads dealt anew.  Those that wait for minutes stay whose they were."""
    if not await CampaignStore(context.store).set_shares(tenant_id, record, shares):
        raise service.CampaignChangedError()
    key = key_of(record.campaign)
    ready = await context.leads.look(key, context.now_ms(), record.campaign.hot_leads)
    await context.leads.take_out(key, [lead.lead_id for lead in ready], context.now_ms())
    await context.redis.delete(mark_key(tenant_id, record.campaign.campaign_id))
