"""Several Redis servers as one: a master, its replicas, and sentinels that let a replica take a dead master's place.

plan = RedisesPlan(folder, hosts=("127.77.12.1", "127.77.12.2", "127.77.12.3"))
Start plan.servers() until they are ready, then plan.sentinels(); processes connect to plan.url.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from devstack.children import CALLS_FIRST, Spec
from trunkline import conditions as when

DOWN_AFTER_MS = 1500
"""Shorter is a false alarm on a busy machine; a fail-over takes this and about two seconds more."""
FAILOVER_MS = 6000
LAG_SECONDS = 3
SENTINEL_PORT = 26379


@dataclass(frozen=True)
class RedisesPlan:
    """Where the servers and sentinels live: one of each on every host, the first host's server is the first master.

    folder: of all data and configuration; Redis itself rewrites the latter, so a restarted server knows its role.
    password: what servers and sentinels ask for, also each other.
    """

    folder: Path
    hosts: tuple[str, ...]
    password: str = field(repr=False)
    port: int = 6390
    sentinel_port: int = SENTINEL_PORT
    master: str = "trunkline"

    @property
    def url(self) -> str:
        """What TRUNKLINE_REDIS_URL is set to."""
        sentinels = ",".join(f"{host}:{self.sentinel_port}" for host in self.hosts)
        return f"redis+sentinel://:{self.password}@{sentinels}/{self.master}/0?sentinel_password={self.password}"

    def name_of(self, place: int) -> str:
        """The name of the server on a host, counted from 0: `redis-1` is the first master."""
        return f"redis-{place + 1}"

    def servers(self) -> list[Spec]:
        """Return the master and its replicas; a replica is ready once it has the master's data."""
        specs = []
        for place, host in enumerate(self.hosts):
            config = self._write(self.name_of(place), self._server_lines(place))
            ready = (
                when.redis_reports(
                    host, self.port, "INFO replication", b"master_link_status:up", password=self.password
                )
                if place
                else when.redis_answers(host, self.port, self.password)
            )
            specs.append(_spec(self.name_of(place), ("redis-server", str(config)), ready))
        return specs

    def sentinels(self) -> list[Spec]:
        """Return the sentinels; one is ready once it knows all replicas and all other sentinels."""
        others = str(len(self.hosts) - 1).encode()
        known = tuple(b"%b\r\n$%d\r\n%b\r\n" % (field, len(others), others)
                      for field in (b"num-slaves", b"num-other-sentinels"))  # fmt: skip
        specs = []
        for place, host in enumerate(self.hosts):
            name = f"sentinel-{place + 1}"
            config = self._write(name, self._sentinel_lines(host))
            asked = f"SENTINEL MASTER {self.master}"
            ready = when.redis_reports(host, self.sentinel_port, asked, *known, password=self.password)
            specs.append(_spec(name, ("redis-server", str(config), "--sentinel"), ready))
        return specs

    def _server_lines(self, place: int) -> list[str]:
        host = self.hosts[place]
        lines = [
            *self._common_lines(host, self.port, self.name_of(place)), f"masterauth {self.password}",
            f"replica-announce-ip {host}", f"replica-announce-port {self.port}", f"bind-source-addr {host}",
            "appendonly yes", "appendfsync everysec", 'save ""',
            "repl-diskless-sync-delay 0", "repl-ping-replica-period 1",
        ]  # fmt: skip
        if len(self.hosts) > 2:
            # A master that was cut off from all others stops taking writes: they would be lost when it comes back.
            # With fewer servers the last one could never be written to.
            lines += ["min-replicas-to-write 1", f"min-replicas-max-lag {LAG_SECONDS}"]
        if place:
            lines.append(f"replicaof {self.hosts[0]} {self.port}")
        return lines

    def _sentinel_lines(self, host: str) -> list[str]:
        quorum = len(self.hosts) // 2 + 1
        return [
            *self._common_lines(host, self.sentinel_port, f"sentinel-{host}"),
            f"sentinel announce-ip {host}", f"sentinel announce-port {self.sentinel_port}",
            f"sentinel monitor {self.master} {self.hosts[0]} {self.port} {quorum}",
            f"sentinel auth-pass {self.master} {self.password}", f"sentinel sentinel-pass {self.password}",
            f"sentinel down-after-milliseconds {self.master} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {self.master} {FAILOVER_MS}",
            f"sentinel parallel-syncs {self.master} {len(self.hosts)}",
        ]  # fmt: skip

    def _common_lines(self, host: str, port: int, name: str) -> list[str]:
        data = self.folder / name
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [f"bind {host}", f"port {port}", f"dir {data}", "daemonize no", f"requirepass {self.password}"]

    def _write(self, name: str, lines: list[str]) -> Path:
        """Write a configuration unless there is one: what sentinels and servers wrote into theirs is newer."""
        path = self.folder / f"{name}.conf"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def _spec(name: str, argv: tuple[str, ...], ready: when.Condition) -> Spec:
    return Spec(name, argv, {**os.environ}, ready, nice=CALLS_FIRST)
