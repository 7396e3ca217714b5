"""The console as people use it: the buttons of the desk and of the wallboard, pressed in Chromium by their names."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from devstack.dialling import ALL_TONES_HZ
from devstack.seed import USER_PASSWORD
from tests.e2e.world import World
from tests.interop.browsers import WSS_PORT, key_of
from tests.interop.chromium import Chromium
from tests.interop.chromium.browser import Page
from trunkline.conditions import until

COMPLAINTS = ("Content Security Policy", "Content-Security-Policy", "uncaught:", "Refused to")
"""What a page must never log."""


@asynccontextmanager
async def chromium_at(world: World, folder: Path, tone_hz: int) -> AsyncIterator[Chromium]:
    """A Chromium that trusts the edge's certificate, and whose microphone plays a tone."""
    trusted = await asyncio.to_thread(key_of, world.plan.edge, WSS_PORT)
    async with Chromium(folder, tone_hz, trusts=[trusted]) as chromium:
        yield chromium


@dataclass
class Screen:
    """A page of the console with somebody signed in.  Names of buttons are whole; texts may be parts."""

    page: Page
    chromium: Chromium
    place: str
    """The portal's address."""

    async def press(self, name: str, row: str | None = None) -> None:
        """Click the first button of a name; row: of the row of a list that says this."""
        root = [] if row is None else [["getByRole", "listitem"], ["filter", {"hasText": row}]]
        await self.page.chain(*root, ["getByRole", "button", {"name": name, "exact": True}], ["first"], ["click"])

    async def choose(self, menu: str, item: str) -> None:
        """Open the menu behind a button, and click an item of it."""
        await self.press(menu)
        await self.page.chain(["getByRole", "menuitem", {"name": item, "exact": True}], ["first"], ["click"])

    async def type(self, label: str, text: str) -> None:
        await self.page.chain(["getByLabel", label], ["first"], ["fill", text])

    async def key(self, keys: str) -> None:
        await self.page.chain(["locator", "body"], ["press", keys])

    async def offers(self, name: str, seconds: float = 20.0) -> None:
        """Wait until there is a button of a name."""
        found = ["getByRole", "button", {"name": name, "exact": True}], ["first"]
        await self.page.chain(*found, ["waitFor", {"timeout": seconds * 1000}])

    async def shows(self, *words: str, seconds: float = 20.0) -> None:
        """Wait until all of these are somewhere on the screen."""
        seen = ""

        async def all_there() -> bool:
            nonlocal seen
            seen = await self.text()
            return all(word in seen for word in words)

        assert await until(all_there, seconds, pause_seconds=0.1), f"not {words} in: {seen}"

    async def lacks(self, name: str) -> None:
        """Wait until there is no button of a name."""
        button = ["getByRole", "button", {"name": name, "exact": True}]
        await self.page.chain(button, ["first"], ["waitFor", {"state": "detached"}])

    async def value(self, label: str) -> str:
        """Return what stands in a field."""
        return str(await self.page.chain(["getByLabel", label], ["first"], ["inputValue"]))

    async def beside(self, path: str) -> "Screen":
        """Open another tab of the same browser."""
        opened = await self.chromium.open(self.place + path, beside=self.page)
        return Screen(opened, self.chromium, self.place)

    async def text(self) -> str:
        """Return what is to be read on it."""
        return str(await self.page.run("document.body.innerText"))

    async def hears(self, *wanted_hz: int) -> None:
        await self.page.hears(set(wanted_hz), ALL_TONES_HZ)

    async def look(self, path: Path) -> None:
        """Keep a picture of it; without Playwright's own style for the caret, which our pages refuse."""
        await self.page.chain(["screenshot", {"path": str(path), "caret": "initial"}])

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.page.log if any(words in line for words in COMPLAINTS)]


async def signing_in(chromium: Chromium, url: str, username: str, password: str) -> Page:
    """Open the console at an address, and send its form; the caller waits for what comes of it."""
    page = await chromium.open(url)
    await page.chain(["setViewportSize", {"width": 1280, "height": 720}])
    await page.chain(["getByLabel", "User name"], ["fill", username])
    await page.chain(["getByLabel", "Password"], ["first"], ["fill", password])
    await page.chain(["getByRole", "button", {"name": "Sign in"}], ["click"])
    return page


async def signed_in(world: World, chromium: Chromium, username: str, place: str) -> Screen:
    """Open the console at a path and sign in by its form; returns once the screen is there."""
    page = await signing_in(chromium, world.plan.portal_url + place, username, USER_PASSWORD)
    await page.chain(["getByRole", "heading", {"level": 1}], ["first"], ["waitFor", {"state": "attached"}])
    return Screen(page, chromium, world.plan.portal_url)
