"""What a pacer is told: facts from what differs between two looks at a campaign, and the snapshot of the last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from callmodel import agents, pacing
from callmodel.agents import AgentView
from callmodel.campaigns.document import Campaign, MachineAnswer
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import AgentId, CallId, QueueId
from callmodel.pacing import outcomes

_STATES = {
    agents.AgentState.READY: pacing.AgentState.READY,
    agents.AgentState.RESERVED: pacing.AgentState.RESERVED,
    agents.AgentState.RINGING: pacing.AgentState.RESERVED,
    agents.AgentState.TALKING: pacing.AgentState.TALKING,
    agents.AgentState.WRAP_UP: pacing.AgentState.WRAP_UP,
}
TOLD_LATE_MS = 1000
"""What is told of an answer may take so long to reach the dialler."""
_PEOPLE = frozenset({AttemptResult.CONNECTED, AttemptResult.ABANDONED, AttemptResult.HUNG_UP, None})


@dataclass(frozen=True)
class CallSeen:
    """A campaign's call as it stands.  Times are milliseconds since 1970, 0 for what has not happened."""

    call_id: CallId
    state: LeadState
    launched_ms: int
    answered_ms: int = 0
    connected_ms: int = 0
    ended_ms: int = 0
    result: AttemptResult | None = None

    @property
    def is_answered(self) -> bool:
        return self.answered_ms > 0

    @property
    def rings(self) -> bool:
        return self.answered_ms == 0 and self.ended_ms == 0

    @property
    def waits(self) -> bool:
        """Whether a customer has answered whom no agent has yet, and who is not given up."""
        return self.state is LeadState.ANSWERED and self.result is None

    @property
    def rang_seconds(self) -> float:
        return max((self.answered_ms or self.ended_ms) - self.launched_ms, 0) / 1000


@dataclass(frozen=True)
class Look:
    """A campaign at one moment: its agents who are signed in, and its calls that are not settled."""

    at_ms: int
    agents: Mapping[AgentId, AgentView] = field(default_factory=dict)
    calls: Mapping[CallId, CallSeen] = field(default_factory=dict)


def agents_of(campaign: Campaign, views: Iterable[AgentView]) -> dict[AgentId, AgentView]:
    """Return who serves a campaign, of the agents of its pool."""
    return {view.agent.agent_id: view for view in views if _serves(campaign, view)}


def facts_between(before: Look, after: Look, unsure_ms: int = 0) -> list[outcomes.Fact]:
    """Return what happened between two looks, in seconds of their clock.

    unsure_ms: for so long after its answer nobody knows whether a machine has answered a call: nothing is said of it
    before, as a machine is no customer by whom the cap is kept.
    """
    found: list[outcomes.Fact] = []
    for call_id, call in after.calls.items():
        was = before.calls.get(call_id)
        if not _is_sure(call, after.at_ms, unsure_ms):
            continue
        if was is not None and was.is_answered and not _is_sure(was, before.at_ms, unsure_ms):
            # All of it is news now.
            was = replace(was, answered_ms=0, connected_ms=0, result=None)
        found += _facts_of(was, call)
    for agent_id, view in before.agents.items():
        now = after.agents.get(agent_id)
        if view.state is agents.AgentState.WRAP_UP and (now is None or now.state is not agents.AgentState.WRAP_UP):
            over_ms = after.at_ms if now is None else now.since_ms
            found.append(outcomes.WrapUpEnded(over_ms / 1000, max(over_ms - view.since_ms, 0) / 1000))
    return found


def unsure_ms_of(campaign: Campaign) -> int:
    """Return for how long after an answer it may turn out to be a machine's."""
    machines = campaign.pacing.machines
    hears = machines.enabled and machines.answer is not MachineAnswer.CONNECT
    return round(1000 * machines.most_seconds) + TOLD_LATE_MS if hears else 0


def snapshot_of(look: Look, channels_free: int, *, is_open: bool) -> pacing.Snapshot:
    """Return what the pacer decides on."""
    seen = tuple(
        pacing.Agent(_STATES[view.state], max(look.at_ms - view.since_ms, 0) / 1000)
        for view in look.agents.values()
        if view.state in _STATES
    )
    calls = look.calls.values()
    ringing = tuple(max(look.at_ms - call.launched_ms, 0) / 1000 for call in calls if call.rings)
    return pacing.Snapshot(seen, ringing, channels_free, sum(call.waits for call in calls), is_open)


def _is_sure(call: CallSeen, at_ms: int, unsure_ms: int) -> bool:
    """Say whether it is known who answered, where anybody has."""
    told = not unsure_ms or call.result is AttemptResult.MACHINE or call.ended_ms > 0
    return told or not call.is_answered or at_ms - call.answered_ms >= unsure_ms


def _facts_of(was: CallSeen | None, call: CallSeen) -> list[outcomes.Fact]:
    found: list[outcomes.Fact] = []
    if call.is_answered and (was is None or not was.is_answered):
        by_person = call.result in _PEOPLE
        found.append(outcomes.CallAnswered(call.answered_ms / 1000, call.rang_seconds, by_person))
    if call.result is AttemptResult.MACHINE:
        return found
    if call.connected_ms and (was is None or not was.connected_ms):
        found.append(outcomes.CustomerConnected(call.connected_ms / 1000))
    given_up = call.result is AttemptResult.ABANDONED
    if given_up and (was is None or was.result is not AttemptResult.ABANDONED):
        found.append(outcomes.CustomerAbandoned((call.ended_ms or call.answered_ms) / 1000))
    if call.ended_ms and (was is None or not was.ended_ms):
        if call.connected_ms:
            talked = max(call.ended_ms - call.connected_ms, 0) / 1000
            found.append(outcomes.TalkEnded(call.ended_ms / 1000, talked))
        elif not call.is_answered and call.result is not AttemptResult.CANCELLED:
            found.append(outcomes.CallUnanswered(call.ended_ms / 1000, call.rang_seconds))
    return found


def _serves(campaign: Campaign, view: AgentView) -> bool:
    agent = view.agent
    serves = _queue_of(campaign) in [(each.tenant_id, each.queue_id) for each in agent.queues]
    everybody = not campaign.agents and not campaign.teams
    return serves and (everybody or agent.agent_id in campaign.agents or bool(set(agent.teams) & set(campaign.teams)))


def _queue_of(campaign: Campaign) -> tuple[str, QueueId | None]:
    return campaign.tenant_id, campaign.queue_id
