"""The console's files: what may be kept and what not, and a page that runs nothing but its own."""

import re
from collections.abc import Iterator

import pytest
from portal_house import Browser, PortalHouse

INDEX = """<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__">
<script type="module" nonce="__CSP_NONCE__" src="/assets/index-abc123.js"></script>"""


@pytest.fixture
def console(portal: PortalHouse) -> Iterator[None]:
    files = {"index.html": INDEX, "assets/index-abc123.js": "1", "favicon.svg": "<svg/>", ".env": "SECRET"}
    for name, text in files.items():
        (portal.console / name).parent.mkdir(parents=True, exist_ok=True)
        (portal.console / name).write_text(text)
    outside = portal.console.parent / "outside.js"
    outside.write_text("secret")
    (portal.console / "link.js").unlink(missing_ok=True)
    (portal.console / "link.js").symlink_to(outside)
    yield
    for name in files:
        (portal.console / name).unlink()


async def test_where_nothing_is_built_a_page_says_what_to_do(portal: PortalHouse):
    async with Browser(portal.portals[0]) as browser:
        answer = await browser.call("GET", "/")

    assert answer.status == 503
    assert b"make console" in answer.body


async def test_each_page_has_a_nonce_of_its_own_and_a_strict_policy(portal: PortalHouse, console: None):
    async with Browser(portal.portals[0]) as browser:
        answers = [await browser.call("GET", path) for path in ("/", "/wallboard/deep/link")]

    nonces = [re.findall(rb'nonce="([^"]+)"', answer.body) for answer in answers]
    assert all(len(set(found)) == 1 and len(found) == 2 for found in nonces)
    assert nonces[0] != nonces[1]
    policy = dict(part.strip().split(" ", 1) for part in answers[0].headers["Content-Security-Policy"].split(";"))
    nonce = f"'nonce-{nonces[0][0].decode()}'"
    assert (policy["script-src"], policy["style-src"]) == (f"'self' {nonce}", f"'self' {nonce}")
    assert policy["connect-src"] == "'self' wss://edge.test:5443"
    assert (policy["default-src"], policy["frame-ancestors"], policy["object-src"]) == ("'none'",) * 3
    assert "unsafe" not in str(policy)
    headers = answers[0].headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"].startswith("microphone=(self)")
    assert "Strict-Transport-Security" not in headers, "not where the portal is reached by http"


async def test_files_with_a_hash_are_kept_for_ever_and_others_are_not(portal: PortalHouse, console: None):
    async with Browser(portal.portals[0]) as browser:
        asset = await browser.call("GET", "/assets/index-abc123.js")
        icon = await browser.call("GET", "/favicon.svg")

    assert "immutable" in asset.headers["Cache-Control"] and asset.headers["Content-Type"] == "text/javascript"
    assert "immutable" not in icon.headers["Cache-Control"]
    assert "default-src 'none'" in icon.headers["Content-Security-Policy"], "a picture opened by itself runs nothing"


@pytest.mark.parametrize(
    "path", ["/.env", "/link.js", "/../outside.js", "/%2e%2e/outside.js", "/assets/..%2f..%2foutside.js",
             "/assets/none.js", "/assets/index-abc123.js%00.png"],
)  # fmt: skip
async def test_nothing_else_is_served(portal: PortalHouse, console: None, path: str):
    async with Browser(portal.portals[0]) as browser:
        answer = await browser.call("GET", path)

    assert b"secret" not in str(answer.body).lower().encode()
    assert answer.status in (200, 404)


async def test_by_https_the_cookie_is_secure_and_browsers_stay_with_https(portal: PortalHouse, world: object):
    secure = portal.start_portal(TRUNKLINE_PORTAL_PUBLIC_URL="https://desk.example.com")
    async with Browser(secure) as browser:
        browser.origin = "https://desk.example.com"
        answer = await browser.call(
            "POST", "/session", {"username": "agent.acme", "password": "quiet-river-under-stars-7"}
        )

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-trunkline=") and "Secure" in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
