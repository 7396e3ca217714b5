"""A SeaweedFS of the tests' own, that can be killed and started again on the same data."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from devstack.children import Spec, die_with
from devstack.seaweed import Seaweed
from tests.loopback import free_port
from trunkline import conditions

REGION = "us-east-1"


def _at_free_ports(folder: Path) -> Seaweed:
    while True:
        made = Seaweed(folder, "127.0.0.1", "tests", "tests-secret", "tests-sse", port=free_port())
        if made.is_free:
            return made


class SeaweedServer:
    def __init__(self, folder: Path) -> None:
        self.settings = _at_free_ports(folder / "seaweed")
        self._log = folder / "seaweed.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._buckets = 0

    def start(self) -> None:
        asyncio.run(self.start_here())

    async def start_here(self) -> None:
        """Start it from the running loop: the kernel ends it with the thread that started it, a pool's too."""
        spec = self.settings.spec()
        self._process = self._launch(spec)
        ready = await conditions.until(spec.ready, spec.ready_seconds)
        assert ready and self._process.poll() is None, self._log.read_text(errors="replace")[-2000:]

    def _launch(self, spec: Spec) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            # A run that is killed leaves none behind.
            return subprocess.Popen(spec.argv, env=spec.env, stdout=log, stderr=log, preexec_fn=die_with(os.getpid()))

    def kill(self) -> None:
        """SIGKILL: from now on connections are refused."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def client(self) -> Any:
        """Return a plain S3 client, to look at what an adapter left."""
        return boto3.client(
            "s3",
            endpoint_url=self.settings.endpoint,
            region_name=REGION,
            aws_access_key_id=self.settings.access_key,
            aws_secret_access_key=self.settings.secret_key,
            config=Config(connect_timeout=3, read_timeout=20, s3={"addressing_style": "path"}),
        )

    @contextmanager
    def bucket(self, **options: Any) -> Iterator[str]:
        """Lend a bucket; its volumes are given back with all that is in them."""
        self._buckets += 1
        name = f"tests-{self._buckets}"
        if not options.pop("unmade", False):
            self.client().create_bucket(Bucket=name, **options)
        try:
            yield name
        finally:
            with suppress(ClientError):
                self.client().delete_bucket(Bucket=name)

    def url(self, bucket: str, options: str = "") -> str:
        return f"s3://{bucket}?endpoint={self.settings.endpoint}&region={REGION}{options}"
