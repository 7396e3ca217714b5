"""`make screenshots`: every screen of the console, of whoever has it, in both languages and both shades.

The demo runs meanwhile, with callers, colleagues and a campaign.  Two looks are kept in docs/screens; all of them lie
in var/screens, to be looked at before a release: nothing may be cut, overlap or stand there untranslated.
"""

import asyncio
import contextlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from devstack.demo import Demo
from devstack.foreground import run_in_foreground
from devstack.seed import TENANT, USER_PASSWORD
from devstack.summary import Summary
from tests.e2e.console import signing_in
from tests.interop.browsers import WSS_PORT, key_of
from tests.interop.chromium import Chromium
from tests.interop.chromium.browser import Page
from tests.loopback import own_block
from trunkline.apiclient import Api, ApiError
from trunkline.conditions import until
from trunkline.plan import REPOSITORY, AddressPlan

ALL, KEPT = REPOSITORY / "var" / "screens", REPOSITORY / "docs" / "screens"
LOOKS = [(language, shade) for language in ("en", "zh-CN") for shade in ("light", "dark")]
KEPT_LOOKS = (("en", "light"), ("zh-CN", "dark"))
ROLES = {"ana": "agent", "sue": "supervisor", "client": "client", "max": "manager", "admin": "hq"}
"""Who looks at what nobody before them had: the client sees other things under the same names."""
AGENTS, TONE_HZ = 4, 440
CALLS_SEEN = 12
"""So many calls are over before the first picture: an empty console shows nobody anything."""
LIVING_SECONDS, SHOWN_SECONDS = 240.0, 20.0
QUALITY = 55
IS_STILL = "!document.querySelector('[aria-busy=true], .ant-spin-spinning, .ant-skeleton-active')"


@dataclass(frozen=True)
class Watcher:
    """Somebody who is signed in."""

    page: Page
    role: str
    url: str

    async def goes_to(self, path: str) -> None:
        await self.page.chain(["goto", self.url + path])
        await self.page.chain(["waitForLoadState", "networkidle"])

        async def is_still() -> bool:
            return bool(await self.page.run(IS_STILL))

        if not await until(is_still, SHOWN_SECONDS, pause_seconds=0.2):
            print(f"{self.role} {path}: something still loads", file=sys.stderr)

    async def screens(self) -> list[str]:
        """Return the paths in the menu."""
        found = await self.page.run("Array.from(document.querySelectorAll('nav a[href^=\"/\"]'), (a) => a.pathname)")
        return list(dict.fromkeys(found))

    async def chooses(self, language: str, shade: str) -> None:
        kept = {"trunkline.language": language, "trunkline.shade": shade}
        await self.page.run(
            "(kept) => Object.entries(kept).forEach(([key, it]) => localStorage.setItem(key, it))", kept
        )

    async def looks(self, path: str, language: str, shade: str) -> None:
        """Take a picture, and keep it where the look is one of those."""
        file = ALL / language / shade / f"{self.role}{path.replace('/', '-')}.jpg"
        shot = {"path": str(file), "type": "jpeg", "quality": QUALITY, "caret": "initial"}
        await self.page.chain(["screenshot", shot])
        if (language, shade) in KEPT_LOOKS:
            await asyncio.to_thread(shutil.copy, file, KEPT / f"{file.stem}.{language}.jpg")


async def signed_in(chromium: Chromium, url: str, name: str, password: str) -> Watcher:
    page = await signing_in(chromium, url, name, password)
    await page.chain(["locator", "nav a"], ["first"], ["waitFor", {"state": "attached"}])
    return Watcher(page, ROLES[name], url)


async def take_all(demo: Demo, plan: AddressPlan, folder: Path) -> int:
    """Go through the screens of each role; the number of pictures."""
    trusted = await asyncio.to_thread(key_of, plan.edge, WSS_PORT)
    seen: set[str] = set()
    taken = 0
    async with Chromium(folder, TONE_HZ, trusts=[trusted]) as chromium:
        manager = await signed_in(chromium, plan.portal_url, "max", USER_PASSWORD)
        await manager.goes_to("/calls")

        async def lives() -> bool:
            return str(await manager.page.run("document.body.innerText")).count("****") >= CALLS_SEEN

        if not await until(lives, LIVING_SECONDS, pause_seconds=1.0):
            raise TimeoutError("the demo shows no calls")
        for name, role in ROLES.items():
            password = demo.stack.admin_password if name == "admin" else USER_PASSWORD
            watcher = await signed_in(chromium, plan.portal_url, name, password)
            paths = [path for path in await watcher.screens() if role == "client" or path not in seen]
            for language, shade in LOOKS:
                await watcher.chooses(language, shade)
                for path in paths:
                    await watcher.goes_to(path)
                    await watcher.looks(path, language, shade)
                    taken += 1
                    print(f"\r{taken} pictures; {role}: {path:30}", end="", file=sys.stderr)
            seen.update(paths if role != "client" else ())
    return taken


class Sitting(Demo):
    """The demo, until all pictures are taken."""

    async def run(self) -> Summary | None:
        """Run it meanwhile.  Raises as the demo, and TimeoutError where it shows no calls."""
        async with asyncio.TaskGroup() as group:
            demo = group.create_task(super().run())
            await self._pictures()
            demo.cancel()
        return None

    async def _pictures(self) -> None:
        if not await until(self._is_open, LIVING_SECONDS, pause_seconds=1.0):
            raise TimeoutError("the demo lets nobody in")
        taken = await take_all(self, self.stack.plan, self.stack.run_dir / "pictures")
        print(f"\n{taken} pictures in {ALL}, and those of two looks in {KEPT}", file=sys.stderr)

    async def _is_open(self) -> bool:
        with contextlib.suppress(ApiError, OSError, TimeoutError):
            async with Api(self.stack.plan.api_url, "max", USER_PASSWORD) as api:
                await api.get(f"/tenants/{TENANT}/calls")
                return True
        return False


def main() -> int:
    """Take them all; the exit code."""
    for folder in (*(ALL / language / shade for language, shade in LOOKS), KEPT):
        folder.mkdir(parents=True, exist_ok=True)
    console = Console(file=sys.stderr)
    show = Sitting(AddressPlan(own_block().number), None, AGENTS, console)
    return asyncio.run(run_in_foreground(show, console, name="screenshots", ends=False))


if __name__ == "__main__":
    sys.exit(main())
