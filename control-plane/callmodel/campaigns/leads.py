"""A lead as it is dialled: one person of a list, with what the rules ask."""

from dataclasses import dataclass, field

from callmodel.ids import E164, AgentId, LeadId, ListId


@dataclass(frozen=True)
class Consent:
    """Proof that a customer agreed to be called.  file: where the proof itself lies."""

    source: str
    at_ms: int
    text_version: str = ""
    file: str = ""


@dataclass(frozen=True)
class Lead:
    """One person of a list, on the way to be dialled.

    number: the full number; what leaves the dialler's process has the token in its place.  token: the number's keyed
    hash in the tenant, 32 hex digits: by it claims, caps and do-not-call are asked.
    time_zones: where the number may be, by IANA names; it may be called only when the rules allow it in all of them.
    due_ms: not before, milliseconds since 1970; 0 for at once.  priority: 0 to 10, the higher the sooner.
    attempts: made so far in the campaign's run; results: how many of them ended with each `AttemptResult`.
    agent_id, team: whose it is, None for anybody's.
    call_back: somebody agreed with the customer on `due_ms`.
    """

    lead_id: LeadId
    list_id: ListId
    number: E164 = field(metadata={"private": True})
    token: str
    time_zones: tuple[str, ...] = ()
    due_ms: int = 0
    priority: int = 5
    attempts: int = 0
    results: dict[str, int] = field(default_factory=dict)
    agent_id: AgentId | None = None
    team: str | None = None
    call_back: bool = False
    consent: Consent | None = None
