"""Which edge new legs leave by: the preferred one, or the next while Asterisk gets no answer from it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from media_nodes.ari import Ari, AriAwayError, AriError

LOOK_SECONDS = 0.25

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Edge:
    """`endpoint`: its name in Asterisk; `address`: its internal socket, `host:port`."""

    endpoint: str
    address: str


def edges_of(addresses: Sequence[str]) -> list[Edge]:
    """Return the edges by their internal sockets, the preferred first: `edge`, `edge-2`, ..."""
    return [Edge("edge" if index == 1 else f"edge-{index}", address) for index, address in enumerate(addresses, 1)]


class EdgeChoice:
    """Asterisk asks each edge every second (OPTIONS); `run` reads what came of it."""

    def __init__(self, edges: list[Edge], ari: Ari) -> None:
        self._edges = edges
        self._ari = ari
        self._silent: set[str] = set()

    def best(self) -> Edge:
        """Return the first edge that answers; where none does, the preferred."""
        return next((edge for edge in self._edges if edge.endpoint not in self._silent), self._edges[0])

    async def run(self) -> None:
        """Keep up with which edges answer, until cancelled; one edge alone needs no choice."""
        while len(self._edges) > 1:
            try:
                silent = {edge.endpoint for edge in self._edges if not await self._answers(edge)}
            except AriAwayError:
                silent = self._silent  # no Asterisk, no calls
            if silent != self._silent:
                logger.warning("edges changed", extra={"silent": sorted(silent)})
                self._silent = silent
            await asyncio.sleep(LOOK_SECONDS)

    async def _answers(self, edge: Edge) -> bool:
        try:
            known = await self._ari.command("GET", f"/endpoints/PJSIP/{edge.endpoint}")
        except AriError as error:
            # An Asterisk that was configured for fewer edges.
            logger.error("edge not known", extra={"endpoint": edge.endpoint, "error": str(error)})
            return False
        return bool(known["state"] == "online")
