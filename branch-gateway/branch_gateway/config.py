"""Settings of a branch; the edge's own settings pass through to the edge processes as they are."""

import ipaddress
import os
import re
import sys
from pathlib import Path

from pydantic import Field, Secret, field_validator

from branch_gateway.identity import Identity
from branch_gateway.supervision import Program
from servicekit.settings import ENV_PREFIX, ServiceSettings

# Started in this order, stopped in the other.
EDGE_PROGRAMS = ("rtpengine", "kamailio", "agent")
_PORT = re.compile("[0-9]{1,5}")


class BranchSettings(ServiceSettings):
    """See the field descriptions; each is TRUNKLINE_<NAME> in the environment."""

    site_id: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", description="id of this site, as at HQ")
    branch_api_url: str = Field(description="HQ's listener for branches, such as https://hq.example.com:8443")
    # Not SecretStr: servicekit would read its file at each start, and a token's file is thrown away after its use.
    enrolment_token: Secret[str] | None = Field(None, description="token from HQ, needed once")
    enrolment_token_file: Path | None = Field(None, description="file with the token from HQ, needed once")
    identity_dir: Path | None = Field(
        None, description="folder for key and certificate, kept across restarts (default: identity in the run folder)"
    )
    edge_address: str = Field("127.0.0.1", description="IP address of the branch's SIP edge")
    control_address: str = Field("", description="address of Kamailio's JSON-RPC; 127.0.0.1 if not given")
    rpc_port: int = Field(5063, ge=1, le=65535, description="port of Kamailio's JSON-RPC")
    hq_edges: str = Field(description="HQ's SIP edges over TLS: host:port,host:port")
    link_probe: str = Field(
        "",
        description="what tells the line's quality: tcp:host:port or udp:host:port (SIP OPTIONS); by default "
        "a TCP handshake with the first of HQ's edges",
    )
    agent_health_port: int = Field(0, ge=0, le=65535, description="health port of the edge agent, 0 for none")
    edge_command: list[str] = Field(
        default_factory=lambda: [sys.executable, "-m", "edge_proxy"],
        description='JSON list: how the edge\'s programs are started, such as ["trunkline", "edge"]',
    )

    @field_validator("branch_api_url")
    @classmethod
    def _https(cls, value: str) -> str:
        if not value.startswith("https://"):
            raise ValueError("headquarters is reached by https:// only")
        return value.rstrip("/")

    @field_validator("edge_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return str(ipaddress.ip_address(value))

    @field_validator("link_probe")
    @classmethod
    def _probe(cls, value: str) -> str:
        if value:
            split_probe(value)
        return value

    @property
    def identity_folder(self) -> Path:
        return (self.identity_dir or self.run_dir / "identity").absolute()

    @property
    def snapshot_file(self) -> Path:
        return self.run_dir.absolute() / "edge-snapshot.json"

    @property
    def rpc_address(self) -> str:
        """Where Kamailio's RPC listens, as the edge itself has it."""
        if self.control_address:
            return self.control_address
        return self.edge_address if ipaddress.ip_address(self.edge_address).is_loopback else "127.0.0.1"

    @property
    def probe_target(self) -> tuple[str, str, int]:
        """Kind (tcp or udp), host and port of the link probe."""
        return split_probe(self.link_probe or f"tcp:{self.hq_edges.split(',')[0].strip()}")

    @property
    def edge_id(self) -> str:
        return os.environ.get(f"{ENV_PREFIX}EDGE_ID", self.site_id)

    @property
    def edge_run_dir(self) -> Path:
        return self.run_dir.absolute() / "edge"

    @property
    def edge_secrets_file(self) -> Path:
        """The edge's keys, which it makes at its start."""
        return self.edge_run_dir / self.edge_id / "secrets.json"

    def read_token(self) -> str | None:
        """Return the enrolment token, None when there is none (any more)."""
        if self.enrolment_token is not None:
            return self.enrolment_token.get_secret_value()
        if self.enrolment_token_file is None:
            return None
        try:
            return self.enrolment_token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def programs(self, identity: Identity) -> list[Program]:
        """Return the edge's programs with their environment; the enrolment token is in none of them."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(f"{ENV_PREFIX}ENROLMENT_TOKEN")
        }
        ours = {
            "EDGE_ROLE": "branch",
            "EDGE_ID": self.edge_id,
            "SITE_ID": self.site_id,
            "EDGE_ADDRESS": self.edge_address,
            "CONTROL_ADDRESS": self.control_address,
            "RPC_PORT": str(self.rpc_port),
            "HQ_EDGES": self.hq_edges,
            "RUN_DIR": str(self.edge_run_dir),
            "HEALTH_PORT": str(self.agent_health_port),
            "SNAPSHOT": f"file:{self.snapshot_file}",
            "TLS_CERT": str(identity.certificate_file),
            "TLS_KEY": str(identity.key_file),
            "TLS_CA": str(identity.authority_file),
        }
        environment |= {ENV_PREFIX + name: value for name, value in ours.items()}
        return [Program(name, [*self.edge_command, name], environment) for name in EDGE_PROGRAMS]


def split_probe(text: str) -> tuple[str, str, int]:
    """Return kind, host and port.  Raises ValueError."""
    kind, _, rest = text.partition(":")
    host, _, port = rest.rpartition(":")
    if kind not in ("tcp", "udp") or not host or not _PORT.fullmatch(port) or not 0 < int(port) < 65536:
        raise ValueError("a probe is tcp:host:port or udp:host:port")
    return kind, host.strip("[]"), int(port)
