"""Places in line that are kept for customers who are called back when it is their turn.

The place waits without a call.  Once an agent is reserved for it a call begins: the agent's phone rings, then the
customer's.
"""

from dataclasses import dataclass, replace

from callmodel.countrycodes import split_number
from callmodel.ids import E164, CallId, QueueId, TenantId
from callmodel.limits import Limits, is_allowed
from callmodel.queues import SkillNeed

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


@dataclass(frozen=True)
class CallBack:
    """A customer who is to be called back.  Times are milliseconds since 1970.

    call_id: of the call that is made next; it is the place's name in line until then.  asked_in: the call in which
    the customer asked for it.  called_number: HQ's number that the customer rang, and is shown.  since_ms: since when
    the customer waits.  due_ms: not to be called before.  tries: how often the customer was called in vain.
    most_tries, again_minutes, until_ms: after how many, how long after each, and how late nobody is called any more.
    """

    call_id: CallId
    tenant_id: TenantId
    queue_id: QueueId
    number: E164
    called_number: E164 | None
    asked_in: CallId
    since_ms: int
    until_ms: int
    priority: int = 0
    needs: tuple[SkillNeed, ...] = ()
    language: str = "en"
    due_ms: int = 0
    tries: int = 0
    most_tries: int = 3
    again_minutes: int = 10

    def is_last(self, at_ms: int) -> bool:
        """Say whether a call that fails now is the last one."""
        again_ms = at_ms + self.again_minutes * MINUTE_MS
        return self.tries + 1 >= self.most_tries or again_ms >= self.until_ms


def may_be_kept(number: E164, rung: E164 | None, limits: Limits) -> bool:
    """Say whether a customer may be called back without anybody's having looked at the number.

    A carrier tells it, and whoever calls through one may have forged it: so it is of the same country code as the
    number that was rung, or one that the tenant allows by name, and never one that the tenant may not call.
    """
    if not is_allowed(limits, number):
        return False
    at_home = rung is not None and split_number(number)[0] == split_number(rung)[0]
    return at_home or number.startswith(limits.allowed_prefixes)


def after_failure(call_back: CallBack, call_id: CallId, at_ms: int) -> CallBack | None:
    """Return what is to be done after a call in vain, under the next call's id; None for no more."""
    if call_back.is_last(at_ms):
        return None
    due_ms = at_ms + call_back.again_minutes * MINUTE_MS
    return replace(call_back, call_id=call_id, due_ms=due_ms, tries=call_back.tries + 1)
