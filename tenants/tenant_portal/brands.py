"""Brands: how a tenant looks where its people sign in.  Public, so only of tenants that have set one."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from servicekit.problems import NotFoundError, TooManyRequestsError, UnavailableError
from tenant_portal.controlplane import Answer, Caller
from tenant_portal.desk import Desk

FOR_EVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=60"
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp"})
_TENANT = re.compile("[a-z0-9-]{1,64}")


class BrandRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/brands/{tenant_id}", self.show, allow_head=False)
        app.router.add_get("/brands/{tenant_id}/logo", self.logo, allow_head=False)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Return how a tenant looks.  Raises NotFoundError for one without a brand."""
        body = (await self._asked(request, "")).body
        said = {"tenant": body["tenant_id"], "name": body["name"]}
        return web.json_response({**said, "brand": brand_of(body["tenant_id"], body["brand"])})

    async def logo(self, request: web.Request) -> web.StreamResponse:
        """Return a tenant's logo.  Raises NotFoundError for one without."""
        body = (await self._asked(request, "/logo")).body
        if body["content_type"] not in PICTURES:
            raise NotFoundError()
        # An address that names the content is good for ever; any other may lead to another picture tomorrow.
        lasting = FOR_EVER if request.query.get("v") == body["sha256"] else A_WHILE
        data = base64.b64decode(body["data"])
        return web.Response(body=data, content_type=body["content_type"], headers={"Cache-Control": lasting})

    async def _asked(self, request: web.Request, what: str) -> Answer:
        tenant_id = request.match_info["tenant_id"]
        if not _TENANT.fullmatch(tenant_id):
            raise NotFoundError()
        caller = Caller("", self._desk.address_of(request))
        answer = await self._desk.api.ask("GET", f"/brands/{tenant_id}{what}", caller)
        match answer.status:
            case 200:
                return answer
            case 404:
                raise NotFoundError()
            case 429:
                raise TooManyRequestsError(answer.headers.get("Retry-After", "60"))
            case _:
                raise UnavailableError()


def brand_of(tenant_id: str, brand: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a brand with its logo's address on this origin; None for a tenant that looks as the platform does."""
    if brand is None:
        return None
    logo = brand["logo"]
    return {**brand, "logo": None if logo is None else f"/brands/{tenant_id}/logo?v={logo}"}
