"""How an edge does, from what stands of its agent's reports."""

from callmodel.edgebans import EdgeBan, EdgeBans
from callmodel.edgecarriers import EdgeCarriers, TrunkRegistration
from callmodel.ids import TrunkId
from control_plane.features.platform.edges import view_of
from control_plane.features.platform.schemas import EdgeView

BANS = EdgeBans("edge-1", 1000, (EdgeBan("203.0.113.7", "", "scanner", 900, 9000),))
CARRIERS = EdgeCarriers(
    "edge-1", 2000, (TrunkRegistration(TrunkId("one"), True), TrunkRegistration(TrunkId("two"), False))
)


def test_an_edge_is_as_its_last_reports_say():
    assert view_of("edge-1", BANS, CARRIERS) == EdgeView(
        edge_id="edge-1", alive=True, at_ms=2000, bans=1, registrations=1
    )


def test_an_edge_whose_reports_are_gone_is_silent():
    assert view_of("edge-1", None, None) == EdgeView(edge_id="edge-1", alive=False)
