"""Settings of an edge, at HQ and at a branch, from TRUNKLINE_... variables."""

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from servicekit.publicnet import networks_in
from servicekit.settings import ServiceSettings

MODULE_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")


class EdgeSettings(ServiceSettings):
    edge_id: str = Field("edge-1", pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}$", description="name of this edge")
    edge_role: Literal["hq", "branch"] = Field("hq", description="hq or branch")
    site_id: str = Field("", description="the branch's site, as in its certificate")
    edge_address: str = Field(description="IP address of this edge, such as 203.0.113.10")
    sip_port: int = Field(5060, gt=0, le=65535, description="port for phones and carriers, UDP and TCP")
    sip_tls_port: int = Field(5061, gt=0, le=65535, description="port for phones and branches, TLS")
    internal_port: int = Field(5062, gt=0, le=65535, description="for media nodes (HQ) or the uplink (branch)")
    peer_port: int = Field(5064, gt=0, le=65535, description="for HQ's other edges, UDP on a private network")
    edge_peers: str = Field(
        "", description="peer sockets of HQ's other edges: host:port,host:port; empty for one edge"
    )
    edge_secret_file: Path | None = Field(
        None, description="file with 64 hexadecimal digits that all of HQ's edges share (openssl rand -hex 32)"
    )
    sip_ws_port: int = Field(0, ge=0, le=65535, description="port for browsers over WebSocket; 0 for none")
    sip_wss_port: int = Field(0, ge=0, le=65535, description="port for browsers over WebSocket and TLS; 0 for none")
    ws_origins: str = Field("", description="pages that may connect: https://host,https://host:port")
    control_address: str = Field(
        "",
        description="address of Kamailio's RPC and rtpengine's control port, which phones and carriers cannot reach; "
        "127.0.0.1 if not given",
    )
    rpc_port: int = Field(5063, gt=0, le=65535, description="port of Kamailio's JSON-RPC")
    ng_port: int = Field(2223, gt=0, lt=65_535, description="port of rtpengine's control; its guard's is the next")
    rtp_range: str = Field("30000-34999", pattern="^[0-9]+-[0-9]+$", description="ports for RTP, such as 30000-34999")
    tls_cert: Path | None = Field(None, description="PEM file with this edge's certificate chain")
    tls_key: Path | None = Field(None, description="PEM file with its private key")
    tls_ca: Path | None = Field(None, description="PEM file with the platform's CA")
    wss_cert: Path | None = Field(None, description="PEM file with the chain for browsers; none: this edge's own")
    wss_key: Path | None = Field(None, description="PEM file with its private key")
    hq_edges: str = Field("", description="HQ's edges for a branch, best first: host:port,host:port")
    dns_servers: str = Field(
        "", description="name servers for carriers' names, address or address:port with commas; empty: the system's"
    )
    carrier_networks: str = Field(
        "", description="networks beside public addresses where carriers' names may lead: 10.9.0.0/16,192.0.2.0/28"
    )
    platform_domain: str = Field("trunkline.test", description="domain of the platform, such as example.com")
    snapshot: str = Field("redis", pattern=r"^(redis|file:/.+)$", description="redis or file:/absolute/path")
    kamailio_bin: Path = Field(Path("/usr/sbin/kamailio"), description="Kamailio's executable")
    rtpengine_bin: Path = Field(Path("/usr/bin/rtpengine"), description="rtpengine's executable")
    kamailio_modules: Path | None = Field(None, description="folder with Kamailio's modules; found if not given")
    edge_workers: int = Field(0, ge=0, le=64, description="SIP workers for each socket; 0: as many as processors")
    # Kamailio's pike counts the requests of two seconds in 16 bits (modules/pike/ip_tree.h): more would wrap around.
    flood_requests_per_second: int = Field(
        50, ge=1, le=32_000, description="requests a second that a stranger may send"
    )
    ban_seconds: int = Field(300, ge=1, description="how long an address stays banned")
    strikes_allowed: int = Field(10, ge=1, description="wrong passwords a minute before an address is banned")
    sip_connections: int = Field(8192, ge=64, le=16_384, description="connections that the edge takes at once")
    # Well below the 20 s between WebSocket pings: Kamailio logs two lines for each ping of what was closed just now.
    stranger_seconds: float = Field(
        10.0, ge=1, description="seconds in which whoever connects has to prove who it is, by password or certificate"
    )
    strangers_per_address: int = Field(
        256, ge=1, le=16_384, description="connections that an address may hold before they have proved who they are"
    )
    kept_messages: int = Field(
        100_000,
        ge=0,
        le=5_000_000,
        description="heads of SIP messages kept for `trunkline calls why`; 0 for none",
    )
    kept_hours: float = Field(24.0, gt=0, le=168, description="for how long they are kept")
    nat_ping_seconds: int = Field(15, ge=1, description="seconds between pings that keep a NAT open")

    @field_validator("edge_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return _ipv4(value)

    @field_validator("control_address")
    @classmethod
    def _is_address_if_any(cls, value: str) -> str:
        return _ipv4(value) if value else value

    @field_validator("dns_servers")
    @classmethod
    def _are_servers(cls, value: str) -> str:
        for each in filter(None, value.split(",")):
            address, _, port = each.strip().partition(":")
            _ipv4(address)
            if port and not 0 < int(port) < 65_536:
                raise ValueError("a name server's port is a number up to 65535")
        return value

    @field_validator("carrier_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        networks_in(value)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "EdgeSettings":
        tls = (self.tls_cert, self.tls_key, self.tls_ca)
        if any(tls) and not all(tls):
            raise ValueError("TRUNKLINE_TLS_CERT, TRUNKLINE_TLS_KEY and TRUNKLINE_TLS_CA belong together")
        if bool(self.wss_cert) != bool(self.wss_key):
            raise ValueError("TRUNKLINE_WSS_CERT and TRUNKLINE_WSS_KEY belong together")
        if self.edge_role == "branch" and not (self.site_id and self.hq_edges and all(tls)):
            raise ValueError(
                "a branch's edge needs TRUNKLINE_SITE_ID, TRUNKLINE_HQ_EDGES and TRUNKLINE_TLS_CERT/_KEY/_CA"
            )
        if (self.sip_ws_port or self.sip_wss_port) and not self.ws_origins:
            raise ValueError("TRUNKLINE_SIP_WS_PORT and TRUNKLINE_SIP_WSS_PORT need TRUNKLINE_WS_ORIGINS")
        if not self.control_address:
            own = ipaddress.ip_address(self.edge_address).is_loopback
            self.control_address = self.edge_address if own else "127.0.0.1"
        if self.control_address == self.edge_address and not ipaddress.ip_address(self.edge_address).is_loopback:
            raise ValueError(
                "TRUNKLINE_CONTROL_ADDRESS must not be TRUNKLINE_EDGE_ADDRESS: rtpengine asks nobody for a password"
            )
        if self.edge_peers and (self.edge_role != "hq" or self.edge_secret_file is None):
            raise ValueError("TRUNKLINE_EDGE_PEERS is for edges at HQ, and needs TRUNKLINE_EDGE_SECRET_FILE")
        return self

    @property
    def peers(self) -> list[str]:
        """Peer sockets of HQ's other edges, `host:port`."""
        hosts = [host.strip() for host in self.edge_peers.split(",") if host.strip()]
        return [host if ":" in host else f"{host}:{self.peer_port}" for host in hosts]

    @property
    def name_servers(self) -> list[str]:
        """Who is asked for carriers' names, `address` or `address:port`; empty: whom the system asks."""
        return [server.strip() for server in self.dns_servers.split(",") if server.strip()]

    @property
    def origins(self) -> list[str]:
        """Origins (RFC 6454) of the pages whose WebSockets are taken."""
        return [origin.strip().lower() for origin in self.ws_origins.split(",") if origin.strip()]

    @property
    def keeps_messages(self) -> bool:
        """Whether the agent keeps heads of messages: a branch's has nobody who could ask it."""
        return self.edge_role == "hq" and self.snapshot == "redis" and self.kept_messages > 0

    @property
    def guard_port(self) -> int:
        """Where the guard of rtpengine's sockets takes orders, beside rtpengine itself."""
        return self.ng_port + 1

    @property
    def edge_dir(self) -> Path:
        """This edge's own folder inside the run folder."""
        return self.run_dir.absolute() / self.edge_id

    @property
    def secrets_file(self) -> Path:
        """This edge's keys, made at its start."""
        return self.edge_dir / "secrets.json"

    @property
    def state_file(self) -> Path:
        """What Kamailio's workers look up (`view.StateFile`)."""
        return self.edge_dir / "state.db"

    @property
    def hq_destinations(self) -> list[str]:
        """HQ's edges as SIP URIs, best first."""
        hosts = [host.strip() for host in self.hq_edges.split(",") if host.strip()]
        return [f"sip:{host if ':' in host else host + ':5061'};transport=tls" for host in hosts]

    @property
    def modules_dir(self) -> Path:
        if self.kamailio_modules is not None:
            return self.kamailio_modules
        folders = (Path(folder) / "kamailio" / "modules" for folder in MODULE_FOLDERS)
        return next((folder for folder in folders if folder.is_dir()), Path(MODULE_FOLDERS[0]) / "kamailio/modules")


def _ipv4(value: str) -> str:
    try:
        return str(ipaddress.IPv4Address(value))
    except ipaddress.AddressValueError:
        raise ValueError("an edge has an IPv4 address: see docs/interop.md on IPv6") from None
