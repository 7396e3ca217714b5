"""How a campaign of each kind launches its calls."""

from typing import Protocol

from callmodel.campaigns.document import Campaign, CampaignKind
from callmodel.pacing import Pacer, Power, Progressive, Snapshot
from callmodel.pacing.outcomes import Fact


class Pacing(Protocol):
    """See `callmodel.pacing.Pacer`."""

    def observe(self, fact: Fact) -> None:
        """Learn a fact."""

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        """Return how many calls to launch at once."""


class Steady:
    """As many lines as there are: a flow needs no agent to be free."""

    def observe(self, fact: Fact) -> None:
        """Learn nothing."""

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        """Return how many calls to launch at once."""
        return max(snapshot.channels_free, 0) if snapshot.is_open else 0


DIALLED = frozenset(
    {
        CampaignKind.PROGRESSIVE,
        CampaignKind.POWER,
        CampaignKind.PREDICTIVE,
        CampaignKind.AGENTLESS,
        CampaignKind.SURVEY,
    }
)
"""Kinds whose calls the dialler launches; agents dial those of the others."""
BY_AGENTS = frozenset({CampaignKind.PREVIEW, CampaignKind.MANUAL})
"""Kinds whose leads are dialled as agents ask."""


class Still:
    """No call by itself."""

    def observe(self, fact: Fact) -> None:
        """Learn nothing."""

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        """Return how many calls to launch at once."""
        return 0


def room_for(campaign: Campaign, agents: int, calls: int, free: int) -> int:
    """Return how many more calls a campaign may have.

    calls: that it has.  free: channels of trunks and nodes that are left.
    """
    settings = campaign.pacing
    most = min(free, settings.most_lines - calls)
    if campaign.kind is CampaignKind.PREDICTIVE:
        most = min(most, int(settings.lines_per_agent * agents) - calls)
    return max(most, 0)


def pacing_of(campaign: Campaign) -> Pacing:
    """Return the pacing of a campaign's kind, as it begins."""
    settings = campaign.pacing
    match campaign.kind:
        case CampaignKind.PROGRESSIVE:
            return Progressive()
        case CampaignKind.POWER:
            return Power(max(settings.lines_per_agent, 1.0))
        case CampaignKind.AGENTLESS | CampaignKind.SURVEY:
            return Steady()
        case CampaignKind.PREVIEW | CampaignKind.MANUAL:
            return Still()
        case _:
            return Pacer(
                settings.cap,
                grace_seconds=settings.grace_seconds,
                answer_rate=settings.answer_rate,
                talk_seconds=settings.talk_seconds,
                wrap_up_seconds=settings.wrap_up_seconds,
            )
