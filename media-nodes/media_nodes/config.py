"""Settings of a media node, shared by its Asterisk and its conductor."""

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from callmodel.wire import DEFAULT_QUEUE, RECORDING_QUEUE
from servicekit.publicnet import Networks, networks_in
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
    objects_url: str = Field(
        "",
        description="object store with tenants' audio, as the control plane's TRUNKLINE_OBJECTS_URL; empty for none",
    )
    objects_access_key: SecretStr | None = Field(None, description="access key of S3, to read prompts with")
    objects_secret_key: SecretStr | None = Field(None, description="secret key of S3, together with the access key")
    sound_cache_bytes: int = Field(
        1024**3, ge=1_000_000, description="bytes of prompts and spoken text kept on disk at most, such as 1073741824"
    )
    voice_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="engine that speaks text, such as http://127.0.0.1:5500/speak; empty for espeak-ng alone",
    )
    recogniser_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="engine that recognises words, such as http://127.0.0.1:5501/words; empty for none but ours",
    )
    recogniser_processes: int = Field(1, ge=1, le=32, description="processes that recognise words at once")
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
        networks_in(value)
        return value

    @property
    def lookup_allowed(self) -> Networks:
        """`lookup_networks` as networks."""
        return networks_in(self.lookup_networks)

    @model_validator(mode="after")
    def _both_keys(self) -> Self:
        if (self.objects_access_key is None) != (self.objects_secret_key is None):
            raise ValueError("TRUNKLINE_OBJECTS_ACCESS_KEY and TRUNKLINE_OBJECTS_SECRET_KEY are given together")
        return self

    @property
    def objects_credentials(self) -> tuple[str, str] | None:
        """Access key and secret key of S3, None for the AWS chain's."""
        if self.objects_access_key is None or self.objects_secret_key is None:
            return None
        return self.objects_access_key.get_secret_value(), self.objects_secret_key.get_secret_value()

    @property
    def sounds_dir(self) -> Path:
        """Prompts as they are played: what is lost here is fetched or spoken again."""
        return self.run_dir / f"sounds-{self.node_id}"

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
