"""Headquarters for tests: the real API, the real branch listener on TLS, SQLite, a redis-server of its own."""

import asyncio
import contextlib
import hashlib
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway
from control_plane.app import build_api
from control_plane.branch_listener import start_branch_listener
from control_plane.config import ControlPlaneSettings
from control_plane.features.sites.store import Site, SiteStore
from control_plane.keyring import pki
from control_plane.keyring.signing import create_signing_key
from control_plane.people.accounts import Account, add_account
from control_plane.resources import close_resources, open_resources
from control_plane.web.context import Resources
from tests.integration.publishing import publish
from tests.loopback import free_port

PASSWORD = "a gull on the quay 7"
DOMAIN = "acme.trunkline.test"


@contextmanager
def redis_process(folder: Path) -> Iterator[str]:
    """Yield the address of a redis-server that ends with the block."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(7) == b"+PONG\r\n":
                    break
            assert process.poll() is None and time.monotonic() < deadline, "redis-server does not start"
            time.sleep(0.01)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def station(
    extension: str, site: str, tenant: str = "acme", domain: str = DOMAIN, password: str = "x"
) -> EdgeStation:
    ha1 = hashlib.md5(f"{extension}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()
    return EdgeStation(tenant, domain, extension, ha1, site)


def edge_snapshot(*stations: EdgeStation, branches: tuple[str, ...] = ("shenyang", "dalian")) -> EdgeSnapshot:
    trunk = EdgeTrunk("carrier-a", (Gateway("127.0.0.99"),), "carrier.test")
    domains = {each.domain: each.tenant_id for each in stations}
    return EdgeSnapshot(
        domains=domains, stations=stations, trunks=(trunk,), numbers=("+862155550100",), branches=branches
    )


class Hq:
    """A running headquarters; `clock_ms` moves its clock."""

    def __init__(self, resources: Resources, api_url: str, session: aiohttp.ClientSession) -> None:
        self.resources = resources
        self.api_url = api_url
        self.clock_ms = 0
        self._session = session
        self._bearer = ""
        settings = resources.settings
        assert settings.pki_dir is not None
        self.branch_url = f"https://127.0.0.1:{settings.branch_api_port}"
        self.authority = pki.open_authority(settings.pki_dir)

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.clock_ms

    async def sign_in(self) -> None:
        status, answer = await self.call("POST", "/auth/token", {"username": "admin", "password": PASSWORD})
        assert status == 200, answer
        self._bearer = answer["access_token"]

    async def call(self, method: str, path: str, body: Any = None, *, bearer: bool = True) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._bearer}"} if bearer and self._bearer else {}
        url = f"{self.api_url}/api/v1{path}"
        async with self._session.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None) if response.status != 204 else None

    async def token(self, site: str = "shenyang") -> str:
        status, answer = await self.call("POST", f"/sites/{site}/enrolment-tokens")
        assert status == 201, answer
        return str(answer["token"])

    async def publish(self, snapshot: EdgeSnapshot) -> int:
        return await publish(self.resources.redis, snapshot)


@asynccontextmanager
async def running_hq(
    folder: Path, redis_url: str, sites: tuple[str, ...] = ("shenyang", "dalian"), branch_port: int = 0
) -> AsyncIterator[Hq]:
    """Yield a headquarters with an administrator and these sites; the same folder again is the same headquarters."""
    settings = ControlPlaneSettings(
        run_dir=folder,
        redis_url=redis_url,
        store_url=f"sqlite:///{folder}/store.db",
        objects_url=f"file://{folder}/objects",
        master_key_file=folder / "master.key",
        pki_dir=folder / "pki",
        branch_api_host="127.0.0.1",
        branch_api_port=branch_port or free_port(),
    )
    pki.create_authority(folder / "pki", [settings.platform_domain])
    create_signing_key(settings.signing_key_file)
    async with AsyncExitStack() as stack:
        opened = open_resources(settings, signs_tokens=True)
        stack.push_async_callback(close_resources, opened)
        await opened.redis.flushall()
        hq: Hq | None = None
        resources = replace(opened, now_ms=lambda: hq.now_ms() if hq else time.time_ns() // 1_000_000)
        password_hash = await resources.passwords.hash(PASSWORD)
        account = Account(
            "0197a0c2-0000-7000-8000-000000000001", "admin", "Admin", password_hash, "platform", True, {}, True, 0, 0
        )
        await add_account(resources.store, account)
        for site in sites:
            await SiteStore(resources.store).add(Site(site, site, "branch", True, 0))
        runner = web.AppRunner(build_api(resources), access_log=None, shutdown_timeout=1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        api = web.TCPSite(runner, "127.0.0.1", free_port())
        await api.start()
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=0))
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        started: list[asyncio.Task[None]] = []
        branches = await start_branch_listener(
            resources, lambda _name, coroutine: started.append(tasks.create_task(coroutine))
        )
        assert branches is not None

        async def end() -> None:
            for task in started:
                task.cancel()
            await branches.cleanup()

        stack.push_async_callback(end)
        hq = Hq(resources, api.name, session)
        await hq.sign_in()
        yield hq


# -- a branch by hand


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def request_pem(key: ec.EllipticCurvePrivateKey, name: str = "anything") -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


class BranchClient:
    """A branch's HTTP client with a certificate, or without."""

    def __init__(
        self, hq: Hq, folder: Path, key: ec.EllipticCurvePrivateKey | None = None, certificate: str = ""
    ) -> None:
        context = ssl.create_default_context(cadata=hq.authority.certificate_pem)
        if key is not None:
            pair = folder / f"{hashlib.sha256(certificate.encode()).hexdigest()[:12]}.pem"
            pair.write_text(key_pem(key) + certificate)
            context.load_cert_chain(pair)
        self._url = hq.branch_url + "/api/v1/branch"
        self._context = context
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "BranchClient":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._context), timeout=aiohttp.ClientTimeout(total=60)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        assert self._session is not None
        async with self._session.request(method, self._url + path, json=body) as response:
            return response.status, await response.json(content_type=None) if response.status != 204 else None


def ends_of(certificate: str) -> datetime:
    return x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc.astimezone(UTC)
