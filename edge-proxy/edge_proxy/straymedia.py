"""Where carriers name their media though their trunks do not allow it: noted by SIP workers, told by the agent."""

import re
from collections.abc import Mapping

from callmodel.edgecarriers import StrayMedia
from callmodel.ids import TrunkId

TABLE = "stray_media"
"""Trunk to its last such addresses, the newest first."""
KEPT = 8
_SIGHTING = re.compile(r"([0-9a-fA-F.:]{2,45})@([0-9]{1,12})")


def noted(before: str, address: str, now: int) -> str:
    """Return what the table holds of a trunk after another sighting.  now: seconds since 1970."""
    others = [each for each in before.split() if not each.startswith(f"{address}@")]
    return " ".join([f"{address}@{now}", *others][:KEPT])


def read(table: Mapping[str, str]) -> tuple[StrayMedia, ...]:
    """Return all sightings, by trunk and the newest first; what is not readable is passed over."""
    return tuple(
        StrayMedia(TrunkId(trunk_id), found[1], int(found[2]) * 1000)
        for trunk_id, held in sorted(table.items())
        for each in held.split()
        if (found := _SIGHTING.fullmatch(each)) is not None
    )
