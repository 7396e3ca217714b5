"""Renders the configuration and becomes the engine: the process id stays, so that a supervisor ends the right one."""

import hashlib
import hmac
import json
import os
import re
import resource
import secrets
import sys
from pathlib import Path

import callmodel
import edge_proxy
import servicekit
from edge_proxy import mediaguard
from edge_proxy.config import EdgeSettings
from edge_proxy.connections import ROOM_OF_STRANGERS
from edge_proxy.rendering import (
    MEDIA_SET,
    EdgeConfiguration,
    TlsFiles,
    render_kamailio,
    render_tls,
    rtpengine_arguments,
)
from kamailio_helpers.templates import Destination, TemplateError, render_dispatcher
from servicekit.files import keep_private, write_atomically
from servicekit.maskedlog import stand_behind
from servicekit.settings import SettingsError

# The uac module wants a table to start with; registrations come by RPC.
NO_REGISTRATIONS = (
    "id(int,auto) l_uuid(string) l_username(string) l_domain(string) r_username(string) r_domain(string) "
    "realm(string) auth_username(string) auth_password(string) auth_ha1(string) auth_proxy(string) expires(int) "
    "flags(int) reg_delay(int) contact_addr(string) socket(string)\n"
)
TABLE_VERSIONS = "table_name(string) table_version(int)\nuacreg:5\n"

SPARE_FILES = 1024
"""What Kamailio opens beside connections: sockets between its processes, logs, files."""

FEWEST_WORKERS = 2

SECRET_NAMES = ("nonce", "topology", "seal")
_SHARED_SECRET = re.compile(r"(?:[0-9a-f]{2}){32,64}")

# Inside the package where it is installed from a wheel, beside it in the checkout.
TEMPLATES = next(folder / "kamailio" for folder in Path(__file__).resolve().parents if (folder / "kamailio").is_dir())


def kamailio() -> None:
    """Start Kamailio in place of this process.  Exits with 1 and a reason on stderr if that can not be."""
    keep_private()
    try:
        settings = EdgeSettings.load()
        prepare(settings)
    except (SettingsError, TemplateError, OSError) as error:
        sys.exit(f"the edge can not start: {error}")
    os.environ.update(script_environment(settings))
    allow_files(settings)
    _become(kamailio_command(settings))


def kamailio_command(settings: EdgeSettings) -> list[str]:
    """Return how Kamailio is run; of its memory managers the one whose cost does not grow with what was allocated.

    The default looks through a thousand lists of free pieces, which was a quarter of the CPU of a call.
    """
    run = str(settings.edge_dir)
    # Of what all share a connection takes 20 KB, over TLS 100; in the process that lists all of them 3 KB
    # (kemi/flows.py).  The system gives what is used only.
    shared, own = 128 + settings.sip_connections // 8, 16 + settings.sip_connections // 200
    memory = ["-m", str(shared), "-M", str(own), "-x", "tlsf", "-X", "tlsf"]
    return [str(settings.kamailio_bin), "-f", f"{run}/kamailio.cfg", "-DD", "-E", "-w", run, "-Y", run, *memory]


def connections_of(settings: EdgeSettings) -> int:
    """Return how many connections the edge takes: fewer than asked for where the system allows fewer open files.

    Kamailio would spin where it may take a connection and can not.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = settings.sip_connections if hard == resource.RLIM_INFINITY else max(hard - SPARE_FILES, hard // 2)
    return min(settings.sip_connections, allowed)


def workers_of(settings: EdgeSettings) -> int:
    """Return how many processes read from each socket: as many as can run at once, unless told.

    Messages go to them in turn: the more there are, the less each finds of its own in the processor's caches when its
    next one comes.  Two at least, since one may wait for rtpengine.
    """
    return settings.edge_workers or max(FEWEST_WORKERS, len(os.sched_getaffinity(0)))


def allow_files(settings: EdgeSettings) -> None:
    """Raise the files that this process may hold open; say on stderr if the system allows too few."""
    connections = connections_of(settings)
    if connections < settings.sip_connections:
        print(f"the system's limit of open files leaves room for {connections} connections", file=sys.stderr)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES if hard == resource.RLIM_INFINITY else min(connections + SPARE_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def rtpengine() -> None:
    """Run rtpengine with the guard of its sockets, and end as it ends.

    Exits with 1 and a reason on stderr if that can not be.
    """
    keep_private()
    try:
        settings = EdgeSettings.load()
        command = [str(settings.rtpengine_bin), *rtpengine_arguments(configuration_of(settings))]
        stand_behind()
    except (SettingsError, TemplateError, OSError) as error:
        sys.exit(f"rtpengine can not start: {error}")
    sys.exit(mediaguard.run(command, (settings.control_address, settings.ng_port), settings.guard_port))


def prepare(settings: EdgeSettings) -> None:
    """Write everything that Kamailio reads at its start.  Raises TemplateError, OSError."""
    configuration = configuration_of(settings)
    run = settings.edge_dir
    _write(run / "registrations" / "uacreg", NO_REGISTRATIONS)
    _write(run / "registrations" / "version", TABLE_VERSIONS)
    _write(run / "kamailio.cfg", render_kamailio(_template("kamailio.cfg.in"), configuration))
    if configuration.tls is not None:
        _write(run / "tls.cfg", render_tls(_template("tls.cfg.in"), configuration))
    destinations = run / "dispatcher.list"
    if settings.edge_role == "branch":
        _write(destinations, render_dispatcher(hq_destinations(settings)))
    elif not destinations.exists():
        _write(destinations, "")


def hq_destinations(settings: EdgeSettings) -> list[Destination]:
    """Return HQ's edges for a branch's dispatcher: the first has the highest priority."""
    uris = settings.hq_destinations
    return [Destination(MEDIA_SET, uri, len(uris) - place) for place, uri in enumerate(uris)]


def configuration_of(settings: EdgeSettings) -> EdgeConfiguration:
    """Return the settings as the templates want them, with this edge's secrets.

    Raises TemplateError, OSError.
    """
    low, high = settings.rtp_range.split("-")
    keys = secrets_of(settings)
    tls = wss_files = None
    if settings.tls_cert and settings.tls_key and settings.tls_ca:
        paths = [str(path.absolute()) for path in (settings.tls_cert, settings.tls_key, settings.tls_ca)]
        tls = TlsFiles(*paths)
    if settings.wss_cert and settings.wss_key:
        wss_files = str(settings.wss_cert.absolute()), str(settings.wss_key.absolute())
    return EdgeConfiguration(
        role=settings.edge_role,
        address=settings.edge_address,
        control_address=settings.control_address,
        platform_domain=settings.platform_domain,
        run=str(settings.edge_dir),
        script=str(TEMPLATES / "route.py"),
        modules=str(settings.modules_dir),
        nonce_secret=keys["nonce"],
        topology_secret=keys["topology"],
        rpc_token=keys["rpc"],
        site_id=settings.site_id,
        sip_port=settings.sip_port,
        tls_port=settings.sip_tls_port,
        internal_port=settings.internal_port,
        peer_port=settings.peer_port,
        peers=tuple(settings.peers),
        ws_port=settings.sip_ws_port,
        wss_port=settings.sip_wss_port,
        wss_files=wss_files,
        ws_origins=tuple(settings.origins),
        rpc_port=settings.rpc_port,
        ng_port=settings.ng_port,
        rtp_range=(int(low), int(high)),
        workers=workers_of(settings),
        tls=tls,
        flood_requests_per_second=settings.flood_requests_per_second,
        ban_seconds=settings.ban_seconds,
        nat_ping_seconds=settings.nat_ping_seconds,
        connections=connections_of(settings),
        debug=2 if settings.log_level == "DEBUG" else 1,
    )


def secrets_of(settings: EdgeSettings) -> dict[str, str]:
    """Return this edge's keys: derived from what all edges share, else its own, made at its first start.

    Calls in progress outlive a restart by them.  Raises TemplateError for a shared secret that is none, OSError.
    """
    path = settings.secrets_file
    if settings.edge_secret_file is not None:
        shared = settings.edge_secret_file.read_text(encoding="utf-8").strip()
        if not _SHARED_SECRET.fullmatch(shared):
            raise TemplateError("the edges' shared secret is 64 hexadecimal digits or more")
        keys = {
            name: hmac.new(bytes.fromhex(shared), name.encode(), hashlib.sha256).hexdigest() for name in SECRET_NAMES
        }
        return _kept(path, keys | {"rpc": _rpc_token(shared, settings.edge_id)})
    try:
        keys = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        _write_once(path, json.dumps({name: secrets.token_hex(32) for name in SECRET_NAMES}))
        keys = json.loads(path.read_text(encoding="utf-8"))
    return _kept(path, keys | {"rpc": _rpc_token(keys["seal"], settings.edge_id)})


def _rpc_token(key: str, edge_id: str) -> str:
    """Return what this edge's RPC wants to hear, derived so that whoever writes the file first writes the same."""
    return hmac.new(bytes.fromhex(key), f"rpc {edge_id}".encode(), hashlib.sha256).hexdigest()


def _kept(path: Path, keys: dict[str, str]) -> dict[str, str]:
    _write(path, json.dumps(keys))
    return keys


def script_environment(settings: EdgeSettings) -> dict[str, str]:
    """Return what the KEMI script reads: it runs on Debian's bare interpreter, without the virtual environment."""
    ours = (edge_proxy, callmodel, servicekit)
    packages = (TEMPLATES, *(Path(str(package.__file__)).resolve().parents[1] for package in ours))
    return {
        "PYTHONPATH": ":".join(dict.fromkeys(str(package) for package in packages)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "EDGE_SCRIPT_SETTINGS": json.dumps(
            {
                "role": settings.edge_role,
                "site_id": settings.site_id,
                "address": settings.edge_address,
                "platform_domain": settings.platform_domain,
                "state_file": str(settings.state_file),
                "sip_port": settings.sip_port,
                "internal_port": settings.internal_port,
                "peer_port": settings.peer_port,
                "peer_ports": dict(peer.rsplit(":", 1) for peer in settings.peers),
                "drain_flag": str(settings.edge_dir / "drain"),
                "rpc_port": settings.rpc_port,
                "ws_ports": [settings.sip_ws_port, settings.sip_wss_port],
                "media_guard": [settings.control_address, settings.guard_port],
                "strikes_allowed": settings.strikes_allowed,
                "stream_ports": stream_ports(settings),
                "stranger_seconds": settings.stranger_seconds,
                "strangers_per_address": settings.strangers_per_address,
                "strangers": connections_of(settings) // ROOM_OF_STRANGERS,
                "flood_requests": settings.flood_requests_per_second,
                "ban_seconds": settings.ban_seconds,
                "secrets_file": str(settings.secrets_file),
                "run": str(settings.edge_dir),
                "telemetry": bool(settings.otlp_endpoint),
                "tells_messages": settings.keeps_messages,
                "trace_sampling": settings.trace_sampling,
            }
        ),
    }


def stream_ports(settings: EdgeSettings) -> list[int]:
    """Return the ports where connections come in; those that go out, Kamailio lists with another or with 0."""
    wanted = (settings.sip_port, settings.sip_tls_port, settings.sip_ws_port, settings.sip_wss_port)
    return [port for port in (*wanted, settings.internal_port) if port]


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode(), 0o600)


def _write_once(path: Path, text: str) -> None:
    """Write a file unless there is one: Kamailio and rtpengine start together, and must go by the same secrets."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    _write(made, text)
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()


def _become(command: list[str]) -> None:
    try:
        stand_behind()
        os.execv(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} can not be run: {error.strerror}")
