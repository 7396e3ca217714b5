"""The address of a Redis behind Sentinel, in one line: where to ask for the master, and how to sign in to it."""

from dataclasses import dataclass, field
from urllib.parse import quote, unquote

SCHEME = "redis+sentinel://"
SHAPE = (
    "redis+sentinel://[user:password@]host:26379,host:26379,host:26379/master/database[?sentinel_password=password]"
)
DEFAULT_PORT = 26379


@dataclass(frozen=True)
class SentinelAddress:
    """Where to ask for the master, and how to sign in to it and to the sentinels."""

    sentinels: tuple[tuple[str, int], ...]
    master: str
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_password: str | None = field(default=None, repr=False)

    @property
    def user_info(self) -> str:
        """`user:password@` as it stands in a URL, or nothing."""
        if self.password is None:
            return ""
        return f"{quote(self.username or '', safe='')}:{quote(self.password, safe='')}@"


def is_sentinel(url: str) -> bool:
    """Say whether an address names sentinels rather than a Redis."""
    return url.startswith(SCHEME)


def parse(url: str) -> SentinelAddress:
    """Return what an address of the SHAPE says.  Raises ValueError, whose text holds nothing of the address."""
    # By hand: the standard library knows one host in a URL, not three.
    url, _, query = url.partition("?")
    place, _, path = url.removeprefix(SCHEME).partition("/")
    user_info, _, hosts = place.rpartition("@")
    master, _, database = path.strip("/").partition("/")
    option, _, sentinel_password = query.partition("=")
    if option not in ("", "sentinel_password") or bool(option) != bool(sentinel_password):
        raise ValueError(f"an address of sentinels looks like {SHAPE}")
    if not is_sentinel(url) or not hosts or not master or not (database or "0").isdigit():
        raise ValueError(f"an address of sentinels looks like {SHAPE}")
    username, colon, password = user_info.partition(":")
    return SentinelAddress(
        tuple(_host_of(text) for text in hosts.split(",")),
        unquote(master),
        int(database or 0),
        unquote(username) or None,
        unquote(password) if colon else None,
        unquote(sentinel_password) or None,
    )


def _host_of(text: str) -> tuple[str, int]:
    host, _, port = text.strip().rpartition(":") if ":" in text else (text.strip(), "", str(DEFAULT_PORT))
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"an address of sentinels looks like {SHAPE}")
    return host.strip("[]"), int(port)
