"""When a customer may be called: by the customer's own clock, in every time zone where the number may be."""

from functools import cache

from callmodel.campaigns.document import CallingHours, Campaign, RegionHours
from callmodel.flows.calendars import Calendar, SpecialDay, is_open, next_change
from callmodel.ids import E164, CalendarId

DAY_MS = 86_400_000
MOST_LOOKS = 64
"""How many changes are looked through for a moment at which all zones are open."""
_EVERY_DAY = ("01-01", "12-31")


def next_call_ms(campaign: Campaign, number: E164, time_zones: tuple[str, ...], at_ms: int) -> int:
    """Return the first moment, not before `at_ms`, at which a number may be called; `at_ms` for now.

    time_zones: where the number may be, IANA names; the campaign's own for none.  Hours that never open put a number
    off by a day: they may be changed.
    """
    region = region_of(campaign, number)
    hours = campaign.hours if region is None else region.hours
    zones = (region.time_zone,) if region is not None and region.time_zone is not None else time_zones
    calendars = [_calendar_of(hours, zone) for zone in zones or (campaign.time_zone,)]
    moment = at_ms
    for _ in range(MOST_LOOKS):
        closed = next((each for each in calendars if not is_open(each, moment)), None)
        if closed is None:
            return moment
        opens = next_change(closed, moment)
        if opens is None:
            return at_ms + DAY_MS
        moment = opens
    # Zones that are hardly ever open together.
    return moment


def region_of(campaign: Campaign, number: E164) -> RegionHours | None:
    """Return the hours of a number's own region: those of the longest prefix."""
    fitting = [each for each in campaign.regions if number.startswith(each.prefix)]
    return max(fitting, key=lambda each: len(each.prefix), default=None)


def _calendar_of(hours: CallingHours, zone: str) -> Calendar:
    # A list does not hash; what is looked up is few.
    return _built(tuple(sorted(hours.hours.items())), hours.rest, hours.days, zone)


@cache
def _built(
    hours: tuple[tuple[str, tuple[str, ...]], ...], rest: tuple[str, ...], days: tuple[SpecialDay, ...], zone: str
) -> Calendar:
    resting = (SpecialDay(*_EVERY_DAY, closed=rest),) if rest else ()
    return Calendar(CalendarId(""), zone, dict(hours), (*resting, *days))
