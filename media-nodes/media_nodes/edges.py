"""Which edge new legs leave by, of those that answer Asterisk: the one the call came in by, else the preferred."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callmodel.ids import LegId
from media_nodes.ari import Ari, AriAwayError, AriError

LOOK_SECONDS = 0.25

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Edge:
    """`endpoint`: its name in Asterisk; `address`: its internal socket, `host:port`."""

    endpoint: str
    address: str

    @property
    def host(self) -> str:
        return self.address.rpartition(":")[0]


def edges_of(addresses: Sequence[str]) -> list[Edge]:
    """Return the edges by their internal sockets, the preferred first: `edge`, `edge-2`, ..."""
    return [Edge("edge" if index == 1 else f"edge-{index}", address) for index, address in enumerate(addresses, 1)]


class EdgeChoice:
    """Asterisk asks each edge every second (OPTIONS); `run` reads what came of it."""

    def __init__(self, edges: list[Edge], ari: Ari) -> None:
        self._edges = edges
        self._ari = ari
        self._silent: set[str] = set()
        self._came_by: dict[LegId, str] = {}

    def came(self, leg_id: LegId, endpoint: str) -> None:
        """Take note of the endpoint that a leg belongs to."""
        self._came_by[leg_id] = endpoint

    def learn(self, endpoints: Mapping[LegId, str]) -> None:
        """Take over the endpoints of all legs there are: those of others are forgotten."""
        self._came_by = dict(endpoints)

    def best(self, origin: LegId | None = None) -> Edge:
        """Return the edge that the origin came in by, if it answers: a call then has one edge to lose, not two.

        Else the first that answers; where none does, the preferred.
        """
        alive = [edge for edge in self._edges if edge.endpoint not in self._silent] or self._edges[:1]
        came_by = self._came_by.get(origin) if origin is not None else None
        return next((edge for edge in alive if edge.endpoint == came_by), alive[0])

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
