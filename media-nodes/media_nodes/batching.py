"""Which orders of a step may be carried out at once."""

from callmodel import orders
from callmodel.orders import Order


def batches(given: tuple[Order, ...]) -> list[list[Order]]:
    """Group what may happen at once: recording and answer before the room, and all hang-ups together."""
    batches: list[list[Order]] = []
    for order in given:
        last = batches[-1][-1] if batches else None
        both_before = isinstance(order, orders.Answer) and isinstance(last, orders.StartRecording)
        if both_before or (isinstance(order, orders.HangUp) and isinstance(last, orders.HangUp)):
            batches[-1].append(order)
        elif isinstance(order, orders.ClaimTrunk | orders.DialStation) and isinstance(last, orders.Announce):
            # The phone waits, the stream need not: it is written to while Redis or Asterisk think.
            batches[-1].insert(0, order)
        else:
            batches.append([order])
    return batches
