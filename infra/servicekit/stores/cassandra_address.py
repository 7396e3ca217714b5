"""Where a Cassandra cluster is and how it is asked, read from a store's address."""

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl

CONSISTENCIES = ("ONE", "LOCAL_ONE", "TWO", "QUORUM", "LOCAL_QUORUM", "ALL")
SHAPE = "cassandra://host1,host2[:port]/keyspace?dc=datacenter1&consistency=LOCAL_QUORUM&replication=3"


@dataclass(frozen=True)
class Address:
    """What stands after the question mark are the fields from `dc` on."""

    hosts: tuple[str, ...]
    port: int
    keyspace: str
    dc: str = "datacenter1"
    consistency: str = "LOCAL_QUORUM"
    replication: int = 3
    timeout_seconds: float = 5.0
    speculative_ms: int = 500
    in_flight: int = 256

    @property
    def serial_consistency(self) -> str:
        """Among whom a claim is decided: this data centre, unless the consistency is of all of them."""
        return "LOCAL_SERIAL" if self.consistency.startswith("LOCAL") else "SERIAL"


def read_address(rest: str) -> Address:
    """Return the address in what follows `cassandra://`.

    Raises ValueError that says what is wrong, and repeats no password.
    """
    place, _, query = rest.partition("?")
    where, _, keyspace = place.partition("/")
    if "@" in where:
        raise ValueError("a Cassandra address holds no user and password: give them by settings of their own")
    names, _, port = where.partition(":")
    hosts = tuple(host for host in names.split(",") if host)
    if not hosts or not keyspace.isidentifier() or (port and not port.isdigit()):
        raise ValueError(f"a Cassandra address looks like {SHAPE}")
    return Address(hosts, int(port or 9042), keyspace, **_options(query))


def _options(query: str) -> dict[str, Any]:
    known: dict[str, Any] = {item.name: type(item.default) for item in fields(Address)[3:]}
    options: dict[str, Any] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise ValueError(f"a Cassandra address has no option {name!r}; it has {', '.join(known)}")
        try:
            options[name] = known[name](text)
        except ValueError:
            raise ValueError(f"option {name} of a Cassandra address is a number") from None
        if known[name] is not str and not options[name] > 0:
            raise ValueError(f"option {name} of a Cassandra address is greater than 0")
    if options.get("consistency", "ONE") not in CONSISTENCIES:
        raise ValueError(f"consistency is one of {', '.join(CONSISTENCIES)}")
    return options
