"""In which time zones a number may be, as `phonenumbers` knows them by its beginning."""

from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

from callmodel.flows.calendars import zone_of
from callmodel.ids import E164

_DIGITS = 9
"""Zones are told by so much of a number at most, with its plus sign."""
_UNKNOWN = "Etc/Unknown"


def time_zones_of(number: E164, told: str = "") -> tuple[str, ...]:
    """Return the zone that the lead came with, else all that are possible; none where nobody knows."""
    if told and zone_of(told).key == told:
        return (told,)
    return _zones_of(number[:_DIGITS], len(number))


@lru_cache(65_536)
def _zones_of(beginning: str, length: int) -> tuple[str, ...]:
    text = beginning.ljust(length, "0")
    try:
        found = timezone.time_zones_for_geographical_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(name for name in found if name != _UNKNOWN)
