"""/healthz says that the process is alive, /readyz whether it should be given work (200 or 503)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from aiohttp import web

from servicekit.listener import serve_http

Check = Callable[[], Awaitable[object]]
CHECK_SECONDS = 2.0
MOST_CONNECTIONS = 50

logger = logging.getLogger(__name__)


class Reporting(Protocol):
    """What the routes ask of a service."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def ready(self) -> bool: ...
    @property
    def checks(self) -> Mapping[str, Check]: ...


def add_health_routes(app: web.Application, service: Reporting) -> None:
    """Add GET /healthz and GET /readyz to an application which a process has anyway."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"service": service.name, "state": service.state})

    async def readyz(_request: web.Request) -> web.Response:
        results = await run_checks(service.checks)
        ready = service.ready and all(result["ok"] for result in results.values())
        body = {"service": service.name, "state": service.state, "ready": ready, "checks": results}
        return web.json_response(body, status=200 if ready else 503)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)


async def run_checks(
    checks: Mapping[str, Check], timeout_seconds: float = CHECK_SECONDS
) -> dict[str, dict[str, Any]]:
    """Run all checks at once; a check fails by raising, by returning False, or by its time-out."""
    names = list(checks)
    results = await asyncio.gather(*(_run_check(checks[name], timeout_seconds) for name in names))
    return dict(zip(names, results, strict=True))


async def _run_check(check: Check, timeout_seconds: float) -> dict[str, Any]:
    started = time.monotonic()
    problem: str | None = None
    try:
        async with asyncio.timeout(timeout_seconds):
            if await check() is False:
                problem = "failed"
    except TimeoutError:
        problem = "timed out"
    except Exception as error:  # a check may fail in any way, and the answer must name it
        # Only the kind of the error: its text may hold addresses or secrets, and this page is open.
        problem = type(error).__name__
    result: dict[str, Any] = {"ok": problem is None, "ms": round((time.monotonic() - started) * 1000, 1)}
    return result if problem is None else {**result, "problem": problem}


async def start_health_server(service: Reporting, host: str, port: int) -> web.AppRunner:
    """Listen on host:port; the caller ends it with `await runner.cleanup()`.

    Raises OSError when the port is taken.
    """
    app = web.Application()
    add_health_routes(app, service)
    runner = await serve_http(app, host, port, most_connections=MOST_CONNECTIONS)
    logger.info("health endpoint listens", extra={"health_host": host, "health_port": port})
    return runner
