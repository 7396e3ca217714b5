"""A campaign is published as it was set up, and a reader of another version bears what it does not know."""

import json

from callmodel.campaigns.document import (
    CallerPool,
    CallingHours,
    Campaign,
    CampaignKind,
    CampaignList,
    CampaignState,
    CapScope,
    CapWindow,
    Disposition,
    FrequencyCap,
    RegionHours,
    RetryRule,
    Then,
)
from callmodel.campaigns.results import AttemptResult
from callmodel.directory import Directory, tables_of
from callmodel.entries import TableEntries
from callmodel.flows.calendars import SpecialDay
from callmodel.ids import E164, CampaignId, DispositionId, ListId, QueueId, TenantId
from callmodel.storeddirectory import StoredDirectory

ACME = TenantId("acme")
HOURS = CallingHours({"mon": ("09:00-20:00",)}, ("12:00-14:00",), (SpecialDay("10-01", "10-07"),))
SPRING = Campaign(
    ACME,
    CampaignId("spring"),
    CampaignKind.PREDICTIVE,
    state=CampaignState.RUNNING,
    queue_id=QueueId("sales"),
    lists=(CampaignList(ListId("bought"), 7),),
    callers=CallerPool((E164("+862155550100"),), {"+8610": (E164("+861055550100"),)}, 200),
    hours=HOURS,
    regions=(RegionHours("+49", HOURS, "Europe/Berlin"),),
    retries=(RetryRule((AttemptResult.BUSY, AttemptResult.NO_ANSWER), 3, (600, 3600), best_hour=True),),
    caps=(FrequencyCap(3, CapScope.PERSON), FrequencyCap(1, CapScope.CALLER, CapWindow.DAY)),
    dispositions=(
        Disposition(DispositionId("sold"), "Sold", needs=("amount",), success=True),
        Disposition(DispositionId("no"), "No"),
        Disposition(DispositionId("never"), "Never again", DispositionId("no"), Then.DO_NOT_CALL),
    ),
)


def stored(tables: dict[str, dict[str, object]]) -> StoredDirectory:
    def fail(error: Exception) -> None:
        raise error

    return StoredDirectory(TableEntries(json.loads(json.dumps(tables))), (), fail)


def test_campaign_is_read_as_it_was_published():
    directory = stored(tables_of(Directory(campaigns=(SPRING,))))

    assert directory.campaign_of(ACME, SPRING.campaign_id) == SPRING
    assert list(directory.each_campaign()) == [SPRING]
    assert directory.campaign_of(TenantId("other"), SPRING.campaign_id) is None


def test_settings_of_a_later_version_are_passed_over():
    tables = json.loads(json.dumps(tables_of(Directory(campaigns=(SPRING,)))))
    tables["campaign"]["acme/spring"]["pacing"]["clairvoyance"] = 1.0
    del tables["campaign"]["acme/spring"]["preview"]

    assert stored(tables).campaign_of(ACME, SPRING.campaign_id) == SPRING
