"""Checks of the doors behind which whoever enters owns a part: do they ask a stranger for a password?"""

import ipaddress
import os
import socket
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from servicekit import sentinel
from trunkline.diagnosis import Finding, Level, fine
from trunkline.leftovers import stack_lives
from trunkline.plan import REDIS_PORT, AddressPlan
from trunkline.shape import CLUSTER, SINGLE, Shape

KNOCK_SECONDS = 1.0
SUBJECT = "control ports"
RPC_PORT, NG_PORT, ARI_PORT, AMI_PORT = 5063, 2223, 8088, 5038


class Kind(Enum):
    """What is behind a door, and what a stranger says to be let in."""

    REDIS = b"PING\r\n"
    RPC = b'POST /RPC HTTP/1.0\r\nContent-Length: 48\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"core.version"}'
    ARI = b"GET /ari/asterisk/ping HTTP/1.0\r\n\r\n"
    AMI = b"Action: Ping\r\n\r\n"
    NG = b"door d7:command4:pinge"

    def opened(self, answer: bytes) -> bool:
        """Say whether such an answer is one to somebody who was let in."""
        match self:
            case Kind.REDIS:
                return answer.startswith((b"+PONG", b"-LOADING"))
            case Kind.AMI:
                return b"Ping: Pong" in answer
            case Kind.NG:
                return b"pong" in answer
            case _:
                return b" 200 " in answer.partition(b"\r\n")[0]


@dataclass(frozen=True)
class Door:
    """A port of commands.  `outside`: whether phones and carriers may come to this address."""

    name: str
    kind: Kind
    host: str
    port: int
    outside: bool = False

    @property
    def stands_open(self) -> bool:
        """Whether a stranger gets in; rtpengine has no password, so that one counts where phones may come only."""
        if self.kind is Kind.NG and not self.outside:
            return False
        return self.kind.opened(knock(self.host, self.port, self.kind, self.kind.value))


def check_doors(run_root: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Redis, RPC, ng, ARI and AMI of this machine's stacks and of what the environment configures want a password."""
    doors = [*doors_of_environment(environment)]
    for folder in sorted(run_root.glob("*-*")) if run_root.is_dir() else []:
        name, _, block = folder.name.rpartition("-")
        if name in ("demo", "cluster") and block.isdigit() and stack_lives(folder):
            doors += doors_of_stack(AddressPlan(int(block)), SINGLE if name == "demo" else CLUSTER)
    found = list(findings_of(doors))
    yield from found
    if not found:
        text = f"none of {len(doors)} lets a stranger in" if doors else "none in use; a stack makes its own"
        yield fine(SUBJECT, text)


def findings_of(doors: list[Door]) -> Iterator[Finding]:
    """Yield what is wrong with these doors."""
    for door in doors:
        if door.stands_open:
            where = f"{door.name} at {door.host}:{door.port}"
            text = f"{where} takes commands from whoever reaches it, without a password"
            yield Finding(SUBJECT, Level.WARNING, text, _MEND[door.kind])


_MEND = {
    Kind.REDIS: "requirepass in its configuration, and the password in TRUNKLINE_REDIS_URL",
    Kind.RPC: "start this edge again: it makes a token at its start",
    Kind.ARI: "start Asterisk by 'trunkline media-node asterisk', which makes a password",
    Kind.AMI: "start Asterisk by 'trunkline media-node asterisk', which makes a password",
    Kind.NG: "TRUNKLINE_CONTROL_ADDRESS: an address that phones and carriers can not reach, such as 127.0.0.1",
}


def doors_of_stack(plan: AddressPlan, shape: Shape) -> Iterator[Door]:
    """Yield the doors of a stack, and those that must not be at the addresses where phones and carriers come."""
    edges, nodes = range(1, shape.edges + 1), range(1, shape.nodes + 1)
    redises = [plan.redis_at(place) for place in range(1, shape.redises + 1)] if shape.redises > 1 else [plan.control]
    for host in redises:
        yield Door("Redis", Kind.REDIS, host, REDIS_PORT)
        if shape.redises > 1:
            yield Door("a sentinel", Kind.REDIS, host, sentinel.DEFAULT_PORT)
    for index in edges:
        yield from _of_edge(f"edge-{index}", plan.edge_at(index), plan.edge_control_at(index))
    yield from _of_edge("the branch", plan.branch, plan.branch_control)
    for index in nodes:
        yield from _of_node(f"node-{index}", plan.node_at(index), plan.node_control_at(index))


def doors_of_environment(environment: Mapping[str, str]) -> Iterator[Door]:
    """Yield the doors of what TRUNKLINE_... variables and the file of TRUNKLINE_CONFIG name."""
    url = environment.get("TRUNKLINE_REDIS_URL") or _configured(environment.get("TRUNKLINE_CONFIG"))
    if url:
        for host, port in redises_of(url):
            yield Door("Redis", Kind.REDIS, host, port)
    control = environment.get("TRUNKLINE_CONTROL_ADDRESS", "")
    if edge := environment.get("TRUNKLINE_EDGE_ADDRESS"):
        own = edge if ipaddress.ip_address(edge).is_loopback else "127.0.0.1"
        yield from _of_edge("this edge", edge, control or own, environment)
    if node := environment.get("TRUNKLINE_NODE_ADDRESS"):
        yield from _of_node("this media node", node, control or "127.0.0.1", environment)


def _of_edge(name: str, address: str, control: str, environment: Mapping[str, str] | None = None) -> Iterator[Door]:
    rpc, ng = (_port(environment, name, usual) for name, usual in (("RPC_PORT", RPC_PORT), ("NG_PORT", NG_PORT)))
    for host in dict.fromkeys((control, address)):
        yield Door(f"Kamailio's RPC of {name}", Kind.RPC, host, rpc)
        yield Door(f"rtpengine of {name}", Kind.NG, host, ng, outside=host == address or _is_outside(host))


def _of_node(name: str, address: str, control: str, environment: Mapping[str, str] | None = None) -> Iterator[Door]:
    ari, ami = (_port(environment, name, usual) for name, usual in (("ARI_PORT", ARI_PORT), ("AMI_PORT", AMI_PORT)))
    for host in dict.fromkeys((control, address)):
        yield Door(f"ARI of {name}", Kind.ARI, host, ari)
        yield Door(f"AMI of {name}", Kind.AMI, host, ami)


def _port(environment: Mapping[str, str] | None, name: str, usual: int) -> int:
    given = (environment or {}).get(f"TRUNKLINE_{name}", "")
    return int(given) if given.isdigit() else usual


def _is_outside(host: str) -> bool:
    """Say whether others than this host's own processes may reach an address."""
    return not ipaddress.ip_address(host).is_loopback


def _configured(path: str | None) -> str:
    try:
        return str(tomllib.loads(Path(path).read_text(encoding="utf-8")).get("redis_url", "")) if path else ""
    except (OSError, ValueError):
        return ""


def redises_of(url: str) -> Iterator[tuple[str, int]]:
    """Yield where servers or sentinels of an address listen; none for a socket in a folder.  Raises ValueError."""
    if sentinel.is_sentinel(url):
        yield from sentinel.parse(url).sentinels
    elif not url.startswith("unix://"):
        parts = urlsplit(url)
        yield parts.hostname or "", parts.port or 6379


def knock(host: str, port: int, kind: Kind, question: bytes) -> bytes:
    """Return what whoever says this is told, nothing where nobody is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    answer = b""
    try:
        with socket.socket(family, socket.SOCK_DGRAM if kind is Kind.NG else socket.SOCK_STREAM) as knocking:
            knocking.settimeout(KNOCK_SECONDS)
            knocking.connect((host, port))
            knocking.sendall(question)
            # AMI greets before it answers.
            for _ in range(2 if kind is Kind.AMI else 1):
                answer += knocking.recv(4096)
    except OSError:
        pass
    return answer
