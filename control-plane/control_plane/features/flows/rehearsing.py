"""Calls to a document that nobody makes: by the code of real calls, in no time, word by word."""

import asyncio
from collections.abc import Sequence

from callmodel.codec import from_wire
from callmodel.flows.calendars import Calendar
from callmodel.flows.document import Flow
from callmodel.flows.simulator import USUAL, Scene, Standing, begin, go_on
from callmodel.flows.stage import visit_of
from callmodel.ids import FlowId, TenantId
from control_plane.features.flows.schemas import Rehearsal, RehearsalView
from control_plane.features.flows.service import find, require_bounded, require_sound
from control_plane.inventory.archive import living_rows
from control_plane.publishing.flowchecks import flow_of
from control_plane.web import Context

MOST_LINES = 1000
"""Of a call.  One that says more goes round: it is shown so far, and waits for nobody."""


async def rehearse(context: Context, tenant_id: TenantId, flow_id: FlowId, wanted: Rehearsal) -> RehearsalView:
    """Return how a call goes until its words end.  Raises NotFoundError, FlowTooLargeError, FlowNotSoundError."""
    await find(context, tenant_id, flow_id)
    document = require_bounded(wanted.document)
    await require_sound(context, tenant_id, flow_id, document)
    scene = Scene(
        context.now_ms() if wanted.at_ms is None else wanted.at_ms,
        caller=wanted.caller,
        language=wanted.language,
        vip_level=wanted.vip_level,
        answers=dict(wanted.answers),
        calendars=tuple(
            [
                from_wire(Calendar, row["settings"])
                async for row in living_rows(context.store, "calendars", {"tenant_id": tenant_id})
            ]
        ),
        calendar_id=wanted.calendar_id,
        nobody=wanted.nobody,
    )
    # A call through hundreds of nodes is milliseconds of computing that others need not wait for.
    return await asyncio.to_thread(walked, flow_of(tenant_id, flow_id, 1, document), scene, wanted.words)


def walked(flow: Flow, scene: Scene, words: Sequence[str]) -> RehearsalView:
    """Return how far a call comes with these words, and whom it waits for then.  Pure."""
    standing = begin(flow, scene)
    lines = list(standing.lines)
    for word in words:
        if standing.want is None or len(lines) > MOST_LINES:
            break
        lines.append(f"> {word}")
        standing = go_on(standing, word)
        lines += standing.lines
    return _told(standing, lines)


def _told(standing: Standing, lines: list[str]) -> RehearsalView:
    want = standing.want if len(lines) <= MOST_LINES else None
    return RehearsalView(
        lines=lines[:MOST_LINES],
        wants=None if want is None else want.name.lower(),
        usual=None if want is None else USUAL.get(want),
        node=visit_of(standing.call).node,
    )
