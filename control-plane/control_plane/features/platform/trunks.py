"""How each trunk does: whether it is registered, as the edges tell, and what became of its calls, as records tell."""

from collections.abc import Iterable, Sequence

from callmodel.codec import from_wire
from callmodel.edgecarriers import EdgeCarriers
from callmodel.edgesnapshot import EdgeTrunk
from callmodel.endings import is_trunk_failure
from callmodel.ids import TrunkId
from control_plane.facts.trunkoutcomes import Outcome, outcomes_of
from control_plane.features.platform.schemas import TrunkFailure, TrunkHealth
from control_plane.inventory.archive import living_rows
from control_plane.inventory.scope import SCOPE
from control_plane.publishing.edgereports import carriers_as_seen, name_troubles, refused_media
from control_plane.web import Context
from hotstate.channels import channels_in_use

WINDOW_MS = 3_600_000
"""Attempts and answers are counted over the last hour."""
FAILURES_TOLD = 5


async def trunk_health(context: Context) -> list[TrunkHealth]:
    """Return the health of all trunks, by id.  Raises StoreUnavailableError, redis errors."""
    reports = await carriers_as_seen(context.redis)
    found = []
    async for row in living_rows(context.store, "trunks", {"scope": SCOPE}):
        trunk_id = TrunkId(row["trunk_id"])
        registered, edge_id = registration_of(trunk_id, reports) if row["peering"]["registers"] else (None, None)
        outcomes = await outcomes_of(context.redis, trunk_id)
        peering = from_wire(EdgeTrunk, row["peering"])
        strays = refused_media(peering, reports)
        found.append(
            health_of(
                trunk_id,
                outcomes,
                context.now_ms(),
                enabled=row["routing"]["enabled"],
                channels=await channels_in_use(context.redis, trunk_id, context.now_ms()),
                max_channels=row["routing"]["max_channels"],
                registered=registered,
                edge_id=edge_id,
                media_refused=[stray.address for stray in strays],
                name_troubles=name_troubles(peering, reports),
            )
        )
    return found


def health_of(
    trunk_id: TrunkId,
    outcomes: Sequence[Outcome],
    now_ms: int,
    *,
    enabled: bool,
    channels: int,
    max_channels: int,
    registered: bool | None,
    edge_id: str | None,
    media_refused: Sequence[str] = (),
    name_troubles: Sequence[str] = (),
) -> TrunkHealth:
    """Return a trunk's health from its last outcomes, the newest first.  Pure."""
    lately = [outcome for outcome in outcomes if outcome.at_ms > now_ms - WINDOW_MS]
    answered = sum(outcome.answered_ms is not None for outcome in lately)
    failures = [
        TrunkFailure(at_ms=outcome.at_ms, sip_code=outcome.sip_code)
        for outcome in outcomes
        if outcome.sip_code is not None and is_trunk_failure(outcome.sip_code)
    ]
    return TrunkHealth(
        trunk_id=trunk_id,
        enabled=enabled,
        channels=channels,
        max_channels=max_channels,
        registered=registered,
        edge_id=edge_id,
        attempts=len(lately),
        answered=answered,
        answer_rate=round(answered / len(lately), 3) if lately else None,
        last_answer_ms=max((outcome.answered_ms for outcome in outcomes if outcome.answered_ms), default=None),
        last_failures=failures[:FAILURES_TOLD],
        media_refused=list(media_refused),
        name_troubles=list(name_troubles),
    )


def registration_of(trunk_id: TrunkId, reports: Iterable[EdgeCarriers]) -> tuple[bool, str | None]:
    """Return whether an edge has the trunk registered, and which edge does or tries to.  Pure."""
    tried: tuple[bool, str | None] = (False, None)
    for report in reports:
        for registration in report.registrations:
            if registration.trunk_id == trunk_id:
                if registration.registered:
                    return True, report.edge_id
                tried = (False, report.edge_id)
    return tried
