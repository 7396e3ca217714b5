"""Who is given which leads of a list: equally, by weight, by region, or to whom the customer belongs.  Pure.

Leads are dealt like cards, over 1,024 slots that stand in turn.  Who leaves gives up slots to the others; nobody
else's change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from callmodel.ids import E164, AgentId

SLOTS = 1024


class ShareKind(Enum):
    """`EQUAL` and `WEIGHT`: dealt.  `REGION`: by the number's longest prefix.  `OWNER`: by the lead's `owner`."""

    EQUAL = "equal"
    WEIGHT = "weight"
    REGION = "region"
    OWNER = "owner"


@dataclass(frozen=True)
class Taker:
    """An agent, or a team.  weight: of `WEIGHT`.  prefixes: of `REGION`.  owners: by which names files have them."""

    agent_id: AgentId | None = None
    team: str | None = None
    weight: int = 1
    prefixes: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """By which slots know them."""
        return f"agent:{self.agent_id}" if self.agent_id is not None else f"team:{self.team}"


@dataclass(frozen=True)
class Share:
    """How a list is shared out.  slots: of dealt leads, whose each is; in the order of the leads."""

    kind: ShareKind = ShareKind.EQUAL
    takers: tuple[Taker, ...] = ()
    slots: tuple[str, ...] = ()
    by_prefix: dict[str, str] = field(default_factory=dict)
    by_owner: dict[str, str] = field(default_factory=dict)


def share_out(kind: ShareKind, takers: Sequence[Taker], before: Share | None = None) -> Share:
    """Return a list shared out among takers.

    Of what was dealt before everybody keeps as much as is due to them.  Raises ValueError where nobody is to have it.
    """
    if not takers:
        raise ValueError("somebody has to have the leads")
    weights = {each.name: each.weight if kind is ShareKind.WEIGHT else 1 for each in takers}
    share = Share(
        kind,
        tuple(takers),
        by_prefix={prefix: each.name for each in takers for prefix in each.prefixes},
        by_owner={owner.casefold(): each.name for each in takers for owner in each.owners},
    )
    if kind in (ShareKind.EQUAL, ShareKind.WEIGHT):
        share = replace(share, slots=_dealt(weights, before.slots if before is not None else ()))
    return share


def without(share: Share, leaver: str) -> Share:
    """Return the share without one who leaves: the others have what was theirs.

    Raises ValueError where nobody would be left.
    """
    rest = [each for each in share.takers if each.name != leaver]
    return share_out(share.kind, rest, share)


def taker_of(share: Share, ordinal: int, number: E164, cells: Mapping[str, str]) -> Taker | None:
    """Return who has a lead; None for anybody.  ordinal: its place among the list's leads, from 0."""
    match share.kind:
        case ShareKind.REGION:
            fitting = [prefix for prefix in share.by_prefix if number.startswith(prefix)]
            name = share.by_prefix[max(fitting, key=len)] if fitting else None
        case ShareKind.OWNER:
            name = share.by_owner.get(cells.get("owner", "").strip().casefold())
        case _:
            name = share.slots[ordinal % SLOTS] if share.slots else None
    return next((each for each in share.takers if each.name == name), None)


def _dealt(weights: Mapping[str, int], before: Sequence[str]) -> tuple[str, ...]:
    due = _quotas(weights)
    slots: list[str | None] = [None] * SLOTS
    for place, name in enumerate(before):
        if due.get(name, 0) > 0:
            slots[place] = name
            due[name] -= 1
    free = [place for place, name in enumerate(slots) if name is None]
    # In turn, not in a block: a short list reaches everybody.
    for place, name in zip(free, _in_turn(due), strict=True):
        slots[place] = name
    return tuple(name for name in slots if name is not None)


def _quotas(weights: Mapping[str, int]) -> dict[str, int]:
    """Return how many slots each is due, by the largest remainder."""
    whole = sum(weights.values())
    due = {name: SLOTS * weight // whole for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: (-(SLOTS * weights[name] % whole), name))
    for name in by_remainder[: SLOTS - sum(due.values())]:
        due[name] += 1
    return due


def _in_turn(due: Mapping[str, int]) -> list[str]:
    """Return each name as often as it is due, evenly spread."""
    spread = [((turn + 0.5) / count, name) for name, count in due.items() for turn in range(count)]
    return [name for _, name in sorted(spread)]
