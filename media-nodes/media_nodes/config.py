"""Settings of a media node, shared by its Asterisk and its conductor."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from callmodel.wire import DEFAULT_QUEUE, RECORDING_QUEUE
from media_nodes.lookups import Networks
from servicekit.settings import ServiceSettings

_PORTS = re.compile("([0-9]{1,5})-([0-9]{1,5})")


class MediaSettings(ServiceSettings):
    """What a node is called, where it listens, and which edge it serves."""

    node_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$", description="name of this node, such as hq-media-1")
    node_address: str = Field("127.0.0.1", description="address for SIP and RTP, such as 10.0.0.11")
    node_sip_port: Annotated[int, Field(ge=1, le=65535)] = 5060
    ari_port: Annotated[int, Field(ge=1, le=65535)] = 8088
    ami_port: Annotated[int, Field(ge=1, le=65535)] = 5038
    control_address: str = Field("127.0.0.1", description="loopback address of ARI and AMI")
    node_rtp_range: str = Field("20000-24999", description="UDP ports for RTP, such as 20000-24999")
    rtp_timeout_seconds: int = Field(
        120, ge=0, description="a call ends when so long nothing is heard of a side; 0 for never"
    )
    rtp_hold_timeout_seconds: int = Field(3600, ge=0, description="the same for a side that holds the call")
    edge_internal: str = Field(description="internal socket of the edge, host:port; more separated by commas")
    asterisk_root: Path = Field(description="the private Asterisk tree, such as ~/.cache/trunkline/asterisk-22")
    spool_dir: Path = Field(description="folder for recordings on their way to the object store")
    spool_max_bytes: int = Field(
        20 * 1024**3, ge=1_000_000, description="bytes of recordings kept here at most, such as 21474836480"
    )
    spool_min_free_bytes: int = Field(
        512 * 1024**2, ge=0, description="bytes that recordings leave free on the spool's disk, such as 536870912"
    )
    recording_queue: str = Field(
        DEFAULT_QUEUE,
        pattern=RECORDING_QUEUE,
        description="queue of the workers that see this spool: recordings, or recordings.<node> beside each node",
    )
    capacity: Annotated[int, Field(ge=1)] = 100
    lookup_networks: str = Field(
        "", description="networks besides public ones where tenants' systems may be, such as 10.8.0.0/16,10.9.1.7/32"
    )
    shutdown_seconds: float = Field(15, ge=0, description="seconds to wait for held work at shutdown")

    @field_validator("node_rtp_range")
    @classmethod
    def _range(cls, value: str) -> str:
        found = _PORTS.fullmatch(value)
        if found is None or not int(found[1]) < int(found[2]) <= 65535:
            raise ValueError("expected two ports, such as 20000-24999")
        return value

    @field_validator("lookup_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        _networks_in(value)
        return value

    @property
    def lookup_allowed(self) -> Networks:
        """`lookup_networks` as networks."""
        return _networks_in(self.lookup_networks)

    @property
    def instance_dir(self) -> Path:
        """Asterisk's own tree: configuration, logs, passwords."""
        return self.run_dir / f"asterisk-{self.node_id}"

    @property
    def state_dir(self) -> Path:
        """What a conductor leaves to its successor: journal, outbox, snapshot."""
        return self.run_dir / f"conductor-{self.node_id}"

    @property
    def edges(self) -> list[str]:
        """Internal sockets of the edges, `host:port`, the preferred first."""
        return [edge.strip() for edge in self.edge_internal.split(",") if edge.strip()]


def _networks_in(text: str) -> Networks:
    return [ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip()]
