"""`python -m control_plane.features.campaigns.whatif_process`: simulates what it reads, and prints what came of it.

A process of its own: a simulation computes for seconds, and the API's loop must not.
"""

import json
import os
import random
import sys
import time
from typing import Any

from callmodel.campaigns.document import Campaign
from callmodel.campaigns.simulating.assumptions import Assumptions
from callmodel.campaigns.simulating.running import TeamFigures, figures_of, simulate_campaign
from callmodel.codec import from_wire, to_wire
from callmodel.flows.calendars import Calendar

NICENESS = 10


def main() -> None:
    """Read a question as JSON, and write the answer."""
    os.nice(NICENESS)
    json.dump([to_wire(each) for each in answer(json.load(sys.stdin))], sys.stdout)


def answer(question: dict[str, Any]) -> list[TeamFigures]:
    """Return the figures of each team, within `seconds` together.  `teams`: what is assumed of each."""
    campaign = from_wire(Campaign, question["campaign"])
    calendar = None if question["calendar"] is None else from_wire(Calendar, question["calendar"])
    share = question["seconds"] / len(question["teams"])
    found = []
    for document in question["teams"]:
        deadline = time.monotonic() + share
        simulated = simulate_campaign(
            campaign,
            from_wire(Assumptions, document),
            # Each team gets the same calls.
            random.Random(question["seed"]),
            calendar,
            lambda deadline=deadline: time.monotonic() < deadline,  # type: ignore[misc]
        )
        found.append(figures_of([simulated]))
    return found


if __name__ == "__main__":
    main()
