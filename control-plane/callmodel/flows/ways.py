"""The ways from node to node of a flow: which nodes are reached, and where a call would go round by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from callmodel.flows import nodes
from callmodel.flows.document import Flow
from callmodel.queues import OverflowWhen

WAITED = OverflowWhen.WAITED.value


@dataclass(frozen=True)
class Way:
    """A way that leaves a node.  `field`: what names it.  `says`: when it is taken, for a picture.

    alone: it may be taken though the caller does nothing and nobody waits: round and round, if it leads back.
    """

    field: str
    to: str
    says: str = ""
    alone: bool = True


def ways_of(node: nodes.Node) -> list[Way]:
    """Return the ways that leave a node."""
    return [*_chosen(node), *_queued(node), *_plain(node)]


def reached(flow: Flow) -> set[str]:
    """Return the names of the nodes that a call can come to."""
    found: set[str] = set()
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        if name not in found and name in flow.nodes:
            found.add(name)
            waiting += [way.to for way in ways_of(flow.nodes[name])]
    return found


def rounds(flow: Flow) -> list[tuple[str, ...]]:
    """Return the circles in which a call would go round by itself, each as the names of its nodes in order."""
    alone = {
        name: [way.to for way in ways_of(node) if way.alone and way.to in flow.nodes]
        for name, node in flow.nodes.items()
    }
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for first in flow.nodes:
        if first not in done:
            found += _rounds_from(first, alone, done)
    return found


def _rounds_from(first: str, alone: dict[str, list[str]], done: set[str]) -> Iterator[tuple[str, ...]]:
    """Follow the ways from a node, deepest first; a way back to a node of the path closes a circle."""
    path, left = [first], [iter(alone[first])]
    while path:
        to = next(left[-1], None)
        if to is None:
            done.add(path.pop())
            left.pop()
        elif to in path:
            yield tuple(path[path.index(to) :])
        elif to not in done:
            path.append(to)
            left.append(iter(alone[to]))


def _chosen(node: nodes.Node) -> Iterator[Way]:
    """Ways that the caller chooses."""
    match node:
        case nodes.MenuNode(keys=keys) | nodes.ListenNode(keys=keys):
            yield from (Way("keys", to, pressed, alone=False) for pressed, to in keys.items())
    match node:
        case nodes.ListenNode(words=words):
            for spoken in words.values():
                yield from (Way("words", to, word, alone=False) for word, to in spoken.items())
        case nodes.CollectNode(next=to):
            yield Way("next", to, "digits", alone=False)
        case nodes.BranchNode(cases=cases):
            yield from (Way("cases", case.next, f"case {number}") for number, case in enumerate(cases, 1))


def _queued(node: nodes.Node) -> Iterator[Way]:
    """Ways of somebody who waits for a person, or has talked with one."""
    match node:
        case nodes.QueueNode(overflow=overflow, on=on):
            for rule in overflow:
                waits = rule.when is OverflowWhen.WAITED and rule.threshold > 0
                yield Way("overflow", rule.next, rule.when.value, alone=not waits)
            yield from (Way("on", to, outcome, alone=outcome != WAITED) for outcome, to in on.items())
    match node:
        case nodes.QueueNode(after=to) | nodes.RingNode(after=to) | nodes.TransferNode(after=to) if to is not None:
            yield Way("after", to, "agent hangs up", alone=False)


def _plain(node: nodes.Node) -> Iterator[Way]:
    if isinstance(node, nodes.RepeatNode):
        yield Way("next", node.next, f"{node.times} times", alone=False)
    elif not isinstance(node, nodes.CollectNode) and (to := getattr(node, "next", None)) is not None:
        yield Way("next", to)
    if (to := getattr(node, "otherwise", None)) is not None:
        yield Way("otherwise", to, "otherwise")
