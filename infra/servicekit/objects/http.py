"""Serves presigned links of the folder adapter; with S3 the links lead to S3 itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from servicekit.gate import vouch
from servicekit.objects.ports import InvalidKeyError, ObjectHeldError, ObjectNotFoundError, ObjectsUnavailableError
from servicekit.objects.signing import ROUTE, LinkRefusedError

if TYPE_CHECKING:
    from servicekit.objects.folder import FolderObjects

MAX_UPLOAD_BYTES = 5 * 1024**3
READ_BYTES = 1 << 20


def add_routes(app: web.Application, objects: "FolderObjects") -> None:
    """Add GET (HEAD, Range) and PUT /objects/<key> for links that `objects.presign` gave out."""

    async def download(request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        try:
            objects.signer.check(request.method, key, request.query)
            vouch(request)
            info, path = await asyncio.to_thread(objects.locate, key)
        except (LinkRefusedError, InvalidKeyError, ObjectNotFoundError) as error:
            return _problem(error)
        # FileResponse answers Range with 206 or 416, and sends the file without copying it through us.
        headers = _headers(request.query.get("filename"))
        return web.FileResponse(path, headers={**headers, "Content-Type": info.content_type})

    async def upload(request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        try:
            objects.signer.check(request.method, key, request.query)
            vouch(request)
            info = await objects.put_multipart(key, _body_of(request), content_type=request.content_type)
        except (LinkRefusedError, InvalidKeyError, ObjectHeldError, ObjectsUnavailableError) as error:
            return _problem(error)
        return web.json_response({"key": info.key, "size": info.size, "sha256": info.sha256}, status=201)

    app.router.add_get(ROUTE + "/{key:.+}", download)
    app.router.add_put(ROUTE + "/{key:.+}", upload)


async def _body_of(request: web.Request) -> AsyncIterator[bytes]:
    received = 0
    async for chunk in request.content.iter_chunked(READ_BYTES):
        received += len(chunk)
        if received > MAX_UPLOAD_BYTES:
            raise web.HTTPRequestEntityTooLarge(MAX_UPLOAD_BYTES, received)
        yield chunk


def _headers(filename: str | None) -> dict[str, str]:
    # What tenants stored must not run as a page of ours.
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private",
    }
    if filename is not None:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return headers


def _problem(error: Exception) -> web.Response:
    """RFC 9457."""
    statuses: dict[type[Exception], int] = {
        LinkRefusedError: 403,
        ObjectNotFoundError: 404,
        InvalidKeyError: 400,
        ObjectHeldError: 409,
    }
    status = statuses.get(type(error), 503)
    body = {
        "type": "about:blank",
        "status": status,
        "title": str(error),
        "error_id": getattr(error, "error_id", "objects-unavailable"),
    }
    return web.json_response(body, status=status, content_type="application/problem+json")
