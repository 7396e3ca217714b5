"""A call's timers: set by an order, kept with the call, and gone off by a fact; the domain itself has no clock."""

from dataclasses import replace

from callmodel import orders
from callmodel.callstate import Call, Timer, TimerName

Step = tuple[Call, list[orders.Order]]


def start(call: Call, name: TimerName, due_ms: int) -> Step:
    """Return the call with a timer, in place of one of the same name."""
    timer = Timer(name, due_ms)
    others = (each for each in call.timers if each.name is not name)
    return replace(call, timers=(*others, timer)), [orders.SetTimer(timer)]


def stop(call: Call, *names: TimerName) -> Call:
    """Return the call without these timers: what goes off of them yet counts for nothing."""
    return replace(call, timers=tuple(each for each in call.timers if each.name not in names))


def gone_off(call: Call, name: TimerName, at_ms: int) -> Call | None:
    """Return the call without a timer that is due, None for one that was not set or has been set anew."""
    timer = next((each for each in call.timers if each.name is name), None)
    if timer is None or at_ms < timer.due_ms:
        return None
    return replace(call, timers=tuple(each for each in call.timers if each is not timer))
