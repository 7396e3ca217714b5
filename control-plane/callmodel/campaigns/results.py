"""What came of a campaign's attempt to reach a lead: the system's word, by which the next attempt is decided."""

from enum import Enum


class AttemptResult(Enum):
    """How an attempt ended.

    `CONNECTED`: a person spoke with an agent, or went through the flow.  `ABANDONED`: a person answered, and no agent
    was there in time.  `HUNG_UP`: a person answered and left within the grace.  `MACHINE`: a machine answered.
    `DEAD`: the number is vacant (404, 410, 604).  `FAILED`: ours or the carriers' fault; it is no attempt of the
    customer's, and retried by the same rules.  `CANCELLED`: given up before it was answered, such as when the last
    agent left.
    """

    CONNECTED = "connected"
    ABANDONED = "abandoned"
    HUNG_UP = "hung-up"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    DEAD = "dead"
    FAILED = "failed"
    CANCELLED = "cancelled"
