"""A view on a snapshot in memory."""

from callmodel.edgesnapshot import EdgeSnapshot, Gateway, tables_of
from callmodel.entries import TableEntries
from edge_proxy.hops import Found, Hop, Places
from edge_proxy.trunkbook import TrunkBook
from edge_proxy.view import EdgeView

KNOWS_NOTHING = EdgeView(TableEntries(), TrunkBook(), known=False)


def view_of(snapshot: EdgeSnapshot) -> EdgeView:
    return EdgeView(TableEntries(tables_of(snapshot)), TrunkBook(snapshot.trunks), known=True)


def places(*found: tuple[Gateway, str]) -> Places:
    """Return gateways' names with the one address that each leads to."""
    return {gateway: Found(gateway, (Hop(address),)) for gateway, address in found}
