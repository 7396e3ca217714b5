"""Writes an Asterisk instance: configuration from the templates beside this package, folders, passwords."""

import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from callmodel.vouched import HEADER
from media_nodes.config import MediaSettings
from media_nodes.edges import edges_of
from servicekit.files import write_atomically

# Inside the package where it is installed from a wheel, beside it in the checkout.
TEMPLATES = next(folder / "asterisk" for folder in Path(__file__).resolve().parents if (folder / "asterisk").is_dir())
FOLDERS = ("etc", "spool", "run", "log", "var/keys", "cache", "data/sounds", "data/music")
_EDGE = """
[{endpoint}](every-edge)
outbound_proxy=sip:{address}\\;lr
aors={endpoint}

[{endpoint}]
type=identify
endpoint={endpoint}
match={host}

[{endpoint}]
type=aor
contact=sip:{address}
qualify_frequency=1
qualify_timeout=0.5
qualify_2xx_only=yes
"""

_PLACE = re.compile(r"@([a-z_]+)@")


class TreeMissingError(FileNotFoundError):
    """There is no Asterisk where TRUNKLINE_ASTERISK_ROOT says."""


@dataclass(frozen=True)
class Passwords:
    """The conductor's passwords for ARI and AMI, made anew with each instance tree."""

    ari: str
    ami: str


def render(settings: MediaSettings, *, extra_modules: tuple[str, ...] = (), extra_dialplan: str = "") -> Path:
    """Write the instance tree and return the path of its asterisk.conf.

    Doing it again keeps the passwords, so that a conductor that runs stays able to talk to the next Asterisk.
    Raises TreeMissingError, OSError.
    """
    instance = settings.instance_dir
    for folder in FOLDERS:
        (instance / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    _link_data(settings.asterisk_root, instance / "data")
    values = _values_of(settings) | {
        "extra_modules": "\n".join(f"load => {module}" for module in extra_modules),
        "extra_dialplan": extra_dialplan,
    }
    for template in sorted(TEMPLATES.glob("*.conf")):
        text = _fill(template.read_text(encoding="utf-8"), values, template.name)
        write_atomically(instance / "etc" / template.name, text.encode(), 0o600)
    return instance / "etc" / "asterisk.conf"


def passwords_of(settings: MediaSettings) -> Passwords:
    """Return the instance's passwords, made on the first asking; the file is readable by its owner only."""
    path = settings.instance_dir / "passwords.json"
    try:
        return Passwords(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        made = Passwords(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
        write_atomically(path, json.dumps({"ari": made.ari, "ami": made.ami}).encode(), 0o600)
        return made


def multiarch_of(root: Path) -> str:
    """Return the folder name of the tree's libraries, such as `x86_64-linux-gnu`.  Raises TreeMissingError."""
    for modules in sorted(root.glob("usr/lib/*/asterisk/modules")):
        return modules.parents[1].name
    raise TreeMissingError(f"no Asterisk in {root}: run `trunkline doctor`")


def _values_of(settings: MediaSettings) -> dict[str, str]:
    instance = settings.instance_dir.resolve()
    rtp_first, _, rtp_last = settings.node_rtp_range.partition("-")
    passwords = passwords_of(settings)
    return {
        "etc": str(instance / "etc"),
        "instance": str(instance),
        "root": str(settings.asterisk_root.resolve()),
        "multiarch": multiarch_of(settings.asterisk_root),
        "node_id": settings.node_id,
        # Four sockets a leg, two legs a call, and what recordings and ARI need.
        "max_files": str(max(4096, settings.capacity * 24)),
        "address": settings.node_address,
        "sip_port": str(settings.node_sip_port),
        "edges": "\n".join(_EDGE.format(**vars(edge), host=edge.host) for edge in edges_of(settings.edges)),
        "loopback": settings.control_address,
        "ari_port": str(settings.ari_port),
        "ami_port": str(settings.ami_port),
        "ari_password": passwords.ari,
        "ami_password": passwords.ami,
        "offer": _offer(),
        "rtp_first": rtp_first,
        "rtp_last": rtp_last,
        "rtp_timeout": str(settings.rtp_timeout_seconds),
        "rtp_timeout_hold": str(settings.rtp_hold_timeout_seconds),
    }


def _offer() -> str:
    return f" same => n,Stasis(trunkline,in,${{PJSIP_HEADER(read,{HEADER})}})\n same => n,Hangup(42)"


def _fill(text: str, values: dict[str, str], name: str) -> str:
    def value_of(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise KeyError(f"{name} asks for an unknown value {match[1]}")
        return values[match[1]]

    return _PLACE.sub(value_of, text)


def _link_data(root: Path, data: Path) -> None:
    shared = root.resolve() / "usr/share/asterisk"
    links = {name: shared / name for name in ("documentation", "rest-api", "moh", "static-http")}
    links["sounds/en"] = shared / "sounds/en_US_f_Allison"
    for name, target in links.items():
        link = data / name
        if link.is_symlink() and link.readlink() == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)
