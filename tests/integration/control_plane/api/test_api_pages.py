"""The API's error pages and its health listener's: no name or version of a library, nothing of what was sent."""

import asyncio
import re

import pytest
from api_house import Answer, House, World

MARK = "s3cret-mark-+8613812345678"
LIBRARIES = re.compile(r"aiohttp|python|pydantic|llhttp|orjson|[0-9]+\.[0-9]+\.[0-9]+|traceback", re.IGNORECASE)
RAW = {
    "no HTTP": f"\x16\x03\x01{MARK}\r\n\r\n",
    "bad version": f"GET /{MARK} HTTP/9.9\r\nHost: x\r\n\r\n",
    "bad header": f"GET /readyz HTTP/1.1\r\nHost: x\r\n{MARK}\r\n\r\n",
    "long header": f"GET /readyz HTTP/1.1\r\nHost: x\r\nX-Long: {MARK * 600}\r\n\r\n",
    "no such page": f"GET /api/v1/{MARK} HTTP/1.1\r\nHost: x\r\n\r\n",
    "wrong method": f"DELETE /api/v1/auth/token?{MARK} HTTP/1.1\r\nHost: x\r\n\r\n",
    "unknown expectation": f"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nExpect: {MARK}\r\n\r\n",
    "damaged link": f"GET /objects/acme/{MARK}?expires={MARK}&signature={MARK} HTTP/1.1\r\nHost: x\r\n\r\n",
}


async def raw_answer(port: int, text: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text.encode())
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"Content-Length: ([0-9]+)", head)
        body = await reader.readexactly(int(found[1])) if found else b""
    writer.close()
    return (head + body).decode()


@pytest.mark.parametrize("listener", ["api", "health"])
@pytest.mark.parametrize("text", RAW.values(), ids=RAW)
async def test_a_page_for_rubbish_names_nothing_and_repeats_nothing(house: House, listener: str, text: str):
    said = await raw_answer({"api": house.api_port, "health": house.health_port}[listener], text)

    assert 400 <= int(said.split()[1]) < 500, said
    assert "\r\nServer: trunkline\r\n" in said
    assert MARK not in said and "s3cret" not in said
    assert LIBRARIES.search(said) is None, said


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/users", {MARK: 1}),
        ("POST", "/users", {"username": MARK, "belongs_to": MARK, "roles": {MARK: [MARK]}}),
        ("POST", "/auth/token", {"username": [MARK], "password": {MARK: MARK}}),
        ("POST", "/auth/refresh", {"refresh_token": f"{MARK}-and-long-enough"}),
        ("POST", "/numbers", {"number": MARK, "tenant_id": MARK}),
        ("GET", f"/users?{MARK}=1", None),
        ("GET", f"/users?limit={MARK}", None),
        ("GET", f"/users?after={MARK}", None),
        ("GET", f"/users?{MARK}=1&{MARK}=2", None),
        ("GET", f"/tenants/{MARK}", None),
        ("POST", "/tenants", {"tenant_id": "nice", "name": "n", "caller_rule": {"regions": {MARK: MARK}}}),
    ],
)
async def test_what_is_wrong_with_a_request_is_said_without_it(world: World, method: str, path: str, sent: object):
    answer: Answer = await world.admin.call(method, path, sent)

    assert 400 <= answer.status < 500
    assert "s3cret" not in str(answer.body)
    assert LIBRARIES.search(str(answer.body)) is None, answer.body
    assert answer.headers["Server"] == "trunkline"


async def test_a_field_of_ours_is_still_named(world: World):
    answer = await world.admin.call("POST", "/users", {"username": "x"})

    assert "body.display_name" in [error["where"] for error in answer.body["errors"]]
