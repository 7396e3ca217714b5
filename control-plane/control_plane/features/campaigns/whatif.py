"""What a campaign would come to with another team: what is assumed is gathered here, and simulated beside the API."""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

from callmodel.campaigns.callers import callers_for, pool_for
from callmodel.campaigns.document import WITHOUT_AGENTS, Campaign
from callmodel.campaigns.history import Learnt, learnt_from
from callmodel.campaigns.hours import region_of
from callmodel.campaigns.launching import DIALLED
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.simulating.assumptions import Assumptions, LeadKind
from callmodel.campaigns.watching import agents_of
from callmodel.codec import to_wire
from callmodel.directory import Lookups
from callmodel.ids import E164, CampaignId, TenantId
from callmodel.trunks import trunks_of
from control_plane.features.campaigns import service
from control_plane.features.campaigns.figures import figures_of
from control_plane.features.campaigns.whatif_schemas import AssumedView, Source, TeamView, WhatIfOrder, WhatIfView
from control_plane.publishing.directory import directory_of
from control_plane.web import ConflictError, Context, UnavailableError
from hotstate.leads.shapes import key_of
from servicekit.problems import TooManyRequestsError

BUDGET_SECONDS = 8.0
"""Of computing, for all teams together."""
MOST_SECONDS = BUDGET_SECONDS + 6.0
WAIT_SECONDS = 2.0
AGAIN_SECONDS = 10
USUAL_AGENTS, USUAL_MACHINES, USUAL_ANSWER_SECONDS = 10, 0.3, 10.0
LOOKED_AT = 500
"""Leads that are ready, by which those who are left are taken to be."""

_one_at_a_time = asyncio.Semaphore(1)


class CampaignNotPacedError(ConflictError):
    error_id = "campaign-not-paced"
    title = "Agents dial this campaign's leads themselves: there is no pacing to simulate"


async def simulated(context: Context, tenant_id: TenantId, campaign_id: CampaignId, order: WhatIfOrder) -> WhatIfView:
    """Say what a campaign would come to, within a quarter of a minute.

    Raises NotFoundError, CampaignNotPacedError, TooManyRequestsError while another is computed, UnavailableError.
    """
    campaign = (await service.find(context, tenant_id, campaign_id)).campaign
    if campaign.kind not in DIALLED:
        raise CampaignNotPacedError()
    directory = await directory_of(context.redis, tenant_id)
    if directory is None:
        raise UnavailableError("the directory is not published yet")
    assumed, sources, learnt = await _assumed(context, directory, campaign, order)
    calendar = None
    if campaign.calendar_id is not None:
        calendar = directory.calendar_of(tenant_id, campaign.calendar_id)
    teams = [assumed]
    if campaign.kind not in WITHOUT_AGENTS:
        teams.append(replace(assumed, agents=assumed.agents + order.more_agents))
    question = {
        "campaign": to_wire(campaign),
        "calendar": to_wire(calendar),
        "teams": [to_wire(each) for each in teams],
        "seed": order.seed,
        "seconds": BUDGET_SECONDS,
    }
    found = [TeamView.model_validate(each) for each in await _computed(question)]
    view = to_wire(assumed) | {"sources": sources, "attempts_seen": learnt.attempts}
    return WhatIfView(
        assumed=AssumedView.model_validate({name: view[name] for name in AssumedView.model_fields}),
        teams=found,
        cut_short=any(each.is_estimate and each.simulated_seconds < order.days * 86_400 for each in found),
    )


async def _computed(question: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the simulating process says.  Raises TooManyRequestsError, UnavailableError."""
    try:
        await asyncio.wait_for(_one_at_a_time.acquire(), WAIT_SECONDS)
    except TimeoutError:
        raise TooManyRequestsError(AGAIN_SECONDS) from None
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "control_plane.features.campaigns.whatif_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Nothing of ours is its business: it computes.
            env={},
        )
        try:
            async with asyncio.timeout(MOST_SECONDS):
                told, _ = await process.communicate(json.dumps(question).encode())
        except TimeoutError:
            raise UnavailableError("the simulation took too long; ask for fewer days") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    finally:
        _one_at_a_time.release()
    if process.returncode:
        raise UnavailableError("the simulation broke off")
    found: list[dict[str, Any]] = json.loads(told)
    return found


async def _assumed(
    context: Context, directory: Lookups, campaign: Campaign, order: WhatIfOrder
) -> tuple[Assumptions, dict[str, Source], Learnt]:
    """Return what is assumed, and where each is from."""
    key, now_ms = key_of(campaign), context.now_ms()
    learnt = learnt_from(await context.leads.outcomes(key, now_ms), campaign.time_zone)
    settings, sources = campaign.pacing, dict[str, Source]()

    def of(name: str, *found: tuple[Source, Any]) -> Any:
        """Return the first that is known, and note where it is from."""
        given: tuple[Source, Any] = ("given", getattr(order, name))
        source, value = next(each for each in (given, *found) if each[1] is not None)
        sources[name] = source
        return value

    signed_in = len(agents_of(campaign, await context.acd.agents(campaign.pool)))
    agents = of("agents", ("live", signed_in or None), ("usual", USUAL_AGENTS))
    machines = of("machines", ("history", learnt.machines), ("usual", USUAL_MACHINES))
    # The setting is of people alone.
    set_rate = min(settings.answer_rate / (1 - machines), 0.99)
    rate = of("answer_rate", ("history", learnt.answer_rate), ("settings", set_rate))
    tenant = directory.tenant_of(campaign.tenant_id)
    channels = sum(trunk.max_channels for trunk in trunks_of(directory, campaign.tenant_id))
    most = channels if tenant is None else min(channels, tenant.max_channels)
    ready = await context.leads.look(key, now_ms, LOOKED_AT)
    shown = () if tenant is None or not ready else callers_for(directory, tenant, campaign, ready[0].number)
    return (
        Assumptions(
            agents=agents,
            leads=of("leads", ("live", await _left(context, campaign))),
            start_ms=order.start_ms if order.start_ms is not None else now_ms,
            days=order.days,
            lines=of("lines", ("settings", max(min(most, settings.most_lines), 1))),
            callers=max(len(shown), 1),
            answer_rate=rate,
            by_hour=learnt.by_hour if order.answer_rate is None else (),
            machines=machines,
            answer_seconds=of("answer_seconds", ("history", learnt.answer_seconds), ("usual", USUAL_ANSWER_SECONDS)),
            talk_seconds=of("talk_seconds", ("history", learnt.talk_seconds), ("settings", settings.talk_seconds)),
            wrap_up_seconds=of(
                "wrap_up_seconds", ("history", learnt.wrap_up_seconds), ("settings", settings.wrap_up_seconds)
            ),
            kinds=kinds_of(campaign, ready),
        ),
        sources,
        learnt,
    )


async def _left(context: Context, campaign: Campaign) -> int:
    figures = await figures_of(context, campaign.tenant_id, campaign.campaign_id)
    return figures.ready + figures.waiting + sum(each.left for each in figures.lists)


def kinds_of(campaign: Campaign, leads: list[Lead]) -> tuple[LeadKind, ...]:
    """Return of which kinds leads are: all that a rule of the campaign would see of their numbers."""
    counts = Counter((_prefix(campaign, lead.number), lead.time_zones) for lead in leads)
    return tuple(LeadKind(prefix, zones, count) for (prefix, zones), count in counts.items()) or (LeadKind(),)


def _prefix(campaign: Campaign, number: E164) -> E164:
    """Return the longest beginning of a number that its hours or the numbers shown to it go by."""
    region = region_of(campaign, number)
    shown = [
        each for each in campaign.callers.regions if pool_for(campaign.callers, number) and number.startswith(each)
    ]
    return E164(max([region.prefix if region is not None else "+", *shown], key=len))
