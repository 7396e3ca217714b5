"""What a stack stands on: Redis alone or with Sentinel, SQLite or Cassandra, a folder or SeaweedFS."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from trunkline import cassandra
from trunkline import conditions as when
from trunkline.children import AFTER_ALL, AFTER_CALLS, CALLS_FIRST, Spec
from trunkline.plan import AddressPlan
from trunkline.redises import RedisesPlan
from trunkline.seaweed import Seaweed
from trunkline.shape import Shape

KEYSPACE = "trunkline"
BUCKET = "trunkline"
REDIS_PORT = 6390

Listeners = dict[str, tuple[str, str, int]]


@dataclass(frozen=True)
class Ground:
    """Engines of a shape: what to start in which order, and what the platform's processes are told of them."""

    plan: AddressPlan
    run_dir: Path
    shape: Shape

    def groups(self) -> list[list[Spec]]:
        """Return what to start: each group when the one before is ready."""
        redis = [self._redises.servers(), self._redises.sentinels()] if self.shape.redises > 1 else [[self._redis()]]
        beside = [*self._cassandras(), *([replace(self._seaweed.spec(), nice=AFTER_ALL)] if self.shape.s3 else [])]
        return [[*redis[0], *beside], *redis[1:]]

    def redis_environment(self) -> dict[str, str]:
        """What every process of HQ's is told."""
        if self.shape.redises == 1:
            return {"TRUNKLINE_REDIS_URL": f"redis://{self.plan.control}:{REDIS_PORT}/0"}
        return {"TRUNKLINE_REDIS_URL": self._redises.url, "TRUNKLINE_REDIS_WAIT_REPLICAS": "1"}

    def store_environment(self, control_dir: Path) -> dict[str, str]:
        """What the control plane's processes are told of the store and the objects."""
        store = f"sqlite:///{control_dir}/store.db"
        if self.shape.cassandras:
            hosts = ",".join(self._cassandra_hosts)
            store = f"cassandra://{hosts}:{cassandra.NATIVE_PORT}/{KEYSPACE}?replication={self.shape.cassandras}"
        if not self.shape.s3:
            return {"TRUNKLINE_STORE_URL": store, "TRUNKLINE_OBJECTS_URL": f"file://{control_dir}/objects"}
        return {
            "TRUNKLINE_STORE_URL": store,
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
            for place, host in enumerate(self._redises.hosts, 1):
                found[f"redis-{place}"] = ("tcp", host, REDIS_PORT)
                found[f"sentinel-{place}"] = ("tcp", host, self._redises.sentinel_port)
        for place, host in enumerate(self._cassandra_hosts, 1):
            found[f"cassandra-{place}"] = ("tcp", host, cassandra.NATIVE_PORT)
        if self.shape.s3:
            found["seaweed"] = ("tcp", self._seaweed.address, self._seaweed.port)
        return found

    def redis_at(self, place: int) -> tuple[str, int]:
        """Where one of several Redis servers listens, counted from 1."""
        return self._redises.hosts[place - 1], self._redises.port

    def sentinel_at(self, place: int) -> tuple[str, int]:
        """Where the sentinel beside it listens."""
        return self._redises.hosts[place - 1], self._redises.sentinel_port

    def _redis(self) -> Spec:
        host = self.plan.control
        argv = (
            "redis-server", "--bind", host, "--port", str(REDIS_PORT), "--dir", str(self.run_dir / "redis"),
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
        )  # fmt: skip
        return Spec("redis", argv, {**os.environ}, when.redis_answers(host, REDIS_PORT), nice=CALLS_FIRST)

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
        hosts = tuple(self.plan.redis_at(place) for place in range(1, self.shape.redises + 1))
        return RedisesPlan(self.run_dir / "redis", hosts, REDIS_PORT)

    @cached_property
    def _seaweed(self) -> Seaweed:
        # Its ports are taken on 127.0.0.1 too, which stacks share.
        port = 8333 + 8 * self.plan.block
        access, secret, sse = (secrets.token_hex(16) for _ in range(3))
        return Seaweed(self.run_dir / "seaweed", self.plan.objects, access, secret, sse, port)
