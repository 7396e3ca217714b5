"""The built console: hashed assets for ever, the page itself never, and a policy that runs nothing but its own.

The console's build leaves NONCE where its page names a nonce; each answer has another one.
"""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aiohttp import web

from servicekit.problems import NotFoundError
from tenant_portal.desk import Desk

NONCE = "__CSP_NONCE__"
ASSETS = "assets"
FOR_EVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=3600"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""By what a file is called: what a machine's own list says differs."""
NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Trunkline</title></head>
<body>
<h1>The console is not built here</h1>
<p>The portal runs, and its API answers. What people look at is built by:</p>
<pre>make console</pre>
<p>It lies in <code>tenants/console/dist</code> then; another folder is named by
<code>TRUNKLINE_PORTAL_CONSOLE_DIR</code>. The portal takes it at the next request.</p>
</body></html>
"""


@dataclass(frozen=True)
class _Built:
    """The page as it was read.  `at_ns`: its file's time then."""

    text: str
    at_ns: int


class Pages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._folder = desk.settings.portal_console_dir
        self._built: _Built | None = None

    def add_to(self, app: web.Application) -> None:
        # Behind all others: what is no route of ours is a place in the console.
        app.router.add_get("/{path:.*}", self.serve)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Return a file of the console, else its page.  Raises NotFoundError for a file that is not there."""
        path = PurePosixPath(request.match_info["path"])
        if path.suffix and path.suffix != ".html":
            return await self._file(path)
        return await self._page()

    async def _file(self, path: PurePosixPath) -> web.StreamResponse:
        kind = TYPES.get(path.suffix)
        if kind is None or any(step.startswith(".") or "\\" in step or "\0" in step for step in path.parts):
            raise NotFoundError()
        file = self._folder / path
        if not await asyncio.to_thread(_lies_in, file, self._folder):
            raise NotFoundError()
        lasting = FOR_EVER if path.parts[0] == ASSETS else A_WHILE
        return web.FileResponse(file, headers={"Cache-Control": lasting, "Content-Type": kind})

    async def _page(self) -> web.StreamResponse:
        nonce = secrets.token_urlsafe(18)
        built = await asyncio.to_thread(self._read)
        if built is None:
            headers = {"Content-Security-Policy": self.policy(nonce)}
            return web.Response(text=NOT_BUILT, status=503, content_type="text/html", headers=headers)
        headers = {"Content-Security-Policy": self.policy(nonce), "Cache-Control": "no-store"}
        return web.Response(text=built.replace(NONCE, nonce), content_type="text/html", headers=headers)

    def policy(self, nonce: str) -> str:
        """Return the Content-Security-Policy (CSP 3) of the page.

        Styles that the console makes as it runs bear the nonce; styles of single elements are set by script (CSSOM),
        which no policy forbids.
        """
        edges = self._desk.settings.phone_edges
        rules = {
            "default-src": "'none'",
            "script-src": f"'self' 'nonce-{nonce}'",
            "style-src": f"'self' 'nonce-{nonce}'",
            "connect-src": " ".join(["'self'", *edges]),
            "img-src": "'self' data: blob:",
            "font-src": "'self'",
            "media-src": "'self' blob:",
            "worker-src": "'self' blob:",
            "manifest-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "object-src": "'none'",
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())

    def _read(self) -> str | None:
        """Return the page; read anew when it was built anew."""
        file = self._folder / "index.html"
        try:
            at_ns = file.stat().st_mtime_ns
            if self._built is None or self._built.at_ns != at_ns:
                self._built = _Built(file.read_text(encoding="utf-8"), at_ns)
        except OSError:
            return None
        return self._built.text


def _lies_in(file: Path, folder: Path) -> bool:
    # Links are followed first: none may lead out of the folder.
    return file.resolve().is_relative_to(folder.resolve()) and file.is_file()
