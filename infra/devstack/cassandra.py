"""Cassandra nodes for development and tests: small heaps, one address each, from the jars that set-up fetched."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from devstack.children import Spec, StackError, die_with
from servicekit.files import append_privately, write_atomically
from trunkline.conditions import cql_answers, until
from trunkline.plan import REPOSITORY, cassandra_folder

NATIVE_PORT, STORAGE_PORT = 9042, 7000
HEAP_MB = 512
TOKENS = 8
READY_SECONDS, STOP_SECONDS = 240.0, 20.0

# What Cassandra 5 reaches into on Java 17 (its own conf/jvm17-server.options).
_EXPORTS = (
    "java.base/jdk.internal.misc", "java.management.rmi/com.sun.jmx.remote.internal.rmi", "java.rmi/sun.rmi.registry",
    "java.rmi/sun.rmi.server", "java.sql/java.sql", "java.base/java.lang.ref", "jdk.unsupported/sun.misc",
    "jdk.compiler/com.sun.tools.javac.file", "jdk.attach/sun.tools.attach",
)  # fmt: skip
_OPENS = (
    "java.base/java.lang.module", "java.base/jdk.internal.loader", "java.base/jdk.internal.ref",
    "java.base/jdk.internal.reflect", "java.base/jdk.internal.math", "java.base/jdk.internal.module",
    "java.base/jdk.internal.util.jar", "jdk.management/com.sun.management.internal", "java.base/sun.nio.ch",
    "java.base/java.io", "java.base/java.lang.reflect", "java.base/java.lang", "java.base/java.util",
    "java.base/java.nio", "jdk.compiler/com.sun.tools.javac",
)  # fmt: skip


def node_specs(
    hosts: Sequence[str], folder: Path, *, native_port: int = NATIVE_PORT, storage_port: int = STORAGE_PORT
) -> list[Spec]:
    """Return one node for each address, to be started all at once; data and configuration lie in folder/<host>.

    The nodes share the ring evenly and are all seeds: nobody has data to take over, so nobody waits for another.
    A node that comes back finds its data in its folder.  Ready is who answers CQL.
    """
    for place, host in enumerate(hosts):
        conf = folder / host / "cassandra.yaml"
        conf.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # JSON is YAML.
        text = json.dumps(_settings(hosts, place, native_port, storage_port), indent=1)
        write_atomically(conf, text.encode(), 0o600)
    return [
        Spec(
            name=f"cassandra-{host}",
            argv=_command(folder / host),
            env={**os.environ, "JAVA_TOOL_OPTIONS": ""},
            ready=cql_answers(host, native_port),
            ready_seconds=READY_SECONDS,
            stop_seconds=STOP_SECONDS,
        )
        for host in hosts
    ]


def _settings(hosts: Sequence[str], place: int, native_port: int, storage_port: int) -> dict[str, object]:
    nodes, host = len(hosts), hosts[place]
    step = 2**64 // (TOKENS * nodes)
    return {
        "cluster_name": "trunkline",
        "num_tokens": TOKENS,
        "initial_token": ",".join(str(-(2**63) + (turn * nodes + place) * step) for turn in range(TOKENS)),
        "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
        "endpoint_snitch": "SimpleSnitch",
        "listen_address": host,
        "rpc_address": host,
        "native_transport_port": native_port,
        "storage_port": storage_port,
        "seed_provider": [
            {
                "class_name": "org.apache.cassandra.locator.SimpleSeedProvider",
                "parameters": [{"seeds": ",".join(hosts)}],
            }
        ],
        "commitlog_sync": "periodic",
        "commitlog_sync_period": "10000ms",
        "commitlog_segment_size": "8MiB",
        "commitlog_total_space": "128MiB",
        "memtable_heap_space": "64MiB",
        "memtable_offheap_space": "64MiB",
        "file_cache_size": "32MiB",
        "key_cache_size": "8MiB",
        "concurrent_reads": 8,
        "concurrent_writes": 8,
        "concurrent_compactors": 1,
        "auto_snapshot": False,
        # Nodes share a small machine here; what a client waits for no longer it gives up by itself.
        "read_request_timeout": "20s",
        "write_request_timeout": "20s",
    }


def _command(folder: Path) -> tuple[str, ...]:
    jars = cassandra_folder()
    agent = next(iter(sorted(jars.glob("jamm-*.jar"))), jars / "jamm.jar")
    return (
        "java", f"-Xms{HEAP_MB}m", f"-Xmx{HEAP_MB}m", "-Xss512k", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=256m",
        "-XX:+ExitOnOutOfMemoryError", "-XX:+PerfDisableSharedMem", "-Djava.net.preferIPv4Stack=true",
        "-Djdk.attach.allowAttachSelf=true", "-Dio.netty.tryReflectionSetAccessible=true",
        *(f"--add-exports={name}=ALL-UNNAMED" for name in _EXPORTS),
        *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENS),
        f"-javaagent:{agent}", "-cp", f"{jars}/*",
        f"-Dlogback.configurationFile={REPOSITORY}/infra/setup/cassandra-jars/logback.xml",
        "-Dcassandra-foreground=yes", f"-Dcassandra.config=file://{folder}/cassandra.yaml",
        f"-Dcassandra.storagedir={folder}", f"-Dcassandra.triggers_dir={folder}/triggers",
        "-Dcassandra.skip_wait_for_gossip_to_settle=0", "-Dcassandra.ring_delay_ms=3000",
        "-Dcassandra.consistent.rangemovement=false",
        "org.apache.cassandra.service.CassandraDaemon",
    )  # fmt: skip


class Nodes:
    """Nodes that a test or a measurement runs outside of any event loop.  `running` ends them all."""

    def __init__(self, hosts: Sequence[str], folder: Path, *, native_port: int = NATIVE_PORT) -> None:
        self.hosts, self.native_port = tuple(hosts), native_port
        self._specs = dict(zip(hosts, node_specs(hosts, folder, native_port=native_port), strict=True))
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start the nodes that do not run and wait until they answer.  Raises StackError with a log's end."""
        missing = [host for host in self.hosts if host not in self._processes]
        for host in missing:
            spec = self._specs[host]
            with append_privately(self._log(host)) as log:
                self._processes[host] = subprocess.Popen(
                    spec.argv, env=dict(spec.env), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True, umask=0o077, preexec_fn=die_with(os.getpid()),
                )  # fmt: skip
        for host in missing:
            self._wait(host)

    def kill(self, host: str) -> None:
        """SIGKILL one node, as a power cut would, and wait until it is gone."""
        self._processes[host].send_signal(signal.SIGKILL)
        self._processes.pop(host).wait(STOP_SECONDS)

    def stop(self) -> None:
        """End all nodes; their data is thrown away by whoever made the folder, so none has to tidy up first."""
        for host in list(self._processes):
            self.kill(host)

    def url(self, keyspace: str, **options: object) -> str:
        """Return the store's address for a keyspace on these nodes."""
        given = {"replication": len(self.hosts), **options}
        query = "&".join(f"{name}={value}" for name, value in given.items())
        return f"cassandra://{','.join(self.hosts)}:{self.native_port}/{keyspace}?{query}"

    def data_of(self, host: str, keyspace: str) -> Path:
        """Return where a node keeps a keyspace's files."""
        return self._folder / host / "data" / keyspace

    def _wait(self, host: str) -> None:
        process, ready = self._processes[host], self._specs[host].ready

        async def ready_or_dead() -> bool:
            return process.poll() is not None or await ready()

        # In a thread: the caller's may have a loop that runs, and a node dies with the thread that started it.
        with ThreadPoolExecutor(1) as pool:
            came = pool.submit(lambda: asyncio.run(until(ready_or_dead, READY_SECONDS))).result()
        if not came or process.poll() is not None:
            end = self._log(host).read_text(errors="replace").splitlines()[-25:]
            raise StackError("\n".join([f"Cassandra on {host} does not answer; the end of its log:", *end]))

    def _log(self, host: str) -> Path:
        return self._folder / f"{host}.log"


@contextmanager
def running(hosts: Sequence[str], folder: Path, *, native_port: int = NATIVE_PORT) -> Iterator[Nodes]:
    """Run nodes on these addresses while the block lasts.  Raises StackError, when they can not be started."""
    nodes = Nodes(hosts, folder, native_port=native_port)
    try:
        nodes.start()
        yield nodes
    finally:
        nodes.stop()
