"""Configurations from templates: each `@NAME@` is filled, with values that were checked before.

What a configuration holds is run: a value that could end a string or a line is refused.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"@([A-Z_]+)@")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_PATH = re.compile(r"/[A-Za-z0-9._/+-]{0,1024}")


class TemplateError(ValueError):
    """A value that must not enter a configuration, or a template that asks for what is not there."""

    error_id = "edge-configuration-invalid"


@dataclass(frozen=True)
class Destination:
    """One line of dispatcher.list.  Higher priority first."""

    group: int
    uri: str
    priority: int = 0


def render_dispatcher(destinations: Iterable[Destination]) -> str:
    """Return dispatcher.list.  Raises TemplateError: Kamailio answers "Ok" to a bad list, and has none then."""
    return "".join(f"{each.group} {check_sip_uri(each.uri)} 0 {int(each.priority)}\n" for each in destinations)


def fill(template: str, values: Mapping[str, str | int]) -> str:
    """Replace each `@NAME@`.  Raises TemplateError for a name without a value."""

    def value_of(match: re.Match[str]) -> str:
        if match.group(1) not in values:
            raise TemplateError(f"the template asks for {match.group(1)}, which nobody gives")
        return str(values[match.group(1)])

    return _PLACEHOLDER.sub(value_of, template)


def check_address(address: str) -> str:
    """Return an IP address.  Raises TemplateError."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        raise TemplateError("not an IP address") from None


def check_host(host: str) -> str:
    """Return a host name or IPv4 address.  Raises TemplateError."""
    if not _HOST.fullmatch(host):
        raise TemplateError("not a host name")
    return host


def check_label(label: str) -> str:
    """Return one label of a host name.  Raises TemplateError."""
    if not _LABEL.fullmatch(label):
        raise TemplateError("not a label of a host name")
    return label


def check_path(path: str) -> str:
    """Return an absolute path without anything that a configuration could stumble over.  Raises TemplateError."""
    if not _PATH.fullmatch(path):
        raise TemplateError("not an absolute path of letters, digits and ._+-/")
    return path


def check_port(port: int) -> int:
    """Return a port.  Raises TemplateError."""
    if not 0 < port < 65536:
        raise TemplateError("not a port")
    return port


def check_sip_uri(uri: str) -> str:
    """Return `sip:host:port` with an optional transport.  Raises TemplateError."""
    match = re.fullmatch(r"sip:([^:;\s]+):([0-9]{1,5})(;transport=(udp|tcp|tls))?", uri)
    if match is None:
        raise TemplateError("not sip:host:port")
    check_host(match.group(1))
    check_port(int(match.group(2)))
    return uri
