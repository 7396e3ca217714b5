"""What a campaign's settings say against each other, which consent suffices, and what a form takes."""

from dataclasses import replace

import pytest

from callmodel.campaigns.document import (
    CallerPool,
    CallingHours,
    Campaign,
    CampaignKind,
    CampaignList,
    ConsentPolicy,
    Disposition,
    MachineAnswer,
    MachineDetection,
    PacingSettings,
    RegionHours,
    RetryRule,
    Then,
)
from callmodel.campaigns.leads import Consent
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164, CampaignId, DispositionId, FlowId, ListId, PromptId, QueueId, TenantId
from control_plane.features.campaigns.consent import consent_in, suffices
from control_plane.features.campaigns.desk import FormField, problem_of
from control_plane.features.campaigns.soundness import faults_of, lacks_of

HOURS = CallingHours({"mon": ("09:00-20:00",)}, rest=("12:00-14:00",))
SPRING = Campaign(
    TenantId("acme"),
    CampaignId("spring"),
    CampaignKind.PREDICTIVE,
    queue_id=QueueId("sales"),
    lists=(CampaignList(ListId("bought")),),
    callers=CallerPool((E164("+862155550100"),)),
    hours=HOURS,
    pacing=PacingSettings(abandon_message=PromptId("sorry")),
)
AMOUNT = FormField.model_validate({"name": "amount", "label": "Amount", "kind": "number"})
DAY_MS, NOW = 86_400_000, 1_790_000_000_000


def places(campaign: Campaign, *form: FormField) -> list[str]:
    return [fault["where"].removeprefix("body.") for fault in faults_of(campaign, form)]


def a_disposition(name: str, parent: str | None = None, then: Then = Then.DONE, *needs: str) -> Disposition:
    return Disposition(DispositionId(name), name, None if parent is None else DispositionId(parent), then, needs)


def test_a_sound_campaign_has_no_fault_and_lacks_nothing():
    tree = (a_disposition("sold", None, Then.DONE, "amount"), a_disposition("no"), a_disposition("later", "no"))

    assert places(replace(SPRING, dispositions=tree), AMOUNT) == []
    assert lacks_of(SPRING) == []


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"lists": (CampaignList(ListId("a")), CampaignList(ListId("a")))}, "lists"),
        ({"hours": CallingHours({"mon": ("20:00-09:00",)})}, "hours"),
        ({"hours": CallingHours({}, rest=("14:00-12:00",))}, "hours"),
        ({"time_zone": "Mars/Base"}, "hours"),
        ({"regions": (RegionHours("+49", CallingHours({"tue": ("9-5",)})),)}, "regions.0.hours"),
        ({"regions": (RegionHours("+49", HOURS), RegionHours("+49", HOURS))}, "regions"),
        (
            {"retries": (RetryRule((AttemptResult.BUSY,), 1, (60,)), RetryRule((AttemptResult.BUSY,), 2, (60,)))},
            "retries.1.after",
        ),
        ({"dispositions": (a_disposition("a", "gone"),)}, "dispositions.0.parent"),
        ({"dispositions": (a_disposition("a", "b"), a_disposition("b", "a"))}, "dispositions.0.parent"),
        ({"dispositions": (a_disposition("a", None, Then.DONE, "gone"),)}, "dispositions.0.needs"),
        ({"dispositions": (a_disposition("a", None, Then.DEAD), a_disposition("b", "a"))}, "dispositions.0"),
        ({"dispositions": (a_disposition("a"), a_disposition("a"))}, "dispositions"),
        (
            {"pacing": PacingSettings(machines=MachineDetection(True, MachineAnswer.LEAVE_MESSAGE))},
            "pacing.machines.message",
        ),
        ({"kind": CampaignKind.SURVEY, "own_leads_only": True}, "own_leads_only"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, object], place: str):
    assert place in places(replace(SPRING, **changes))  # type: ignore[arg-type]


def test_choices_are_of_choice_fields_alone():
    choice = FormField.model_validate({"name": "colour", "label": "Colour", "kind": "choice"})
    text = FormField.model_validate({"name": "note", "label": "Note", "choices": ["a"]})

    assert places(SPRING, choice, text) == ["form.0.choices", "form.1.choices"]


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"lists": ()}, "lists"),
        ({"queue_id": None}, "queue_id"),
        ({"callers": CallerPool()}, "callers.numbers"),
        ({"hours": CallingHours()}, "hours.hours"),
        ({"pacing": PacingSettings()}, "pacing.abandon_message"),
        ({"kind": CampaignKind.SURVEY}, "flow_id"),
    ],
)
def test_what_a_campaign_lacks_is_named(changes: dict[str, object], place: str):
    assert [lack["where"] for lack in lacks_of(replace(SPRING, **changes))] == [place]  # type: ignore[arg-type]


def test_only_calls_that_are_launched_ahead_need_an_abandon_message():
    without = replace(SPRING, pacing=PacingSettings())

    assert lacks_of(replace(without, kind=CampaignKind.PROGRESSIVE)) == []
    assert lacks_of(replace(without, kind=CampaignKind.SURVEY, flow_id=FlowId("ask"), queue_id=None)) == []


def test_consent_is_read_from_a_leads_cells():
    cells = {"consent_source": " web form ", "consent_time": "2026-05-01T10:00:00+08:00", "consent_version": "v3"}

    assert consent_in(cells) == Consent("web form", 1_777_600_800_000, "v3", "")
    assert consent_in(cells | {"consent_time": "yesterday"}) is None
    assert consent_in(cells | {"consent_source": ""}) is None
    assert consent_in({}) is None


@pytest.mark.parametrize(
    "policy, consent, enough",
    [
        (ConsentPolicy(), None, True),
        (ConsentPolicy(required=True), None, False),
        (ConsentPolicy(required=True), Consent("web", NOW - 1), True),
        (ConsentPolicy(required=True), Consent("web", NOW + 1), False),
        (ConsentPolicy(required=True, sources=("letter",)), Consent("web", NOW - 1), False),
        (ConsentPolicy(required=True, text_versions=("v3",)), Consent("web", NOW - 1, "v2"), False),
        (ConsentPolicy(required=True, longest_days=30), Consent("web", NOW - 30 * DAY_MS), True),
        (ConsentPolicy(required=True, longest_days=30), Consent("web", NOW - 30 * DAY_MS - 1), False),
    ],
)
def test_consent_suffices_by_the_policy(policy: ConsentPolicy, consent: Consent | None, enough: bool):
    assert suffices(policy, consent, NOW) is enough


@pytest.mark.parametrize(
    "kind, fitting, other",
    [
        ("text", "x", 1),
        ("number", 1.5, "1.5"),
        ("number", 0, True),
        ("yes-no", True, 1),
        ("date", "2026-12-01", "1.12.2026"),
        ("choice", "red", "blue"),
    ],
)
def test_a_field_takes_what_it_is_for(kind: str, fitting: object, other: object):
    choices = ["red"] if kind == "choice" else []
    field = FormField.model_validate({"name": "field", "label": "Field", "kind": kind, "choices": choices})

    assert problem_of(field, fitting) is None
    assert problem_of(field, other) is not None
