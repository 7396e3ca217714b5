"""What can't be done is refused with the standard response or a problem document; nothing hangs, all goes on."""

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from control_plane.features.auth.tokens import issue_access_token, read_access_token
from control_plane.keyring.signing import create_signing_key, load_signing_key
from devstack.seed import NUMBERS, USER_PASSWORD
from simulators.call import CallEndedError
from simulators.phone import RegistrationError, Softphone
from tests.e2e.world import World, today
from trunkline.apiclient import Api, ApiError
from trunkline.conditions import sip_answers, until

# Each hostile party comes from an address of its own: a ban must hit it and nobody else.
STRANGER = 200


async def refused(world: World, dialled: str) -> int | None:
    """What the agent's phone is told when it dials this."""
    call = await world.agent.dial(dialled)
    with pytest.raises(CallEndedError):
        await call.wait_for("answered", 15)
    return call.final_code


async def test_an_extension_that_does_not_exist_is_not_found(world: World):
    assert await refused(world, "9999") == 404

    cdr = await world.cdr_where(lambda cdr: cdr["dialled"] == "9999")
    assert cdr["ending"] == "extension-unknown"


async def test_a_station_that_is_not_registered_is_unavailable(world: World):
    nobody_there = world.seed.hq_stations[1].extension

    assert await refused(world, nobody_there) == 480

    cdr = await world.cdr_where(lambda cdr: cdr["dialled"] == nobody_there)
    assert cdr["ending"] == "station-unreachable"


@pytest.mark.parametrize("dialled", ["0000000000000000000", "1234567x", "+86"])
async def test_a_number_in_a_form_nobody_can_dial_is_incomplete(world: World, dialled: str):
    assert await refused(world, dialled) == 484


async def test_a_caller_number_of_nobody_is_forbidden(world: World):
    number = world.new_number()
    header = {"P-Preferred-Identity": f"<sip:+8613000000000@{world.seed.domain}>"}

    call = await world.agent.dial(number, headers=header)
    with pytest.raises(CallEndedError):
        await call.wait_for("answered", 15)

    assert call.final_code == 403
    assert world.seen(number) is None
    assert (await world.cdr_to(number))["ending"] == "caller-number-unknown"


async def test_a_caller_number_of_the_tenant_may_be_asked_for(world: World):
    number = world.new_number()
    header = {"P-Preferred-Identity": f"<sip:{NUMBERS[1]}@{world.seed.domain}>"}

    call = await world.agent.dial(number, headers=header)
    await call.wait_for("answered", 15)
    await call.hang_up()

    seen = world.seen(number)
    assert seen is not None
    assert seen.from_number.lstrip("+") == NUMBERS[1].lstrip("+")


async def test_the_tenants_last_channel_is_the_last(world: World):
    await world.api.patch(world.path, {"max_channels": 1})
    first = None
    try:

        async def limited() -> bool:
            """The new limit reaches the media node as a snapshot."""
            nonlocal first
            if first is None:
                first, _ = await world.talk(world.new_number())
            second = await world.colleague.dial(world.new_number())
            with contextlib.suppress(CallEndedError):
                await second.wait_for("answered", 15)
            await second.hang_up()
            return second.final_code == 503

        assert await until(limited, 20)
        assert first is not None
        assert not first.ended, "who talks is not disturbed"
    finally:
        if first is not None:
            await first.hang_up()
        await world.api.patch(world.path, {"max_channels": 100})

    async def free_again() -> bool:
        call = await world.agent.dial(world.new_number("003"))
        with contextlib.suppress(CallEndedError):
            await call.wait_for("answered", 15)
        await call.hang_up()
        return call.answered

    assert await until(free_again, 20)


@pytest.mark.parametrize("site", ["branch", "edge"])
async def test_a_wrong_password_registers_nobody(world: World, site: str):
    extension = world.seed.branch_stations[0].extension
    proxy = getattr(world.plan, site)
    address = f"127.{world.plan.block}.20.{STRANGER}"

    async with Softphone(extension, world.seed.domain, "wrong", proxy=(proxy, 5060), bind=address) as thief:
        with pytest.raises(RegistrationError) as refusal:
            await thief.register()

    assert refusal.value.status in (401, 403)


async def test_a_domain_of_nobody_is_refused(world: World):
    station = world.seed.branch_stations[0]
    address = f"127.{world.plan.block}.20.{STRANGER + 1}"

    stranger = Softphone(
        station.extension, "other.example", station.password, proxy=(world.plan.edge, 5060), bind=address
    )
    async with stranger:
        with pytest.raises(RegistrationError) as refusal:
            await stranger.register()

    assert 400 <= refusal.value.status < 500


async def test_a_call_without_registration_or_password_is_challenged(world: World):
    number = world.new_number()
    address = f"127.{world.plan.block}.20.{STRANGER + 2}"

    async with Softphone("1001", world.seed.domain, "", proxy=(world.plan.edge, 5060), bind=address) as stranger:
        call = await stranger.dial(number)
        with pytest.raises(CallEndedError):
            await call.wait_for("answered", 10)

    assert call.final_code in (401, 403, 407)
    assert world.seen(number) is None


RUBBISH: dict[str, Callable[[str], bytes]] = {
    "bytes": lambda target: b"\xff\x00\xfe" * 100,
    "half a message": lambda target: b"INVITE sip:1001@nowhere SIP/2.0\r\nVia: SIP/2.0/U",
    "no call id": lambda target: request(target, "INVITE", leave_out="Call-ID"),
    "a content length that lies": lambda target: request(target, "INVITE", extra="Content-Length: 99999"),
    "a method nobody knows": lambda target: request(target, "TELEPORT"),
    "a negative sequence number": lambda target: request(target, "INVITE", sequence="-1"),
    "endless header": lambda target: request(target, "OPTIONS", extra="X-Long: " + "a" * 30_000),
    "a hundred routes": lambda target: request(
        target, "OPTIONS", extra="\r\n".join(f"Route: <sip:10.0.0.{index};lr>" for index in range(100))
    ),
}


def request(target: str, method: str, *, leave_out: str = "", extra: str = "", sequence: str = "1") -> bytes:
    mark = secrets.token_hex(6)
    headers = {
        "Via": f"SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{mark};rport",
        "From": f"<sip:x@nowhere.example>;tag={mark}",
        "To": f"<sip:1001@{target}>",
        "Call-ID": mark,
        "CSeq": f"{sequence} {method}",
        "Max-Forwards": "70",
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if name != leave_out]
    return "\r\n".join([f"{method} sip:1001@{target} SIP/2.0", *lines, *filter(None, [extra]), "", ""]).encode()


@pytest.mark.parametrize("kind", RUBBISH)
async def test_rubbish_does_not_disturb_the_edge(world: World, kind: str):
    source = f"127.{world.plan.block}.40.{1 + list(RUBBISH).index(kind)}"
    for edge in (world.plan.edge, world.plan.branch):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hostile:
            hostile.bind((source, 0))
            for _ in range(5):
                hostile.sendto(RUBBISH[kind](edge), (edge, 5060))

    assert world.stack.pid("kamailio") is not None
    for edge in (world.plan.edge, world.plan.branch):
        assert await until(sip_answers(edge, 5060, world.plan.control), 5)
    number = world.new_number("003")
    call = await world.agent.dial(number)
    await call.wait_for("answered", 15)
    await call.hang_up()


def oversized(target: str, size_bytes: int) -> bytes:
    return request(target, "MESSAGE", extra=f"Content-Length: {size_bytes}") + b"a" * size_bytes


async def test_an_oversized_request_is_refused(world: World):
    """513 Message Too Large (RFC 3261, 21.5.7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((f"127.{world.plan.block}.40.{STRANGER}", 0))
        phone.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendto(phone, oversized(world.plan.edge, 17_000), (world.plan.edge, 5060))
        async with asyncio.timeout(5):
            answer = await loop.sock_recv(phone, 4096)

    assert answer.startswith(b"SIP/2.0 513 ")


@pytest.mark.parametrize("size_bytes", [17_000, 200_000])
async def test_what_fills_a_connections_buffer_ends_the_connection(world: World, size_bytes: int):
    """Over TCP there is no response: what does not fit into the edge's buffer of 16 KiB is never a whole request."""
    source = f"127.{world.plan.block}.40.{STRANGER + 1}"
    reader, writer = await asyncio.open_connection(world.plan.edge, 5060, local_addr=(source, 0))
    answer = b""
    with contextlib.suppress(ConnectionError):  # the edge closes while there is still more to read
        async with asyncio.timeout(10):
            writer.write(oversized(world.plan.edge, size_bytes))
            await writer.drain()
            answer = await reader.read(4096)
    writer.close()

    assert answer == b""
    assert await until(sip_answers(world.plan.edge, 5060, world.plan.control), 5)


# -- the API


@pytest_asyncio.fixture(loop_scope="session")
async def http(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=world.plan.api_url) as session:
        yield session


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"extension": "1001", "number": "0000000000000000000"}, 422),
        ({"extension": "9999", "number": "13800000100"}, 422),
        ({"extension": "1001", "number": "13800000100", "caller_number": "+8613000000000"}, 422),
        ({"extension": "1001"}, 422),
    ],
)
async def test_the_api_refuses_a_call_that_can_not_be(world: World, body: dict[str, str], status: int):
    with pytest.raises(ApiError) as refusal:
        await world.api.post(f"{world.path}/calls", body)

    assert refusal.value.status == status
    assert refusal.value.error_id
    assert refusal.value.problem["status"] == status


@pytest.mark.parametrize("token", ["", "rubbish", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."])
async def test_a_token_that_is_none_is_refused(world: World, http: aiohttp.ClientSession, token: str):
    async with http.get("/api/v1/tenants", headers={"Authorization": f"Bearer {token}"}) as response:
        problem = await response.json(content_type="application/problem+json")

    assert response.status == 401
    assert problem["error_id"]


@dataclass(frozen=True)
class Tokens:
    """Access tokens that must not open this platform."""

    expired: str
    of_another_platform: str


@pytest.fixture
def tokens(world: World, tmp_path: Path) -> Tokens:
    """Made with the platform's own code: everything about them is right but the time, or the key."""
    own = load_signing_key(world.stack.environments.control_dir / "jwt.pem")
    create_signing_key(tmp_path / "jwt.pem")
    other = load_signing_key(tmp_path / "jwt.pem")
    claims = read_access_token(own, world.api.token)
    now_ms = int(time.time() * 1000)
    two_hours_ago_ms = now_ms - 2 * 3600 * 1000
    return Tokens(
        issue_access_token(own, claims.user_id, claims.family, two_hours_ago_ms, 900),
        issue_access_token(other, claims.user_id, claims.family, now_ms, 900),
    )


@pytest.mark.parametrize(
    ("which", "error_id"), [("expired", "token-expired"), ("of_another_platform", "token-invalid")]
)
async def test_a_token_past_its_time_or_of_another_key_is_refused(
    world: World, http: aiohttp.ClientSession, tokens: Tokens, which: str, error_id: str
):
    headers = {"Authorization": f"Bearer {getattr(tokens, which)}"}
    for path in ("/tenants", f"{world.path}/calls?state=live", f"{world.path}/recordings?day={today()}"):
        async with http.get(f"/api/v1{path}", headers=headers) as response:
            problem = await response.json(content_type="application/problem+json")

        assert (response.status, problem["error_id"]) == (401, error_id)


async def test_another_tenants_token_finds_nothing_here(world: World):
    call, _ = await world.talk(world.new_number())
    await call.hang_up()
    number = world.new_number()
    await world.api.post("/tenants", {"tenant_id": "bolt", "name": "Bolt"})
    stranger = {"username": "bolt-manager", "password": USER_PASSWORD}
    await world.api.post(
        "/users",
        {**stranger, "display_name": "Bolt", "belongs_to": "tenant:bolt", "roles": {"bolt": ["manager"]}},
    )

    async with Api(world.plan.api_url, *stranger.values()) as api:
        assert (await api.get("/tenants/bolt/calls", state="live"))["items"] == [], "the token itself is good"
        for path in ("/calls?state=live", f"/calls?day={today()}", f"/recordings?day={today()}", "/stations", ""):
            with pytest.raises(ApiError) as refusal:
                await api.get(world.path + path)
            assert (refusal.value.status, refusal.value.error_id) == (404, "not-found")
        with pytest.raises(ApiError) as refusal:
            await api.post(f"{world.path}/calls", {"extension": "1001", "number": number})

    assert refusal.value.status == 404
    assert await world.no_calls()
    assert world.seen(number) is None


async def test_an_oversized_body_is_refused(world: World, http: aiohttp.ClientSession):
    headers = {"Content-Type": "application/json"}
    async with http.post("/api/v1/auth/token", data=b"{" + b" " * 2_000_000, headers=headers) as response:
        assert response.status == 413


async def test_a_used_enrolment_token_is_refused(world: World, http: aiohttp.ClientSession):
    url = f"{world.plan.branch_api_url}/api/v1/branch/enrol"
    body = {"token": world.seed.enrolment_token, "csr": "-----BEGIN CERTIFICATE REQUEST-----"}

    async with aiohttp.ClientSession() as stranger, stranger.post(url, json=body, ssl=False) as response:
        problem = await response.json(content_type="application/problem+json")

    assert 400 <= response.status < 500
    assert problem["error_id"]
