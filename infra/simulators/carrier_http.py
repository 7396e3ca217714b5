"""A window into a running carrier: GET /calls and GET /healthz as JSON, for the demo."""

from __future__ import annotations

from aiohttp import web

from .carrier import Carrier


async def serve(carrier: Carrier, host: str, port: int) -> web.AppRunner:
    """Serve until the returned runner is cleaned up.  Raises OSError when the port is taken."""

    async def calls(_: web.Request) -> web.Response:
        return web.json_response({"active": carrier.active, "calls": [record.to_json() for record in carrier.calls]})

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "sip": "{}:{}".format(*carrier.address)})

    app = web.Application()
    app.router.add_get("/calls", calls)
    app.router.add_get("/healthz", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
