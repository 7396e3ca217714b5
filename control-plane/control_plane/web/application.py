"""An aiohttp application out of routes: the API has one, the branches' mutual-TLS listener another."""

import json
import secrets
from collections.abc import Sequence

from aiohttp import web

from callmodel.ids import uuid7
from control_plane.web.context import Resources
from control_plane.web.dispatch import Authenticator, add_routes
from control_plane.web.middleware import build_middleware
from control_plane.web.openapi import build_document
from control_plane.web.routes import Route
from control_plane.web.throttle import Throttle

PREFIX = "/api/v1"
DOCUMENT_PATH = f"{PREFIX}/openapi.json"


def build_application(
    routes: Sequence[Route], resources: Resources, authenticator: Authenticator, *, with_document: bool = True
) -> web.Application:
    """Return the application; with_document adds the OpenAPI document.

    Raises TypeError for a handler that does not fit its route.
    """
    settings = resources.settings
    app = web.Application(
        client_max_size=settings.max_body_bytes,
        middlewares=[build_middleware(lambda: uuid7(resources.now_ms(), secrets.randbits(74)))],
    )
    limiter = Throttle(resources.redis, "address", settings.auth_requests_per_minute, 60)
    add_routes(app, routes, resources, authenticator, limiter, PREFIX)
    if with_document:
        document = json.dumps(build_document(routes, settings.public_url, PREFIX), ensure_ascii=False).encode()

        async def openapi(_request: web.Request) -> web.Response:
            return web.Response(body=document, content_type="application/json")

        app.router.add_get(DOCUMENT_PATH, openapi, allow_head=False)
    return app
