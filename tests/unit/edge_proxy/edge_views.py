"""A view on a snapshot in memory."""

from callmodel.edgesnapshot import EdgeSnapshot, tables_of
from callmodel.entries import TableEntries
from edge_proxy.trunkbook import TrunkBook
from edge_proxy.view import EdgeView

KNOWS_NOTHING = EdgeView(TableEntries(), TrunkBook(), known=False)


def view_of(snapshot: EdgeSnapshot, addresses: dict[str, str] | None = None) -> EdgeView:
    return EdgeView(TableEntries(tables_of(snapshot)), TrunkBook(snapshot.trunks, addresses), known=True)
