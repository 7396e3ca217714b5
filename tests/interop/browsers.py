"""Phones in a page: JsSIP and SIP.js in Chromium, each served to the browser from an origin that edges know."""

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from tests.interop.chromium import Chromium
from tests.interop.phones import ForeignPhone
from trunkline.plan import DESK_ORIGINS

HERE = Path(__file__).parent
ORIGIN = DESK_ORIGINS[0]
HTML = '<!doctype html><meta charset="utf-8"><title>A phone</title><script src="/{library}.js"></script>'
BUNDLE_SECONDS = 30.0
WSS_PORT = 5443


class BrowserPhone(ForeignPhone):
    """A page with a library's phone, in a Chromium of its own.  Codecs are Chromium's, or those named only."""

    transports = ("wss",)
    attends = True
    library: str

    def __init__(self, *seat_and_folder: Any, codecs: Iterable[str] = ()) -> None:
        super().__init__(*seat_and_folder)
        self.codecs = list(codecs)
        self._taken = 0

    @property
    def told(self) -> str:
        return "\n".join(self.page.log)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as parts:
            place = await parts.enter_async_context(Served(self.library, self.folder))
            self._chromium = await parts.enter_async_context(
                Chromium(
                    self.folder / "chromium",
                    self.seat.tone_hz,
                    resolves={ORIGIN.removeprefix("http://"): place},
                    trusts=[await asyncio.to_thread(key_of, self.seat.edge, WSS_PORT)],
                )
            )
            self.page = await self._chromium.open(ORIGIN)
            await self._start()
            self._parts = parts.pop_all()
        return self

    async def _start(self) -> None:
        seat = self.seat
        settings = {
            "websocket": f"wss://{seat.edge}:{WSS_PORT}",
            "uri": f"sip:{seat.extension}@{seat.domain}",
            "password": seat.password,
            "codecs": self.codecs,
        }
        before = len(self.page.log)
        await self.page.run("settings => void phone.start(settings)", settings)
        # In words of our own: a library may log what it is set to, and much else.
        await self.page.says("the phone is registered", since=before)

    async def __aexit__(self, *_: object) -> None:
        await self._parts.aclose()

    async def reload(self) -> None:
        """What people do: the page forgets its calls, and signs in once more."""
        await self.page.chain(["reload"])
        await self._start()

    async def hears(self, wanted_hz: set[int], candidates_hz: Iterable[int], seconds: float = 15.0) -> None:
        await self.page.hears(wanted_hz, candidates_hz, seconds)

    async def _received(self) -> int:
        return int(await self.page.run("trunklineEars.packets()"))

    async def dial(self, number: str) -> None:
        await self.page.run("number => void phone.dial(number)", number)

    async def answer(self) -> None:
        await self.page.says("the phone is called", since=self._taken)
        self._taken = len(self.page.log)
        await self.page.run("void phone.answer()")

    async def hold(self) -> None:
        await self.page.run("phone.hold()")

    async def resume(self) -> None:
        await self.page.run("phone.resume()")

    async def press(self, keys: str) -> None:
        await self.page.run("keys => void phone.press(keys)", keys)

    async def transfer(self, extension: str) -> None:
        await self.page.run("extension => phone.transfer(extension)", extension)

    async def transfer_to_call(self, call: int, other: int) -> None:
        await self.page.run("([call, other]) => phone.transferToCall(call, other)", [call - 1, other - 1])

    async def restart_ice(self) -> None:
        """What a page does whose network has changed."""
        await self.page.run("phone.changeAddress()")

    async def codec(self) -> str:
        """Return what it sends, as `audio/opus`."""
        return str(await self.page.run("trunklineEars.codec()"))

    async def hang_up(self) -> None:
        await self.page.run("void phone.hangUp()")


class JsSip(BrowserPhone):
    library = "jssip"


class SipJs(BrowserPhone):
    library = "sipjs"


class Served:
    """A web server on a free port of 127.0.0.1 with a page of a library's phone; entered, it is its `host:port`."""

    def __init__(self, library: str, folder: Path) -> None:
        self._library, self._folder = library, folder / "page"

    async def __aenter__(self) -> str:
        await self._bundle()
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_static("/", self._folder)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0]
        return f"{host}:{port}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text=HTML.format(library=self._library), content_type="text/html")

    async def _bundle(self) -> None:
        bundler, source = HERE / "node_modules/.bin/esbuild", HERE / "page" / f"{self._library}.js"
        ended = await asyncio.create_subprocess_exec(
            str(bundler), str(source), "--bundle", "--log-level=warning", f"--outdir={self._folder}"
        )
        async with asyncio.timeout(BUNDLE_SECONDS):
            assert await ended.wait() == 0, f"{source} could not be bundled"


def key_of(host: str, port: int) -> str:
    """Return the SHA-256 in base64 of the public key that a server shows: Chromium trusts it without an authority."""
    certificate = load_pem_x509_certificate(ssl.get_server_certificate((host, port), timeout=10).encode())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()
