"""What the settings of a campaign say against each other, and what one that is to run lacks.  Pure."""

from collections.abc import Iterator, Sequence

from callmodel.campaigns.document import (
    WITHOUT_AGENTS,
    CallingHours,
    Campaign,
    CampaignKind,
    Disposition,
    MachineAnswer,
    Then,
)
from callmodel.flows.calendars import Calendar, problems_of
from callmodel.ids import CalendarId, DispositionId
from control_plane.features.campaigns.desk import FormField

Fault = tuple[str, str]
LAUNCHED_AHEAD = (CampaignKind.POWER, CampaignKind.PREDICTIVE)
"""Kinds in which a customer may answer and find no agent."""


def faults_of(campaign: Campaign, form: Sequence[FormField]) -> list[dict[str, str]]:
    """Return what does not fit together: `where` it stands in the body, and a `message` that says what to do."""
    return [{"where": f"body.{where}", "message": message} for where, message in _faults(campaign, form)]


def lacks_of(campaign: Campaign) -> list[dict[str, str]]:
    """Return what is missing before the campaign can be started."""
    return [{"where": where, "message": message} for where, message in _lacks(campaign)]


def _faults(campaign: Campaign, form: Sequence[FormField]) -> Iterator[Fault]:
    yield from _repeated("lists", [each.list_id for each in campaign.lists])
    yield from _repeated("form", [each.name for each in form])
    yield from _repeated("regions", [each.prefix for each in campaign.regions])
    yield from _faults_of_hours("hours", campaign.hours, campaign.time_zone)
    for place, region in enumerate(campaign.regions):
        zone = region.time_zone or campaign.time_zone
        yield from _faults_of_hours(f"regions.{place}.hours", region.hours, zone)
    for place, rule in enumerate(campaign.retries):
        earlier = {result for before in campaign.retries[:place] for result in before.after}
        if both := earlier & set(rule.after):
            yield f"retries.{place}.after", f"an earlier rule has {min(each.value for each in both)} already"
    yield from _faults_of_dispositions(campaign.dispositions, {each.name for each in form})
    for place, field in enumerate(form):
        if (field.kind == "choice") is not bool(field.choices):
            yield f"form.{place}.choices", "a choice has choices, and no other kind of field has"
    machines = campaign.pacing.machines
    if machines.answer is MachineAnswer.LEAVE_MESSAGE and machines.enabled and machines.message is None:
        yield "pacing.machines.message", "say what is left on machines"
    if campaign.kind in WITHOUT_AGENTS and campaign.own_leads_only:
        yield "own_leads_only", "nobody is given leads in a campaign without agents"


def _lacks(campaign: Campaign) -> Iterator[Fault]:
    if not campaign.lists:
        yield "lists", "give it a list"
    if campaign.kind in WITHOUT_AGENTS:
        if campaign.flow_id is None:
            yield "flow_id", "say which flow speaks with those who answer"
    elif campaign.queue_id is None:
        yield "queue_id", "say which queue's agents take its calls"
    if not campaign.callers.numbers:
        yield "callers.numbers", "say which numbers are shown"
    if not any(campaign.hours.hours.values()):
        yield "hours.hours", "say when customers may be called"
    if campaign.kind in LAUNCHED_AHEAD and campaign.pacing.abandon_message is None:
        yield "pacing.abandon_message", "say what those hear whom no agent takes: it has to name the caller"


def _repeated(where: str, names: Sequence[str]) -> Iterator[Fault]:
    if len(set(names)) < len(names):
        yield where, "name each once"


def _faults_of_hours(where: str, hours: CallingHours, time_zone: str) -> Iterator[Fault]:
    spans = {**hours.hours, "mon": (*hours.hours.get("mon", ()), *hours.rest)}
    for problem in problems_of(Calendar(CalendarId("-"), time_zone, spans, hours.days)):
        yield where, problem


def _faults_of_dispositions(dispositions: Sequence[Disposition], fields: set[str]) -> Iterator[Fault]:
    by_id = {each.disposition_id: each for each in dispositions}
    yield from _repeated("dispositions", [each.disposition_id for each in dispositions])
    parents = {each.parent for each in dispositions}
    for place, each in enumerate(dispositions):
        where = f"dispositions.{place}"
        if each.parent is not None and each.parent not in by_id:
            yield f"{where}.parent", f"there is no disposition {each.parent}"
        elif _is_its_own_parent(each, by_id):
            yield f"{where}.parent", "it is its own parent"
        for name in each.needs:
            if name not in fields:
                yield f"{where}.needs", f"the form has no field {name}"
        if each.disposition_id in parents and (each.then is not Then.DONE or each.needs):
            yield where, "it only groups others: what is done stands at those"


def _is_its_own_parent(disposition: Disposition, by_id: dict[DispositionId, Disposition]) -> bool:
    seen, here = {disposition.disposition_id}, disposition
    while here.parent is not None and here.parent in by_id:
        if here.parent in seen:
            return True
        seen.add(here.parent)
        here = by_id[here.parent]
    return False
