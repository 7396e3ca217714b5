"""Identities.  Each is a `NewType` over `str`, so that a tenant can not be passed where a call is meant."""

from typing import NewType

TenantId = NewType("TenantId", str)
SiteId = NewType("SiteId", str)
UserId = NewType("UserId", str)
TrunkId = NewType("TrunkId", str)
NodeId = NewType("NodeId", str)
CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
RecordingId = NewType("RecordingId", str)
ProviderId = NewType("ProviderId", str)
"""Who employs agents: an outsourcing firm, or `hq`.  Its agents are one pool, which is matched together."""
AgentId = NewType("AgentId", str)
"""A user who takes calls: the user's id."""
QueueId = NewType("QueueId", str)
FlowId = NewType("FlowId", str)
PromptId = NewType("PromptId", str)
"""An audio file of a tenant's."""
CalendarId = NewType("CalendarId", str)
CampaignId = NewType("CampaignId", str)
ListId = NewType("ListId", str)
"""A list of numbers that a tenant imported."""
LeadId = NewType("LeadId", str)
"""One person of a list: the list's id and the row, `<list>.<row>`."""
DispositionId = NewType("DispositionId", str)

Extension = NewType("Extension", str)
"""What people dial to reach a station inside its tenant: 2 to 6 digits."""

E164 = NewType("E164", str)
"""A public number with its plus sign (ITU-T E.164): `+8613812345678`."""

ShortNumber = NewType("ShortNumber", E164)
"""What a country's people dial for help and for services, without a plus sign: `110`, `10086`.

It stands where a call outside has its number; no subscriber has one.
"""


def uuid7(unix_ms: int, random_bits: int) -> str:
    """Return a version 7 UUID (RFC 9562, 5.7): 48 bits of time, then 74 random bits, in the usual text form.

    Ids made later sort later, so that a store keeps a day's calls in order without another column.
    """
    low = random_bits & ((1 << 62) - 1)
    middle = (random_bits >> 62) & 0xFFF
    value = (unix_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | middle << 64 | 0b10 << 62 | low
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def unix_ms_of(uuid: str) -> int:
    """Return the time in a version 7 UUID, in milliseconds since 1970.

    Raises ValueError for text that is no version 7 UUID.
    """
    digits = uuid.replace("-", "")
    if len(digits) != 32 or digits[12] != "7":
        raise ValueError("not a version 7 UUID")
    return int(digits[:12], 16)
