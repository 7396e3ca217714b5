"""From settings to the files that Kamailio and rtpengine start with.

Everything that enters a template is checked first: a value that could end a string or a line is refused, for what a
configuration holds is run.
"""

import hashlib
import re
from dataclasses import dataclass

from edge_proxy.bans import FAMILIAR_SECONDS, FLOODING_SECONDS, HOME_SECONDS
from edge_proxy.connections import IDLE_SECONDS
from edge_proxy.registration import DEFAULT_EXPIRES_SECONDS, MAX_EXPIRES_SECONDS, MIN_EXPIRES_SECONDS, MOST_CONTACTS
from edge_proxy.screening import HELP_IN_WINDOW, MAX_MESSAGE_BYTES
from edge_proxy.telephones import LONGEST_EMERGENCY
from kamailio_helpers.templates import (
    TemplateError,
    check_address,
    check_host,
    check_label,
    check_path,
    check_port,
    check_sip_uri,
    fill,
)

MEDIA_SET = 1
"""Destinations for new calls: media nodes at HQ, HQ's edges at a branch."""
KNOWN_SET = 2
"""Media nodes that get no new calls (draining, full, or without a conductor) and may still end theirs."""
SPARE_SET = 3
"""Media nodes with room that are fuller than others: for new calls that nobody in MEDIA_SET takes."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_SECRET = re.compile(r"[0-9a-f]{32,128}")


@dataclass(frozen=True)
class TlsFiles:
    """Absolute paths of PEM files."""

    certificate: str
    key: str
    ca: str


@dataclass(frozen=True)
class EdgeConfiguration:
    """Everything the templates need.

    `role`: hq or branch; `site_id` only for a branch; `control_address`: where RPC and ng (rtpengine) listen;
    `rpc_token`: what a command by RPC must bring;
    `peers`: `host:port` of the other edges' sockets for each other; `ws_port`, `wss_port`: 0 for no WebSocket;
    `wss_files`: absolute paths of the certificate that browsers are shown and its key, if it is not the edge's own.
    """

    role: str
    address: str
    control_address: str
    platform_domain: str
    run: str
    script: str
    modules: str
    nonce_secret: str
    topology_secret: str
    rpc_token: str
    site_id: str = ""
    sip_port: int = 5060
    tls_port: int = 5061
    internal_port: int = 5062
    peer_port: int = 5064
    rpc_port: int = 5063
    ng_port: int = 2223
    rtp_range: tuple[int, int] = (30000, 34999)
    workers: int = 4
    tls: TlsFiles | None = None
    peers: tuple[str, ...] = ()
    ws_port: int = 0
    wss_port: int = 0
    wss_files: tuple[str, str] | None = None
    ws_origins: tuple[str, ...] = ()
    flood_requests_per_second: int = 50
    ban_seconds: int = 300
    nat_ping_seconds: int = 15
    connections: int = 8192
    debug: int = 1

    def __post_init__(self) -> None:
        if self.role not in ("hq", "branch"):
            raise TemplateError("role must be hq or branch")
        for address in (self.address, self.control_address):
            check_address(address)
        check_host(self.platform_domain)
        for path in (self.run, self.script, self.modules):
            check_path(path)
        for secret in (self.nonce_secret, self.topology_secret, self.rpc_token):
            if not _SECRET.fullmatch(secret):
                raise TemplateError("a secret is 32 to 128 hexadecimal digits")
        if self.role == "branch":
            check_label(self.site_id)
            if self.tls is None:
                raise TemplateError("a branch needs a certificate: it reaches headquarters over TLS only")
        if self.tls is not None:
            for path in (self.tls.certificate, self.tls.key, self.tls.ca, *(self.wss_files or ())):
                check_path(path)
        self._check_ports()
        for number in (
            self.workers,
            self.flood_requests_per_second,
            self.ban_seconds,
            self.nat_ping_seconds,
            self.connections,
        ):
            if not 0 < number < 1_000_000:
                raise TemplateError("a count or time is out of bounds")

    def _check_ports(self) -> None:
        ports = (self.sip_port, self.tls_port, self.internal_port, self.peer_port, self.rpc_port, self.ng_port)
        for port in (*ports, *self.rtp_range):
            check_port(port)
        for peer in self.peers:
            check_sip_uri(f"sip:{peer}")
        for port in filter(None, (self.ws_port, self.wss_port)):
            check_port(port)
        if not all(_ORIGIN.fullmatch(origin) for origin in self.ws_origins):
            raise TemplateError("an origin is https://host or https://host:port")
        if self.wss_port and self.tls is None:
            raise TemplateError("WebSocket over TLS needs a certificate")
        if self.peers and self.role != "hq":
            raise TemplateError("only headquarters' edges have peers")
        if self.rtp_range[1] - self.rtp_range[0] < 3:
            raise TemplateError("an RTP range holds at least four ports")


def branch_host(site_id: str, platform_domain: str) -> str:
    """Return the name that stands for a branch's connection in Path; no name server knows it."""
    return f"{check_label(site_id)}.branch.{check_host(platform_domain)}"


def site_of_branch_host(host: str, platform_domain: str) -> str | None:
    """Return the site that a symbolic host name stands for, None for any other name."""
    label, _, rest = host.lower().partition(".")
    return label if label and rest == f"branch.{platform_domain.lower()}" else None


def render_kamailio(template: str, configuration: EdgeConfiguration) -> str:
    """Return kamailio.cfg.  Raises TemplateError."""
    c = configuration
    values: dict[str, str | int] = {
        "ROLE": c.role.upper(),
        "DEBUG": c.debug,
        "WORKERS": c.workers,
        # Their peers are slow: a handshake, and whoever reads late.
        "TCP_WORKERS": max(c.workers, 4),
        "ADDRESS": c.address,
        "CONTROL_ADDRESS": c.control_address,
        "SIP_PORT": c.sip_port,
        "FEATURES": _features(c),
        "INTERNAL_PORT": c.internal_port,
        "PEER_PORT": c.peer_port,
        "PEER_ADDRESSES": _peer_addresses(c),
        "REPLICATED": "dmqreplicate=1;" if c.peers else "",
        "RPC_PORT": c.rpc_port,
        "RPC_KEY_HASH": hashlib.sha256(f"Bearer {c.rpc_token}".encode()).hexdigest(),
        "NG_PORT": c.ng_port,
        "WS_LISTEN": _ws_listen(c),
        "WS_PORT": c.ws_port,
        "WSS_PORT": c.wss_port,
        "WS_ORIGINS": "|".join(origin.replace(".", "[.]") for origin in c.ws_origins),
        "TLS_PORT": c.tls_port,
        "MAX_MESSAGE_BYTES": MAX_MESSAGE_BYTES,
        "LONGEST_EMERGENCY": LONGEST_EMERGENCY,
        "HELP_IN_WINDOW": HELP_IN_WINDOW,
        "TLS_LISTEN": _tls_listen(c),
        "TLS_LOAD": _tls_load(c),
        "MODULES": c.modules,
        "MOST_CONTACTS": MOST_CONTACTS,
        "MIN_EXPIRES": MIN_EXPIRES_SECONDS,
        "DEFAULT_EXPIRES": DEFAULT_EXPIRES_SECONDS,
        "MAX_EXPIRES": MAX_EXPIRES_SECONDS,
        "NAT_PING_SECONDS": c.nat_ping_seconds,
        "PLATFORM_DOMAIN": c.platform_domain,
        "NONCE_SECRET": c.nonce_secret,
        "TOPOLOGY_SECRET": c.topology_secret,
        "BAN_SECONDS": c.ban_seconds,
        "HOME_SECONDS": HOME_SECONDS,
        "FAMILIAR_SECONDS": FAMILIAR_SECONDS,
        "FLOODING_SECONDS": FLOODING_SECONDS,
        "CONNECTIONS": c.connections,
        "IDLE_SECONDS": IDLE_SECONDS,
        # pike counts in windows of two seconds.
        "FLOOD_REQUESTS": c.flood_requests_per_second * 2,
        "RUN": c.run,
        "SCRIPT": c.script,
    }
    return fill(template, values)


def render_tls(template: str, configuration: EdgeConfiguration) -> str:
    """Return tls.cfg for an edge that has certificates.  Raises TemplateError."""
    files = configuration.tls
    if files is None:
        raise TemplateError("there is no certificate")
    return fill(
        template,
        {
            "CERTIFICATE": files.certificate,
            "KEY": files.key,
            "CA": files.ca,
            "WSS_SERVER": _wss_server(configuration, files),
        },
    )


def rtpengine_arguments(configuration: EdgeConfiguration) -> list[str]:
    """Return rtpengine's command line without its own name: userspace forwarding, in the foreground."""
    c = configuration
    return [
        "--config-file=none",
        "--table=-1",
        "--foreground",
        "--log-stderr",
        "--log-level=4",
        f"--interface={c.address}",
        f"--listen-ng={_bracketed(c.control_address)}:{c.ng_port}",
        f"--port-min={c.rtp_range[0]}",
        f"--port-max={c.rtp_range[1]}",
        "--num-threads=2",
        "--timeout=60",
        "--silent-timeout=3600",
        "--delete-delay=0",
        "--tos=184",
    ]


def _tls_listen(c: EdgeConfiguration) -> str:
    if c.tls is None:
        return ""
    lines = ["enable_tls=yes", f'listen=tls:{c.address}:{c.tls_port} name "siptls"']
    if c.role == "branch":
        host = branch_host(c.site_id, c.platform_domain)
        lines.append(f'listen=tls:{c.address}:{c.internal_port} name "uplink"')
        # HQ names us so in Route: what it knows of our address is only the outside of a NAT.
        lines.append(f'alias="{host}"')
    return "\n".join(lines)


def _features(c: EdgeConfiguration) -> str:
    wanted = {"PEERS": c.peers, "WEBSOCKET": c.ws_port or c.wss_port}
    return "\n".join(f"#!define {name}" for name, on in wanted.items() if on)


def _ws_listen(c: EdgeConfiguration) -> str:
    lines = {
        f'listen=tcp:{c.address}:{c.ws_port} name "ws"': c.ws_port,
        f'listen=tls:{c.address}:{c.wss_port} name "wss"': c.wss_port,
    }
    return "\n".join(line for line, port in lines.items() if port)


def _peer_addresses(c: EdgeConfiguration) -> str:
    return "\n".join(f'modparam("dmq", "notification_address", "sip:{peer}")' for peer in c.peers)


def _wss_server(c: EdgeConfiguration, files: TlsFiles) -> str:
    if not c.wss_port:
        return ""
    certificate, key = c.wss_files or (files.certificate, files.key)
    # A browser that is asked for a certificate gives the connection up: for a WebSocket it can not ask its user.
    return "\n".join(
        (
            f"[server:{c.address}:{c.wss_port}]",
            "method = TLSv1.2+",
            f"private_key = {key}",
            f"certificate = {certificate}",
            "verify_certificate = no",
            "require_certificate = no",
        )
    )


def _tls_load(c: EdgeConfiguration) -> str:
    # First of all modules: it takes over OpenSSL's memory and locks.
    return f'loadmodule "tls.so"\nmodparam("tls", "config", "{c.run}/tls.cfg")' if c.tls else ""


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
