"""How often may be called: frequency caps as windows of a moment, which the claim's script counts attempts in."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callmodel.campaigns.document import Campaign, CapScope, CapWindow, FrequencyCap
from callmodel.flows.calendars import zone_of


@dataclass(frozen=True)
class Window:
    """How many attempts may be made in a time that includes this moment.

    since_ms: from when on attempts count.  length_ms: of a sliding window; 0 for one that ends by the calendar, at
    `ends_ms`.
    """

    scope: CapScope
    since_ms: int
    most: int
    length_ms: int = 0
    ends_ms: int = 0


def windows_of(campaign: Campaign, time_zones: tuple[str, ...], at_ms: int) -> tuple[Window, ...]:
    """Return the windows that an attempt has to fit into now.

    time_zones: where the number may be; days begin where they begin first, and end where they end last.
    """
    zones = time_zones or (campaign.time_zone,)
    windows = [_window_of(cap, zones, at_ms) for cap in campaign.caps]
    if campaign.callers.calls_a_day is not None:
        shown = FrequencyCap(campaign.callers.calls_a_day, CapScope.CALLER, CapWindow.DAY)
        windows.append(_window_of(shown, (campaign.time_zone,), at_ms))
    return tuple(windows)


def day_began_ms(time_zone: str, at_ms: int) -> int:
    """Return when the day of a moment began in a time zone."""
    return _span_in(CapWindow.DAY, time_zone, at_ms)[0]


def _window_of(cap: FrequencyCap, zones: tuple[str, ...], at_ms: int) -> Window:
    if cap.window is CapWindow.SLIDING:
        length_ms = cap.seconds * 1000
        return Window(cap.scope, at_ms - length_ms, cap.most, length_ms)
    spans = [_span_in(cap.window, zone, at_ms) for zone in zones]
    return Window(cap.scope, min(span[0] for span in spans) - 1, cap.most, 0, max(span[1] for span in spans))


def _span_in(window: CapWindow, zone: str, at_ms: int) -> tuple[int, int]:
    today = datetime.fromtimestamp(at_ms / 1000, zone_of(zone)).date()
    match window:
        case CapWindow.WEEK:
            first = today - timedelta(days=today.weekday())
            return _midnight(first, zone), _midnight(first + timedelta(days=7), zone)
        case CapWindow.MONTH:
            first = today.replace(day=1)
            return _midnight(first, zone), _midnight((first + timedelta(days=32)).replace(day=1), zone)
        case _:
            return _midnight(today, zone), _midnight(today + timedelta(days=1), zone)


def _midnight(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), zone_of(zone)).timestamp() * 1000)
