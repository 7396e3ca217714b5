"""The address plan of a stack on one machine: block B of 127.B.0.0/16, so that several stacks run side by side."""

import os
from dataclasses import dataclass
from pathlib import Path

from trunkline.shape import SINGLE, Shape

PLATFORM_DOMAIN = "trunkline.test"
BRANCH_SITE = "branch-1"
HQ_SITE = "hq"
DESK_ORIGINS = ("http://localhost:8000", f"https://desk.{PLATFORM_DOMAIN}")
"""Where pages come from whose browsers may register, beside the portals'."""
PORTAL_PORT = 8090
REDIS_PORT = 6390

REPOSITORY = Path(__file__).resolve().parents[2]


def cache_folder() -> Path:
    """Return where big downloads are kept: TRUNKLINE_CACHE, or ~/.cache/trunkline."""
    named = os.environ.get("TRUNKLINE_CACHE")
    base = os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    return (Path(base) if base else Path.home() / ".cache") / "trunkline"


def asterisk_folder() -> Path:
    """Return the private Asterisk tree that infra/setup/setup.sh made."""
    return cache_folder() / "asterisk-22"


def cassandra_folder() -> Path:
    """Return the jars of Cassandra that infra/setup/setup.sh fetched."""
    return cache_folder() / "cassandra-5.0.8"


@dataclass(frozen=True)
class AddressPlan:
    """Who lives where.  Every part has an address of its own, as on a network, so ports can be the usual ones."""

    block: int = 77

    def __post_init__(self) -> None:
        if not 1 <= self.block <= 254:
            raise ValueError("a block is 1 to 254")

    def _address(self, third: int, fourth: int) -> str:
        return f"127.{self.block}.{third}.{fourth}"

    def edge_at(self, index: int) -> str:
        return self._address(10, index)

    def node_at(self, index: int) -> str:
        return self._address(11, index)

    def control_at(self, index: int) -> str:
        return self._address(12, index)

    def redis_at(self, index: int) -> str:
        return self._address(13, index)

    def edge_control_at(self, index: int) -> str:
        """Where an edge takes commands: on real hosts 127.0.0.1, and here a network of its own, without phones."""
        return self._address(17, index)

    def node_control_at(self, index: int) -> str:
        """Where a media node's Asterisk does."""
        return self._address(18, index)

    @property
    def branch_control(self) -> str:
        return self._address(21, 1)

    def cassandra_at(self, index: int) -> str:
        return self._address(15, index)

    def wan_at(self, index: int) -> str:
        """Where a branch reaches an edge when something stands on the line between them."""
        return self._address(19, index)

    def portal_at(self, index: int) -> str:
        return self._address(22, index)

    def portal_url_at(self, index: int) -> str:
        """Where people open it: browsers trust all of 127.0.0.0/8, so that pages may use the microphone."""
        return f"http://{self.portal_at(index)}:{PORTAL_PORT}"

    @property
    def portal_url(self) -> str:
        return self.portal_url_at(1)

    @property
    def objects(self) -> str:
        return self._address(16, 1)

    @property
    def edge(self) -> str:
        return self.edge_at(1)

    @property
    def node(self) -> str:
        return self.node_at(1)

    @property
    def control(self) -> str:
        return self.control_at(1)

    @property
    def branch(self) -> str:
        return self._address(20, 1)

    @property
    def carrier(self) -> str:
        return self._address(30, 1)

    @property
    def second_carrier(self) -> str:
        return self._address(30, 2)

    def branch_phone(self, index: int) -> str:
        return self._address(20, 11 + index)

    def hq_phone(self, index: int) -> str:
        return self._address(10, 11 + index)

    @property
    def api_url(self) -> str:
        return f"http://{self.control}:8080"

    @property
    def branch_api_url(self) -> str:
        return f"https://{self.control}:8443"

    def listeners(self, shape: Shape = SINGLE) -> dict[str, tuple[str, str, int]]:
        """What must be free before a start beside the engines: name -> (udp or tcp, host, port)."""
        found = {
            "branch SIP": ("udp", self.branch, 5060),
            "branch rtpengine": ("udp", self.branch_control, 2223),
            "carrier": ("udp", self.carrier, 5060),
        }
        for index in range(1, shape.apis + 1):
            name, host = shape.name_of("api", index), self.control_at(index)
            found |= {name: ("tcp", host, 8080), f"{name}'s branch listener": ("tcp", host, 8443)}
        for index in range(1, shape.portals + 1):
            found[shape.name_of("portal", index)] = ("tcp", self.portal_at(index), PORTAL_PORT)
        for index in range(1, shape.edges + 1):
            name, host, control = shape.name_of("edge", index), self.edge_at(index), self.edge_control_at(index)
            found |= {
                f"{name} SIP": ("udp", host, 5060),
                f"{name} SIP over TLS": ("tcp", host, 5061),
                f"{name} SIP over WebSocket": ("tcp", host, 5443),
                f"{name} RPC": ("tcp", control, 5063),
                f"{name} rtpengine": ("udp", control, 2223),
            }
        for index in range(1, shape.nodes + 1):
            name, host, control = shape.name_of("node", index), self.node_at(index), self.node_control_at(index)
            found |= {f"{name} SIP": ("udp", host, 5060), f"{name} ARI": ("tcp", control, 8088)}
        return found
