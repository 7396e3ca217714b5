"""How many of each part a stack has; what the parts are called follows from it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Shape:
    """One of everything unless said otherwise: that is what the demo and the end-to-end tests run."""

    edges: int = 1
    nodes: int = 1
    apis: int = 1
    facts: int = 1
    workers: int = 1
    beats: int = 1
    portals: int = 1
    redises: int = 1
    """More than one are a master, its replicas, and a sentinel beside each."""
    diallers: int = 1
    """Of each campaign one of them is in charge."""
    bulk_workers: int = 0
    """Workers for long work alone."""
    standbys: bool = False
    """Whether a second conductor stands by at each media node."""
    cassandras: int = 0
    """Without one the store is SQLite."""
    s3: bool = False
    """Without it objects lie in a folder."""

    def __post_init__(self) -> None:
        if not all(1 <= count <= MOST for count in self.parts) or not 0 <= self.cassandras <= MOST:
            raise ValueError(f"a stack has 1 to {MOST} of each part")

    @property
    def parts(self) -> tuple[int, ...]:
        """How many there are of each part that no stack is without."""
        every = (self.edges, self.nodes, self.apis, self.facts, self.workers, self.beats)
        return (*every, self.diallers, self.portals, self.redises)

    @property
    def is_single(self) -> bool:
        """Whether there is one of everything, and nothing needs a number."""
        return self == SINGLE

    def name_of(self, part: str, index: int, process: str = "") -> str:
        """Return the name of the index-th part (from 1), or of one of its processes.

        `api-2`, `edge-1-kamailio`; where there is one of everything `api`, `kamailio`.
        """
        if self.is_single and index == 1:
            return process or part
        return f"{part}-{index}-{process}" if process else f"{part}-{index}"

    def conductors_of(self, index: int) -> list[str]:
        """Return the names of a media node's conductors, of which one serves."""
        kinds = ("conductor", "conductor-standby") if self.standbys else ("conductor",)
        return [self.name_of("node", index, kind) for kind in kinds]

    def folder_of(self, part: str, index: int) -> str:
        """Return the part's run folder: `edge-2`, or `edge` where there is one of everything."""
        return self.name_of(part, index)


MOST = 9
SINGLE = Shape()
CLUSTER = Shape(
    edges=2,
    nodes=2,
    apis=2,
    facts=2,
    workers=2,
    bulk_workers=1,
    beats=2,
    portals=2,
    redises=3,
    diallers=2,
    standbys=True,
    cassandras=3,
    s3=True,
)
LEAN = replace(CLUSTER, cassandras=0)
"""Without what takes a minute to start; the store is SQLite, which several processes share too."""
