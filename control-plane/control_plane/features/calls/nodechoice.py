"""Which media node takes a new call, pure."""

from collections.abc import Iterable, Mapping

from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import NodeId


def choose_node(
    nodes: Iterable[NodeHealth], placed: Mapping[NodeId, int], *, for_help: bool = False
) -> NodeHealth | None:
    """Return the node with the smallest share of its capacity in use; None where none may take a call.

    placed: calls given to a node since its heartbeat, which does not count them yet.  Without them a burst within
    one heartbeat would all go to the same node.  for_help: an emergency call, which any node takes at last.
    """

    def calls(node: NodeHealth) -> int:
        return node.calls + placed.get(node.node_id, 0)

    nodes = tuple(nodes)
    fitting = [node for node in nodes if not node.draining and calls(node) < node.capacity]
    if for_help:
        fitting = fitting or [node for node in nodes if not node.draining] or list(nodes)
    return min(fitting, key=lambda node: (calls(node) / node.capacity, node.node_id), default=None)
