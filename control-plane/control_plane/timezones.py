"""Time zones by their IANA names, as the machine's zone data knows them."""

import functools
import zoneinfo

from servicekit.problems import InvalidRequestError


class TimeZoneUnknownError(InvalidRequestError):
    error_id = "time-zone-unknown"
    title = "There is no such time zone"


def check_time_zone(name: str) -> None:
    """Raise TimeZoneUnknownError for what is no name of a time zone."""
    if name not in _known():
        raise TimeZoneUnknownError(f"{name} is no time zone: write its IANA name, such as Asia/Shanghai or UTC")


@functools.cache
def _known() -> frozenset[str]:
    # UTC also where a machine has no zone data at all.
    return frozenset({"UTC", *zoneinfo.available_timezones()})
