"""The console in Chromium before a real portal: who signs in sees their screen, without an error."""

from pathlib import Path

import pytest
from api_house import USER_PASSWORD, World
from portal_house import PortalHouse

from tests.interop.chromium import Chromium
from tests.interop.chromium.browser import Page

TONE_HZ = 1000
WORDS = {"en": ("User name", "Password"), "zh-CN": ("用户名", "密码")}
SCREENS = {("agent", "en"): "My desk", ("agent", "zh-CN"): "我的工作台", ("supervisor", "en"): "Wallboard"}


@pytest.mark.parametrize(("role", "language"), SCREENS)
async def test_who_signs_in_sees_their_screen(
    portal: PortalHouse, world: World, tmp_path: Path, role: str, language: str
):
    async with Chromium(tmp_path / "chromium", TONE_HZ) as chromium:
        page = await chromium.open(portal.portals[0])
        await page.run("language => localStorage.setItem('trunkline.language', language)", language)
        await page.chain(["reload"])
        await sign_in(page, f"{role}.acme", language)

        await page.chain(["getByRole", "link", {"name": SCREENS[role, language]}], ["first"], ["click"])
        await page.chain(["getByRole", "heading", {"level": 1}], ["first"], ["waitFor"])
        await page.chain(["screenshot", {"path": str(tmp_path / "screen.png")}])
        assert await page.run("document.documentElement.lang") == language
        assert [line for line in page.log if "Refused" in line or "Error" in line] == []

        # The session is the server's: a page that is loaded anew is still signed in.
        await page.chain(["reload"])
        await page.chain(["getByRole", "link", {"name": SCREENS[role, language]}], ["first"], ["waitFor"])


async def test_a_wrong_password_is_told(portal: PortalHouse, world: World, tmp_path: Path):
    async with Chromium(tmp_path / "chromium", TONE_HZ) as chromium:
        page = await chromium.open(portal.portals[0])
        await page.run("localStorage.setItem('trunkline.language', 'en')")
        await page.chain(["reload"])
        await sign_in(page, "agent.acme", "en", "not the password")

        await page.chain(["getByRole", "alert"], ["first"], ["waitFor"])


async def sign_in(page: Page, username: str, language: str, password: str = USER_PASSWORD) -> None:
    name, secret = WORDS[language]
    await page.chain(["getByLabel", name], ["fill", username])
    await page.chain(["getByLabel", secret], ["first"], ["fill", password])
    await page.chain(["getByLabel", secret], ["first"], ["press", "Enter"])
