"""A tenant's brand: public once it is set, its logo a picture and nothing else, its own managers' to change."""

import base64
import struct

import pytest
from api_house import Client, House, World, fresh, send_sound

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 64, 32) + b"\x08\x06\x00\x00\x00" + b"\0" * 40
BRAND = {"name": "Acme Care", "colour": "#0b5fff", "accent": None}


async def a_tenant(world: World) -> str:
    tenant_id = fresh("brand")
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Acme"})
    return tenant_id


async def test_a_brand_is_public_once_it_is_set(house: House, world: World):
    tenant_id, stranger = await a_tenant(world), Client(house.url)
    assert (await stranger.call("GET", f"/brands/{tenant_id}")).body["error_id"] == "not-found"

    set_to = await world.admin.call("PUT", f"/tenants/{tenant_id}/brand", BRAND)
    sent = await send_sound(world.admin, f"/tenants/{tenant_id}/brand/logo", PNG)

    assert set_to.body == {**BRAND, "logo": None}
    shown = await stranger.get(f"/brands/{tenant_id}")
    assert shown == {"tenant_id": tenant_id, "name": "Acme Care", "brand": sent.body}
    logo = await stranger.get(f"/brands/{tenant_id}/logo")
    assert (logo["content_type"], base64.b64decode(logo["data"]), logo["sha256"]) == (
        "image/png", PNG, sent.body["logo"]
    )  # fmt: skip
    assert (await world.admin.get(f"/tenants/{tenant_id}"))["brand"] == sent.body
    await world.admin.call("PUT", f"/tenants/{tenant_id}/brand", BRAND | {"name": None})
    assert (await stranger.get(f"/brands/{tenant_id}"))["name"] == "Acme"

    assert (await world.admin.call("DELETE", f"/tenants/{tenant_id}/brand")).status == 204
    assert (await stranger.call("GET", f"/brands/{tenant_id}/logo")).status == 404


@pytest.mark.parametrize(
    "file",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"GIF89a" + b"\0" * 200, PNG[:8] + b"\0" * 60,
     PNG.replace(struct.pack(">II", 64, 32), struct.pack(">II", 40_000, 40_000))],
    ids=["nothing", "svg", "gif", "no-header", "huge"],
)  # fmt: skip
async def test_what_is_no_small_picture_is_no_logo(world: World, file: bytes):
    answer = await send_sound(world.admin, "/tenants/acme/brand/logo", file)

    assert (answer.status, answer.error_id) == (422, "logo-not-usable")


async def test_a_logo_is_small_and_only_managers_set_one(world: World):
    big = await send_sound(world.admin, "/tenants/acme/brand/logo", PNG + b"\0" * 140_000)
    agent = await world.users["acme", "agent"].call("PUT", "/tenants/acme/brand", BRAND)
    wrong = await world.admin.call("PUT", "/tenants/acme/brand", {"colour": "red;}body{display:none"})

    assert (big.status, agent.status, wrong.status) == (413, 403, 422)
