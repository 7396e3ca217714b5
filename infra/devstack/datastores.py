"""What a stack stands on: Redis alone or with Sentinel, SQLite or Cassandra, a folder or SeaweedFS."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from devstack import cassandra
from devstack.children import AFTER_ALL, AFTER_CALLS, CALLS_FIRST, Spec
from devstack.redises import SENTINEL_PORT, RedisesPlan
from devstack.seaweed import Seaweed
from servicekit.files import secret_in, write_atomically
from trunkline import conditions as when
from trunkline.plan import REDIS_PORT, AddressPlan
from trunkline.shape import Shape

KEYSPACE = "trunkline"
BUCKET = "trunkline"

Listeners = dict[str, tuple[str, str, int]]


@dataclass(frozen=True)
class DataStores:
    """Engines of a shape: what to start in which order, and what the platform's processes are told of them."""

    plan: AddressPlan
    run_dir: Path
    shape: Shape

    def groups(self) -> list[list[Spec]]:
        """Return what to start: each group when the one before is ready."""
        redis = [self._redises.servers(), self._redises.sentinels()] if self.shape.redises > 1 else [[self._redis()]]
        beside = [*self._cassandras(), *([replace(self._seaweed.spec(), nice=AFTER_ALL)] if self.shape.s3 else [])]
        return [[*redis[0], *beside], *redis[1:]]

    @cached_property
    def redis_password(self) -> str:
        """What Redis and its sentinels ask for: this stack's own, made at the first asking and kept in a file."""
        return secret_in(self.run_dir / "redis-password")

    @property
    def redis_url(self) -> str:
        """Where Redis is, with the password."""
        if self.shape.redises == 1:
            return f"redis://:{self.redis_password}@{self.plan.control}:{REDIS_PORT}/0"
        return self._redises.url

    def redis_environment(self) -> dict[str, str]:
        """What every process of HQ's is told: the address comes by a file, for it holds a password."""
        replicas = {"TRUNKLINE_REDIS_WAIT_REPLICAS": "1"} if self.shape.redises > 1 else {}
        return {"TRUNKLINE_CONFIG": str(self._redis_toml), **replicas}

    def write_redis_address(self) -> None:
        """Write what `redis_environment` names.  Raises OSError."""
        write_atomically(self._redis_toml, f'redis_url = "{self.redis_url}"\n'.encode(), 0o600)

    @property
    def _redis_toml(self) -> Path:
        return self.run_dir / "redis.toml"

    def store_environment(self, control_dir: Path) -> dict[str, str]:
        """What the control plane's processes are told of the store and the objects."""
        store = f"sqlite:///{control_dir}/store.db"
        if self.shape.cassandras:
            hosts = ",".join(self._cassandra_hosts)
            store = f"cassandra://{hosts}:{cassandra.NATIVE_PORT}/{KEYSPACE}?replication={self.shape.cassandras}"
        return {"TRUNKLINE_STORE_URL": store, **self.objects_environment(control_dir)}

    def objects_environment(self, control_dir: Path) -> dict[str, str]:
        """What whoever reads or writes objects is told of them."""
        if not self.shape.s3:
            return {"TRUNKLINE_OBJECTS_URL": f"file://{control_dir}/objects"}
        return {
            "TRUNKLINE_OBJECTS_URL": f"s3://{BUCKET}?endpoint={self._seaweed.endpoint}&region=us-east-1",
            "TRUNKLINE_OBJECTS_ACCESS_KEY": self._seaweed.access_key,
            "TRUNKLINE_OBJECTS_SECRET_KEY": self._seaweed.secret_key,
        }

    def listeners(self) -> Listeners:
        """What must be free before a start."""
        found: Listeners = {}
        if self.shape.redises == 1:
            found["redis"] = ("tcp", self.plan.control, REDIS_PORT)
        else:
            for place, host in enumerate(self._redis_hosts, 1):
                found[f"redis-{place}"] = ("tcp", host, REDIS_PORT)
                found[f"sentinel-{place}"] = ("tcp", host, SENTINEL_PORT)
        for place, host in enumerate(self._cassandra_hosts, 1):
            found[f"cassandra-{place}"] = ("tcp", host, cassandra.NATIVE_PORT)
        if self.shape.s3:
            found["seaweed"] = ("tcp", self._seaweed.address, self._seaweed.port)
        return found

    def redis_at(self, place: int) -> tuple[str, int]:
        """Where one of several Redis servers listens, counted from 1."""
        return self._redis_hosts[place - 1], REDIS_PORT

    def sentinel_at(self, place: int) -> tuple[str, int]:
        """Where the sentinel beside it listens."""
        return self._redis_hosts[place - 1], SENTINEL_PORT

    def _redis(self) -> Spec:
        host = self.plan.control
        folder = self.run_dir / "redis"
        # In a file: a command line is for all to read.
        lines = (
            f"requirepass {self.redis_password}", f"bind {host}", f"port {REDIS_PORT}", f"dir {folder}",
            "appendonly yes", "appendfsync everysec", 'save ""', "daemonize no",
        )  # fmt: skip
        write_atomically(folder / "redis.conf", ("\n".join(lines) + "\n").encode(), 0o600)
        ready = when.redis_answers(host, REDIS_PORT, self.redis_password)
        return Spec("redis", ("redis-server", str(folder / "redis.conf")), {**os.environ}, ready, nice=CALLS_FIRST)

    def _cassandras(self) -> Sequence[Spec]:
        if not self.shape.cassandras:
            return ()
        specs = cassandra.node_specs(self._cassandra_hosts, self.run_dir / "cassandra")
        return [replace(spec, name=f"cassandra-{place}", nice=AFTER_CALLS) for place, spec in enumerate(specs, 1)]

    @property
    def _cassandra_hosts(self) -> list[str]:
        return [self.plan.cassandra_at(place) for place in range(1, self.shape.cassandras + 1)]

    @cached_property
    def _redises(self) -> RedisesPlan:
        return RedisesPlan(self.run_dir / "redis", self._redis_hosts, self.redis_password, REDIS_PORT)

    @property
    def _redis_hosts(self) -> tuple[str, ...]:
        return tuple(self.plan.redis_at(place) for place in range(1, self.shape.redises + 1))

    @cached_property
    def _seaweed(self) -> Seaweed:
        # Its ports are taken on 127.0.0.1 too, which stacks share.
        port = 8333 + 8 * self.plan.block
        access, secret, sse = (secrets.token_hex(16) for _ in range(3))
        return Seaweed(self.run_dir / "seaweed", self.plan.objects, access, secret, sse, port)
