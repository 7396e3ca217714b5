"""The portal's own OpenAPI document, which lies beside this file as it is served at `/openapi.json`."""

from pathlib import Path

from aiohttp import web

DOCUMENT = Path(__file__).with_name("openapi.json")


def add_document(app: web.Application) -> None:
    """Serve it."""
    body = DOCUMENT.read_bytes()

    async def show(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app.router.add_get("/openapi.json", show, allow_head=False)
