"""What can't be done is refused with the standard response or a problem document; nothing hangs, all goes on."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
import pytest_asyncio

from simulators.call import CallEndedError
from simulators.phone import RegistrationError, Softphone
from tests.e2e.world import World
from trunkline.apiclient import ApiError
from trunkline.conditions import sip_answers, until
from trunkline.seed import NUMBERS

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


async def test_an_oversized_request_is_refused_or_cut_off(world: World):
    """Over TCP, where size is no accident: 513 (RFC 3261, 21.5.7) or the connection's end."""
    source = f"127.{world.plan.block}.40.{STRANGER}"
    reader, writer = await asyncio.open_connection(world.plan.edge, 5060, local_addr=(source, 0))
    message = request(world.plan.edge, "MESSAGE", extra=f"Content-Length: {200_000}") + b"a" * 200_000

    writer.write(message)
    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(10):
            await writer.drain()
            answer = await reader.read(4096)
    writer.close()

    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"413", b"513")
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
